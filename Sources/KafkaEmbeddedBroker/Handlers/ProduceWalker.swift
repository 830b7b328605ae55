import KafkaProtocol

/// Walks a produce request without making anything of it: no arrays, no strings.
///
/// It accepts the requests that `ProduceRequest.decode` accepts, and no others; tests compare the two. Remote bytes never
/// trap: after a failure counts are zero and `hasFailed` stays set.
///
/// Source: `ProduceRequest.json`, versions 3 to 13.
package struct ProduceWalker {
    /// A topic as the request names it.
    struct TopicReference {
        /// The range of its name in the frame, up to version 12.
        var name: Range<Int>
        /// From version 13 on.
        var id: KafkaUUID
        var partitionCount: Int
    }

    private var reader: WireReader
    private let frame: UnsafeRawBufferPointer
    let version: Int16
    private let isFlexible: Bool
    let transactionalID: String?
    let acks: Int16
    let topicCount: Int

    /// - Parameters:
    ///   - frame: what `body` was made of.
    ///   - body: stands behind the header.
    package init(_ frame: UnsafeRawBufferPointer, body: WireReader, version: Int16) {
        var reader = body
        self.frame = frame
        self.version = version
        isFlexible = ApiKey.produce.isFlexible(version: version)
        transactionalID = reader.nullableString(compact: isFlexible)
        acks = reader.int16()
        _ = reader.int32()  // timeout: there are no replicas to wait for
        topicCount = Self.count(&reader, isFlexible)
        self.reader = reader
    }

    package var hasFailed: Bool { reader.hasFailed }

    mutating func topic() -> TopicReference {
        var name = 0..<0
        var id = KafkaUUID.zero
        if version >= 13 { id = reader.uuid() } else { name = string() }
        return TopicReference(name: name, id: id, partitionCount: Self.count(&reader, isFlexible))
    }

    /// The bytes of a partition's records, nil for null.
    mutating func partition() -> (index: Int32, records: UnsafeRawBufferPointer?) {
        let index = reader.int32()
        let field = reader.records(compact: isFlexible)
        endStructure()
        guard case .located(let range) = field else { return (index, nil) }
        return (index, UnsafeRawBufferPointer(rebasing: frame[range]))
    }

    func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: frame[range]) }

    mutating func endStructure() {
        if isFlexible { reader.skipTaggedFields() }
    }

    /// Whether everything can be read, to the last byte.
    ///
    /// - Parameter isKnown: whether these bytes are the name of a known topic, which need not be checked.
    package consuming func isWellFormed(isKnown: (UnsafeRawBufferPointer) -> Bool) -> Bool {
        for _ in 0..<topicCount {
            let topic = topic()
            let name = bytes(topic.name)
            guard isKnown(name) || String(validating: name, as: UTF8.self) != nil else { return false }
            for _ in 0..<topic.partitionCount {
                _ = reader.int32()
                _ = reader.records(compact: isFlexible)
                endStructure()
                if reader.hasFailed { return false }
            }
            endStructure()
            if reader.hasFailed { return false }
        }
        endStructure()
        return !reader.hasFailed && reader.remainingByteCount == 0
    }

    private mutating func string() -> Range<Int> {
        let start = reader.offset
        let byteCount = isFlexible ? Int(reader.unsignedVarint()) - 1 : Int(reader.int16())
        guard !reader.hasFailed else { return 0..<0 }
        guard (0...0x7fff).contains(byteCount) else {
            reader.fail(expected: "a topic name of 0 to 32767 bytes, found a length of \(byteCount)", at: start)
            return 0..<0
        }
        return reader.locate(byteCount: byteCount, "a topic name")
    }

    private static func count(_ reader: inout WireReader, _ isFlexible: Bool) -> Int {
        guard let count = reader.arrayCount(compact: isFlexible) else {
            reader.fail(expected: "an array, found null")
            return 0
        }
        return count
    }
}
