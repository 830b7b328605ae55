import KafkaProtocol

/// Chooses partitions in turn. Lanes that share a topic take every n-th partition, each from a start of its own.
struct PartitionRotation: Sendable {
    private var next = 0
    private let stride: Int

    /// Every partition, from 0 on.
    init() { stride = 1 }

    /// - Throws: `KafkaClientError` with `.invalidArgument` for a start below 0, a stride below 1, or either above
    ///   `Int32.max`.
    init(start: Int, stride: Int) throws(KafkaClientError) {
        guard (0...Int(Int32.max)).contains(start), (1...Int(Int32.max)).contains(stride) else {
            throw KafkaClientError(
                .invalidArgument,
                "a rotation from \(start) by \(stride) names partitions that can't be; start at 0 or more, by 1 or more"
            )
        }
        next = start
        self.stride = stride
    }

    mutating func advance(partitionCount: Int) -> Int32 {
        let partition = next % partitionCount
        next = partition + stride
        return Int32(partition)
    }

    /// Chooses a partition for each element of `partitions`.
    mutating func fill(_ partitions: UnsafeMutableBufferPointer<Int32>, partitionCount: Int) {
        var partition = next % partitionCount
        let step = stride % partitionCount
        for index in partitions.indices {
            partitions[index] = Int32(truncatingIfNeeded: partition)
            partition += step
            if partition >= partitionCount { partition -= partitionCount }
        }
        next = partition
    }
}
