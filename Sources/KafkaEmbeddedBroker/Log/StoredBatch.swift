import KafkaProtocol

/// A record batch in a log: where its bytes are, and the fields of its header that are read most.
///
/// It never changes, so a connection may send its bytes while the log drops it.
final class StoredBatch: @unchecked Sendable {
    // Unchecked: the bytes are written once, by `init`, before any other thread can see the batch.
    private let segment: LogSegment
    private let bytes: UnsafeMutableRawBufferPointer
    let baseOffset: Int64
    let lastOffsetDelta: Int32
    let maxTimestampMs: Int64

    /// Copies a batch whose header was checked, and writes what the log knows into the two fields that the checksum does not
    /// cover.
    ///
    /// - Parameters:
    ///   - memory: of the segment, as long as the batch.
    ///
    /// Source: record batch v2, base offset at byte 0, partition leader epoch at byte 12.
    init(
        copying source: UnsafeRawBufferPointer, _ header: RecordBatchHeader, baseOffset: Int64, leaderEpoch: Int32,
        to memory: UnsafeMutableRawBufferPointer, of segment: LogSegment
    ) {
        self.segment = segment
        bytes = memory
        bytes.copyMemory(from: source)
        bytes.storeBytes(of: baseOffset.bigEndian, toByteOffset: 0, as: Int64.self)
        bytes.storeBytes(of: leaderEpoch.bigEndian, toByteOffset: 12, as: Int32.self)
        self.baseOffset = baseOffset
        lastOffsetDelta = header.lastOffsetDelta
        maxTimestampMs = header.maxTimestampMs
    }

    /// Read from the bytes, which were checked before they were stored.
    var header: RecordBatchHeader { RecordBatchHeader(unchecked: buffer.bytes) }
    var byteCount: Int { bytes.count }
    var lastOffset: Int64 { baseOffset + Int64(lastOffsetDelta) }
    var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(bytes) }
}
