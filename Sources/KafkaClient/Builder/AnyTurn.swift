/// Whose turn it is: the partition of the records that may go to any, until its batch is cut.
struct AnyTurn {
    private let share: LaneShare
    private var partition: Int32?
    /// What a batch for any says of its partition: -1, unless the partitioner has named one that does not exist. The producer
    /// refuses it then.
    private(set) var partitionOfAny: Int32 = -1

    init(_ share: LaneShare) { self.share = share }

    /// The partition whose turn it is; -1 when the producer is to choose one for the batch, when it sends it.
    mutating func take(of partitionCount: Int, _ assigner: any PartitionAssigner) -> Int32 {
        if let partition, partition < partitionCount { return partition }
        let chosen = share.choose(of: partitionCount, assigner.partitionForBatch)
        let exists = chosen >= 0 && Int(chosen) < partitionCount
        partitionOfAny = exists ? -1 : chosen
        let next = exists ? chosen : -1
        partition = next
        return next
    }

    /// Ends the turn of a partition, or of -1, if it is its turn.
    mutating func end(_ partition: Int32) { if self.partition == partition { self.partition = nil } }
}
