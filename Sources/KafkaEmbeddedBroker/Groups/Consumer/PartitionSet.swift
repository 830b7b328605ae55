import KafkaProtocol

/// Partitions of topics that are named by their ids.
struct PartitionSet: Sendable, Equatable {
    private(set) var topics: [KafkaUUID: Set<Int32>] = [:]

    init() {}

    init(_ listed: [TopicIDPartitions]) {
        for topic in listed where !topic.partitions.isEmpty {
            topics[topic.topicID, default: []].formUnion(topic.partitions)
        }
    }

    var isEmpty: Bool { topics.isEmpty }
    var count: Int { topics.values.reduce(0) { $0 + $1.count } }

    func contains(_ topic: KafkaUUID, _ partition: Int32) -> Bool { topics[topic]?.contains(partition) == true }

    mutating func insert(_ topic: KafkaUUID, _ partition: Int32) { topics[topic, default: []].insert(partition) }

    mutating func remove(_ topic: KafkaUUID, _ partition: Int32) {
        topics[topic]?.remove(partition)
        if topics[topic]?.isEmpty == true { topics[topic] = nil }
    }

    func intersection(_ other: PartitionSet) -> PartitionSet {
        filter { other.contains($0, $1) }
    }

    func subtracting(_ other: PartitionSet) -> PartitionSet {
        filter { !other.contains($0, $1) }
    }

    func union(_ other: PartitionSet) -> PartitionSet {
        var result = self
        for (topic, partitions) in other.topics { result.topics[topic, default: []].formUnion(partitions) }
        return result
    }

    func isSubset(of other: PartitionSet) -> Bool { allSatisfy { other.contains($0, $1) } }

    func isDisjoint(with other: PartitionSet) -> Bool { allSatisfy { !other.contains($0, $1) } }

    func filter(_ isIncluded: (KafkaUUID, Int32) -> Bool) -> PartitionSet {
        var result = PartitionSet()
        for (topic, partitions) in topics {
            let left = partitions.filter { isIncluded(topic, $0) }
            if !left.isEmpty { result.topics[topic] = left }
        }
        return result
    }

    func forEach(_ body: (KafkaUUID, Int32) -> Void) {
        for (topic, partitions) in topics { for partition in partitions { body(topic, partition) } }
    }

    private func allSatisfy(_ condition: (KafkaUUID, Int32) -> Bool) -> Bool {
        topics.allSatisfy { topic, partitions in partitions.allSatisfy { condition(topic, $0) } }
    }

    /// As messages carry them, in a steady order.
    var listed: [TopicIDPartitions] {
        topics.sorted { ($0.key.high, $0.key.low) < ($1.key.high, $1.key.low) }.map {
            TopicIDPartitions(topicID: $0.key, partitions: $0.value.sorted())
        }
    }
}
