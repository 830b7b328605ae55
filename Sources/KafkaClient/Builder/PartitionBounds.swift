/// Checks what a partitioner or a caller has chosen, before a record is taken.
enum PartitionBounds {
    /// - Throws: `KafkaClientError` with `.unknownPartition` when one is neither -1 nor a partition of the topic.
    static func check(_ partitions: [Int32], of topic: String, _ partitionCount: Int) throws(KafkaClientError) {
        // Moved up by one, every valid choice is an unsigned number up to the count: one comparison, many at a time.
        let worst = partitions.withUnsafeBufferPointer { choices in
            choices.reduce(0 as UInt32) { max($0, UInt32(bitPattern: $1 &+ 1)) }
        }
        if worst <= UInt32(partitionCount) { return }
        throw KafkaClientError(
            .unknownPartition,
            """
            topic '\(topic)' has partitions 0 to \(partitionCount - 1), a record was meant for \
            \(Int32(bitPattern: worst) &- 1)
            """)
    }
}
