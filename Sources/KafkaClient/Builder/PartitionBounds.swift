/// Checks what a partitioner or a caller has chosen, before a record is taken.
enum PartitionBounds {
    /// - Throws: `KafkaClientError` with `.unknownPartition` when one is neither -1 nor a partition of the topic.
    static func check(_ partitions: [Int32], of topic: String, _ partitionCount: Int) throws(KafkaClientError) {
        var low = Int32.max
        var high = Int32.min
        for partition in partitions {
            low = min(low, partition)
            high = max(high, partition)
        }
        if partitions.isEmpty || (low >= -1 && Int(high) < partitionCount) { return }
        throw KafkaClientError(
            .unknownPartition,
            "topic '\(topic)' has partitions 0 to \(partitionCount - 1), a record was meant for \(low < -1 ? low : high)")
    }
}
