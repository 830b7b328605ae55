// The single-partition primitive beneath the producer: one call, one exchange. It hides nothing and retries nothing, so
// that programs with a policy of their own can be built on it.

public import KafkaProtocol
public import KafkaTransport

/// Produces to one partition over one connection to its leader.
public actor PartitionProducer {
    /// Where this lives.
    public nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    /// The topic that is produced to.
    public nonisolated let topic: String
    /// The partition that is produced to.
    public nonisolated let partition: Int32
    /// Node id of the broker that is spoken to, which may no longer lead the partition.
    public nonisolated let leader: Int32

    private let connection: LeaderConnection

    /// Looks up the leader and connects to it.
    ///
    /// - Parameters:
    ///   - topic: must exist.
    ///   - partition: from 0 on.
    ///   - cluster: what is asked for the leader.
    ///   - loop: where the connection lives; it outlives this producer.
    ///   - configuration: of the connection.
    /// - Throws: `KafkaClientError`: an invalid configuration, no such topic or partition, no leader, no connection.
    public init(
        topic: String, partition: Int32, cluster: Cluster, on loop: EventLoop,
        _ configuration: ConnectionConfiguration = ConnectionConfiguration()
    ) async throws {
        try ConfigurationCheck.throwIfAny(configuration.problems, for: "a partition's producer")
        let leader = try await cluster.leader(of: topic, partition)
        self.topic = topic
        self.partition = partition
        self.loop = loop
        self.leader = leader.id
        connection = LeaderConnection(to: leader, on: loop, configuration)
        try await open()
    }

    private func open() async throws { try await connection.open() }

    /// What a broker answered, as it answered it.
    public struct Answer: Sendable {
        /// The broker's verdict; `.none` when the batch is stored.
        public let errorCode: KafkaErrorCode
        /// The broker's own words for an error, from Kafka 2.4 on (KIP-467).
        public let errorMessage: String?
        /// The offset of the batch's first record; -1 with an error.
        public let baseOffset: Int64
        /// When the broker stored the batch, in milliseconds since 1970; -1 unless the topic's timestamps are the broker's.
        public let logAppendTimeMs: Int64
        /// The first offset that is still in the log; -1 from brokers older than Kafka 1.0.
        public let logStartOffset: Int64
        /// How long the broker holds this client back for its quota (KIP-219), in milliseconds.
        public let throttleTimeMs: Int32
        /// When the request was begun.
        public let began: MonotonicInstant
        /// When its answer was here.
        public let ended: MonotonicInstant
    }

    /// Sends one batch and gives the answer, whatever its error code.
    ///
    /// - Parameters:
    ///   - batch: its topic and partition are not looked at.
    ///   - acks: `.leader` or `.all`; with `.none` there would be no answer.
    ///   - timeout: for the replicas, and then for the answer.
    /// - Throws: `KafkaClientError` when there is no answer: lost, timed out, not understood; `.invalidArgument` for acks
    ///   `.none`.
    ///
    /// Source: Produce, API key 0.
    public func produce(_ batch: RecordBatch, acks: Acks = .all, timeout: Duration = .seconds(30)) async throws
        -> Answer
    {
        guard acks != .none else {
            throw KafkaClientError(.invalidArgument, "a broker gives no answer to acks none; use leader or all")
        }
        let partitionData = ProduceRequest.Partition(index: partition, records: .bytes(batch.copiedBytes))
        let request = ProduceRequest(
            acks: acks.rawValue, timeoutMs: timeout.milliseconds,
            topics: [
                ProduceRequest.Topic(name: topic, topicID: connection.leader.topicID, partitions: [partitionData])
            ])
        let began = MonotonicInstant.now
        let response = try await connection.exchange(request, byNameUpTo: 12, timeout: timeout) {
            frame, version throws(WireError) in
            var reader = WireReader(frame)
            return try ResponseFrame.decode(ProduceResponse.self, version: version, from: &reader).response
        }
        guard let answer = response.topics.first?.partitions.first, answer.index == partition else {
            throw KafkaClientError(
                .protocolViolation, "the answer does not speak of partition \(partition) of topic '\(topic)'")
        }
        return Answer(
            errorCode: answer.errorCode, errorMessage: answer.errorMessage, baseOffset: answer.baseOffset,
            logAppendTimeMs: answer.logAppendTimeMs, logStartOffset: answer.logStartOffset,
            throttleTimeMs: response.throttleTimeMs, began: began, ended: .now)
    }

    /// Closes the connection. Calls on their way fail; when this returns, they have.
    public func close() async { await connection.close() }
}
