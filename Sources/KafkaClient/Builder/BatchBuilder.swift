public import KafkaProtocol

/// Makes record batches of records: groups by partition, serialises, compresses. Knows nothing of brokers.
///
/// What every strategy keeps to, and the contract tests check:
/// - Each record that `append` takes is in exactly one batch, also across `flush` and `finish`.
/// - Records of one partition that one caller appends keep their order, from append to the order of `BatchSink.accept`.
/// - No batch is longer than `batchByteCountMax`. A record that can't fit alone is refused with an error, and the other
///   records of its chunk are taken.
/// - No batch waits longer than the linger time for more records.
/// - When the memory bound is reached, `append` waits until batches are let go of.
public protocol BatchBuilder: Sendable {
    /// Takes the records of a chunk.
    ///
    /// - Parameters:
    ///   - chunk: its records; it may be changed and reused afterwards.
    ///   - topic: where they go.
    ///   - partition: for all of the chunk; nil lets the partitioner decide for each record.
    /// - Throws: `KafkaClientError` with `.recordTooLarge` after the others were taken; `.unknownTopic`,
    ///   `.unknownPartition` or `.closed` before any was; `CancellationError` when the task is cancelled while it waits for
    ///   memory: the records before that point are taken.
    func append(_ chunk: RecordChunk, to topic: String, partition: Int32?) async throws

    /// Seals every batch whose first record is older than `age`, and returns when the sink has them.
    func flush(olderThan age: Duration) async

    /// Seals what is open, tells the sink that no more comes, and refuses further records. Calling it again does nothing.
    func finish() async
}

extension BatchBuilder {
    public func append(_ chunk: RecordChunk, to topic: String) async throws {
        try await append(chunk, to: topic, partition: nil)
    }

    /// Seals everything that is open.
    public func flush() async { await flush(olderThan: .zero) }
}

/// Where a builder's batches go.
public protocol BatchSink: AnyObject, Sendable {
    /// Takes batches in order. Called on the builder's own thread: must be quick and must not block.
    func accept(_ batches: [RecordBatch])
    /// No more batches come from this source.
    func finish()
}

/// What a builder must know of a topic: how many partitions there are to choose from.
public protocol TopicDirectory: Sendable {
    /// - Throws: `KafkaClientError` with `.unknownTopic`.
    func partitionCount(of topic: String) async throws -> Int
}

/// Topics whose partitions are known beforehand.
public struct FixedTopics: TopicDirectory {
    private let partitionCounts: [String: Int]

    public init(_ partitionCounts: [String: Int]) { self.partitionCounts = partitionCounts }

    public func partitionCount(of topic: String) throws -> Int {
        guard let count = partitionCounts[topic], count > 0 else {
            throw KafkaClientError(.unknownTopic, "topic '\(topic)' is not one of those that were given")
        }
        return count
    }
}
