import KafkaProtocol

/// Checks the partitions that a partitioner or a caller has chosen, before a record is taken.
enum PartitionBounds {
    /// - Throws: `KafkaClientError` with `.unknownPartition` when one is neither -1 nor a partition of the topic.
    static func check(_ partitions: [Int32], of topic: String, _ partitionCount: Int) throws(KafkaClientError) {
        let worst = needed(for: partitions)
        if worst <= UInt32(partitionCount) { return }
        throw error(Int32(bitPattern: worst) &- 1, of: topic, partitionCount)
    }

    /// The number of partitions that a topic needs, so that these are -1 or one of them.
    static func needed(for partitions: [Int32]) -> UInt32 {
        // Moved up by one, every valid choice is an unsigned number up to the count: one comparison, many at a time.
        partitions.withUnsafeBufferPointer { choices in
            choices.reduce(0 as UInt32) { max($0, UInt32(bitPattern: $1 &+ 1)) }
        }
    }

    /// Checks one partition that a caller named.
    ///
    /// - Throws: `KafkaClientError` with `.unknownPartition` when it is not a partition of the topic.
    static func check(_ partition: Int32, of topic: String, _ partitionCount: Int) throws(KafkaClientError) {
        if partition < 0 || Int(partition) >= partitionCount { throw error(partition, of: topic, partitionCount) }
    }

    /// The error for a partition that a topic doesn't have.
    ///
    /// - Parameter isAnew: whether the topic was made anew since.
    static func error(
        _ partition: Int32, of topic: String, _ partitionCount: Int, isAnew: Bool = false
    ) -> KafkaClientError {
        let what = isAnew ? "topic '\(topic)' was deleted and made anew, and has" : "topic '\(topic)' has"
        return KafkaClientError(
            .unknownPartition,
            "\(what) partitions 0 to \(partitionCount - 1); partition \(partition) was asked for")
    }
}
