public import KafkaProtocol

/// Chooses the partition of each record. The package has several partitioners, and a type of your own can be one too.
///
/// Builders ask once for each chunk and not for each record, so that a record costs no dynamic call. To choose by the key
/// alone, a ``CustomPartitioner`` suffices.
public protocol Partitioner: Sendable {
    /// Makes the assigner of one topic in one lane. Builders call it once for each topic and lane.
    func makeAssigner() -> any PartitionAssigner
}

/// Chooses the partitions of one topic's records in one lane, and keeps what it needs for that.
///
/// It is not `Sendable`: builders never call it from two threads at once.
public protocol PartitionAssigner: AnyObject {
    /// Chooses a partition for each record of a chunk.
    ///
    /// The builder checks the choices: with any other number than the ones below, `append` throws `.unknownPartition` before
    /// it takes a record of the chunk.
    ///
    /// - Parameters:
    ///   - chunk: the records; ``RecordChunk/forEachKey(_:)`` gives their keys.
    ///   - partitionCount: the number of partitions of the topic, at least one.
    ///   - partitions: has ``RecordChunk/count`` elements. Write a partition for each record, in order: 0 to
    ///     `partitionCount - 1`, or -1 for any.
    func assign(_ chunk: RecordChunk, partitionCount: Int, to partitions: UnsafeMutableBufferPointer<Int32>)

    /// What all records without a key get, where that is the same for all: then the assigner need not be asked for chunks in
    /// which no record has a key. Nil, the default, when it has to be asked.
    var partitionWithoutKey: Int32? { get }

    /// Chooses the partition that records for any go to. Builders call it anew when the batch of that partition is full, or is
    /// sealed for another reason: so batches are as full as can be.
    ///
    /// - Parameter partitionCount: the number of partitions of the topic, at least one.
    /// - Returns: 0 to `partitionCount - 1`; or -1 to leave the choice to the producer, which may then also choose another
    ///   partition after a failure.
    func partitionForBatch(partitionCount: Int) -> Int32
}

extension PartitionAssigner {
    /// The assigner is asked for every chunk.
    public var partitionWithoutKey: Int32? { nil }

    /// Leaves the choice to the producer.
    public func partitionForBatch(partitionCount: Int) -> Int32 { -1 }
}
