/// Why bytes are not a record batch, or not a whole one.
package struct RecordBatchError: KafkaError, Equatable {
    package enum Kind: Equatable, Sendable {
        /// The bytes end before the batch does: ask for more.
        case truncated
        /// A format older than v2 (Kafka before 0.11) or one that is not known.
        case unsupportedMagic(Int8)
        /// The checksum does not match.
        case checksumMismatch(stored: UInt32, computed: UInt32)
        /// The compression bits name nothing that Kafka defines.
        case unknownCompression(Int16)
        /// A length, count or varint contradicts the bytes around it.
        case malformed
    }

    package let kind: Kind
    /// Byte of the batch (or of its decompressed records) at which this was seen.
    package let position: Int
    /// What was read and what was expected.
    package let detail: String

    package init(_ kind: Kind, at position: Int, _ detail: String) {
        self.kind = kind
        self.position = position
        self.detail = detail
    }

    package var code: KafkaClientError.Code { .corruptBatch }
    package var description: String { "record batch: \(detail), at byte \(position)" }
}
