public import KafkaProtocol

/// Builds record batches: it groups records by partition, serialises and compresses them. It needs no broker.
///
/// All builders of this package keep these promises:
/// - Each record that `append` takes is in exactly one batch, also across `flush` and `finish`.
/// - Records of one partition that one caller appends keep their order, from `append` to ``BatchSink/accept(_:)``.
/// - No batch is longer than ``BuilderConfiguration/batchByteCountMax``. A record that can't fit a batch alone is refused
///   with an error, and the other records of its chunk are taken.
/// - No batch waits for more records longer than the linger time, unless it could not be sent yet.
/// - When the memory bound is reached, `append` waits until memory comes back: a batch's memory does so when the last
///   reference to the batch is gone.
public protocol BatchBuilder: Sendable {
    /// Appends the records of a chunk. Returns when the builder has taken them, not when they are in sealed batches.
    ///
    /// - Parameters:
    ///   - chunk: the records; it may be changed and reused afterwards.
    ///   - topic: the topic that all of them go to.
    ///   - partition: the partition that all of them go to, from 0 on. Nil lets the partitioner choose one for each record;
    ///     -1 lets all go to any.
    /// - Throws: `KafkaClientError`: `.recordTooLarge` when records fit no batch, after the others were taken;
    ///   `.unknownTopic` or `.unknownPartition`, before any record was taken; `.closed` when the builder is finished.
    ///   Its ``KafkaClientError/takenRecordCount`` says how many records were taken. `CancellationError` when the task is
    ///   cancelled while the call waits for memory: some records are taken then, and it does not say how many.
    func append(_ chunk: RecordChunk, to topic: String, partition: Int32?) async throws

    /// Seals every batch whose first record was appended `age` ago or earlier, and returns when the sink has these batches.
    ///
    /// - Parameter age: not negative; zero seals all batches.
    func flush(olderThan age: Duration) async

    /// Seals all open batches, calls the sink's `finish`, and refuses further records. Calling it again does nothing.
    ///
    /// It does not wait for memory: the last batches are built even beyond the bound.
    func finish() async
}

extension BatchBuilder {
    /// Appends the records of a chunk; the partitioner chooses the partition of each.
    ///
    /// - Throws: the errors of ``append(_:to:partition:)``.
    public func append(_ chunk: RecordChunk, to topic: String) async throws {
        try await append(chunk, to: topic, partition: nil)
    }

    /// Seals all open batches, and returns when the sink has them.
    public func flush() async { await flush(olderThan: .zero) }
}

/// Takes the batches of builder lanes.
///
/// Both functions are called on the builder's thread, and must be quick and must not block. A sink that several lanes share
/// is called from several threads.
public protocol BatchSink: AnyObject, Sendable {
    /// Takes sealed batches, in the order in which they were sealed. The array is never empty.
    func accept(_ batches: [RecordBatch])
    /// Says that a lane has no more batches. Each lane calls it once.
    func finish()
}

/// Knows, on the thread of the builder, whether a partition's leader keeps up.
protocol BatchPacing: AnyObject {
    /// How many brokers batches go to.
    var brokerCount: Int { get }

    /// Whether longer batches of a partition would get more across: so many are in flight as may be, and more bytes could be.
    ///
    /// - Parameters:
    ///   - byteCount: of the longer batch.
    ///   - openByteCount: the bytes of open batches that there would be then.
    func isBehind(_ topic: String, _ partition: Int32, byteCount: Int, openByteCount: Int) -> Bool

    /// The longest batch that brokers take for a topic, as far as they have said so.
    func byteCountMax(_ topic: String) -> Int

    /// The broker for which a batch of a partition would have to wait, so that it may as well take more records; nil when it
    /// could be sent now. When that may have changed, the builder is told.
    func mustWait(_ topic: String, _ partition: Int32, now: MonotonicInstant) -> Int32?

    /// How long a batch takes records at most, after its linger time, because it could not be sent.
    var holdTimeMax: Duration { get }
}

/// Knows how many partitions topics have. Builders need this to choose partitions; ``Cluster`` asks brokers for it.
public protocol TopicDirectory: Sendable {
    /// The number of partitions of a topic, at least one.
    ///
    /// - Throws: `KafkaClientError` with `.unknownTopic` when there is no such topic, or why it can't be asked for.
    func partitionCount(of topic: String) async throws -> Int

    /// The number of partitions of a topic now. It is asked for anew, because a caller named a partition that is not known:
    /// the topic may have gained some.
    ///
    /// - Throws: the errors of ``partitionCount(of:)``.
    func partitionCountNow(of topic: String) async throws -> Int
}

extension TopicDirectory {
    /// For directories that always tell the newest: what ``partitionCount(of:)`` tells.
    public func partitionCountNow(of topic: String) async throws -> Int { try await partitionCount(of: topic) }
}

/// A directory of topics whose numbers of partitions are known beforehand, for builders without a cluster.
public struct FixedTopics: TopicDirectory {
    private let partitionCounts: [String: Int]

    /// Creates a directory.
    ///
    /// - Parameter partitionCounts: the number of partitions of each topic, by its name; each at least one.
    public init(_ partitionCounts: [String: Int]) { self.partitionCounts = partitionCounts }

    /// The number of partitions of a topic.
    ///
    /// - Throws: `KafkaClientError` with `.unknownTopic` when the topic was not given, or was given without a partition.
    public func partitionCount(of topic: String) throws -> Int {
        guard let count = partitionCounts[topic], count > 0 else {
            throw KafkaClientError(.unknownTopic, "topic '\(topic)' is not one of those that were given")
        }
        return count
    }
}
