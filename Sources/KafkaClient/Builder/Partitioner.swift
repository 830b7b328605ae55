public import KafkaProtocol

/// Decides to which partition each record goes. Injected into builders; users bring their own.
///
/// A partitioner is asked once per chunk, not per record, so that a record costs no dispatch.
public protocol Partitioner: Sendable {
    /// What keeps the state of one topic in one lane. Called once for each.
    func makeAssigner() -> any PartitionAssigner
}

/// Assigns the records of one topic in one lane. Not `Sendable`: a lane's thread alone touches it.
public protocol PartitionAssigner: AnyObject {
    /// Writes a partition for each record of the chunk, in order: 0 to `partitionCount - 1`, or -1 for any.
    ///
    /// Anything else is refused by the builder with an error, before a record of the chunk is taken.
    func assign(_ chunk: RecordChunk, partitionCount: Int, to partitions: UnsafeMutableBufferPointer<Int32>)

    /// Where a batch of records that may go to any partition goes, asked when it is sealed; -1 leaves it to the producer,
    /// which then may also move it when that partition fails.
    func partitionForBatch(partitionCount: Int) -> Int32
}

extension PartitionAssigner {
    public func partitionForBatch(partitionCount: Int) -> Int32 { -1 }
}
