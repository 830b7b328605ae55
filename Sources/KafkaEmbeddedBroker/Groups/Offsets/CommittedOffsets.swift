/// How far a group has read, by topics and partitions. Offsets do not expire.
struct CommittedOffsets: Sendable {
    private(set) var topics: [String: [Int32: CommittedOffset]] = [:]
    /// About the bytes that they take.
    private(set) var byteCount = 0

    var isEmpty: Bool { topics.isEmpty }

    subscript(topic: String, partition: Int32) -> CommittedOffset? { topics[topic]?[partition] }

    mutating func commit(_ offset: CommittedOffset, _ topic: String, _ partition: Int32) {
        if topics[topic] == nil { byteCount += Self.byteCount(of: topic) }
        let former = topics[topic, default: [:]].updateValue(offset, forKey: partition)
        byteCount += offset.byteCount - (former?.byteCount ?? 0)
    }

    mutating func remove(_ topic: String, _ partition: Int32) {
        guard let former = topics[topic]?.removeValue(forKey: partition) else { return }
        byteCount -= former.byteCount
        if topics[topic]?.isEmpty == true { removeAll(of: topic) }
    }

    mutating func removeAll(of topic: String) {
        guard let former = topics.removeValue(forKey: topic) else { return }
        byteCount -= former.values.reduce(Self.byteCount(of: topic)) { $0 + $1.byteCount }
    }

    private static func byteCount(of topic: String) -> Int { 128 + topic.utf8.count }
}
