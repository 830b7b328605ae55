import KafkaProtocol

/// What a member of the strategy `sticky` tells the leader: the partitions that it had, and since which generation.
///
/// Source: `StickyAssignor` of Kafka's client: version 1, and version 0, which has no generation. The version is not told.
package struct StickyUserData: Equatable {
    package var partitions: [TopicPartition]
    /// -1 in version 0.
    package var generation: Int32

    package init(partitions: [TopicPartition], generation: Int32) {
        self.partitions = partitions
        self.generation = generation
    }

    /// Reads either version; nil for bytes that are neither.
    package init?(encoded: [UInt8]) {
        let read = encoded.withUnsafeBytes { bytes -> StickyUserData? in
            var reader = WireReader(bytes)
            var data = StickyUserData(partitions: [], generation: -1)
            // A topic takes its name's length and the count of its partitions.
            let topicCount = reader.arrayCount(compact: false, elementByteCountMin: 6) ?? 0
            var topicNumber = 0
            while topicNumber < topicCount, !reader.hasFailed {
                let topic = reader.string(compact: false)
                let count = reader.arrayCount(compact: false, elementByteCountMin: 4) ?? 0
                var number = 0
                while number < count, !reader.hasFailed {
                    data.partitions.append(TopicPartition(topic, reader.int32()))
                    number += 1
                }
                topicNumber += 1
            }
            if reader.remainingByteCount >= 4 { data.generation = reader.int32() }
            return reader.hasFailed ? nil : data
        }
        guard let read else { return nil }
        self = read
    }

    /// Version 1; nil when a topic's name is too long for the wire.
    package func encoded() -> [UInt8]? {
        var writer = WireWriter()
        let topics = TopicPartition.byTopic(partitions)
        writer.arrayCount(topics.count, compact: false)
        for (topic, numbers) in topics {
            writer.string(topic, compact: false)
            writer.arrayCount(numbers.count, compact: false)
            for number in numbers { writer.int32(number) }
        }
        writer.int32(generation)
        return writer.error == nil ? writer.withUnsafeBytes { [UInt8]($0) } : nil
    }
}

extension TopicPartition {
    /// The numbers of partitions by topic, topics in Java's order, numbers as they come.
    static func byTopic(_ partitions: some Sequence<TopicPartition>) -> [(topic: String, partitions: [Int32])] {
        var topics: [String: [Int32]] = [:]
        for partition in partitions { topics[partition.topic, default: []].append(partition.partition) }
        return topics.map { (topic: $0.key, partitions: $0.value) }.sorted { precedesInJava($0.topic, $1.topic) }
    }
}
