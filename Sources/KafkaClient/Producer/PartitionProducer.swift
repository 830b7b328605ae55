// One call of the partition producer is one request and its answer. It retries nothing, and gives the answer as it came, so
// that programs with rules of their own for failures can be built on it.

public import KafkaProtocol
public import KafkaTransport

/// Produces to one partition, over one connection to the partition's leader. It never retries.
public actor PartitionProducer {
    /// The loop on which the actor runs.
    public nonisolated let loop: EventLoop
    /// The loop, as an executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    /// The topic that is produced to.
    public nonisolated let topic: String
    /// The partition that is produced to, from 0 on.
    public nonisolated let partition: Int32
    /// The node id of the broker that led the partition when this was created. It may lead it no longer.
    public nonisolated let leader: Int32

    private let connection: LeaderConnection

    /// Asks which broker leads the partition, and connects to it.
    ///
    /// - Parameters:
    ///   - topic: the name of a topic that exists.
    ///   - partition: a partition of the topic, from 0 on.
    ///   - cluster: the cluster that is asked for the leader.
    ///   - loop: runs the actor and its connection. Close this producer before you shut the loop down.
    ///   - configuration: how the connection is opened and watched.
    /// - Throws: `KafkaClientError`: `.invalidConfiguration`; `.unknownTopic` or `.unknownPartition`; `.leaderNotAvailable`;
    ///   `.connectionFailed`, `.requestTimedOut` or `.protocolViolation` when the leader can't be connected to.
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

    /// A broker's answer to one produce request.
    ///
    /// Source: Produce, API key 0.
    public struct Answer: Sendable {
        /// The broker's error code; `.none` when the batch is stored.
        public let errorCode: KafkaErrorCode
        /// The broker's message for the error, from Kafka 2.4 on (KIP-467); nil when it sent none.
        public let errorMessage: String?
        /// The offset of the batch's first record; -1 with an error.
        public let baseOffset: Int64
        /// When the broker stored the batch, in milliseconds since 1970; -1 unless the topic's timestamps are set by the
        /// broker (`message.timestamp.type=LogAppendTime`).
        public let logAppendTimeMs: Int64
        /// The first offset that is still in the log; -1 from brokers older than Kafka 1.0.
        public let logStartOffset: Int64
        /// How long the broker throttles this client for its quota (KIP-219), in milliseconds; 0 when it does not.
        public let throttleTimeMs: Int32
        /// When the request was begun.
        public let began: MonotonicInstant
        /// When the answer arrived.
        public let ended: MonotonicInstant
    }

    /// Sends one batch and returns the answer, also when the answer is an error code.
    ///
    /// - Parameters:
    ///   - batch: goes to this producer's topic and partition; its own topic and partition don't matter.
    ///   - acks: `.leader` or `.all`. With `.none` a broker gives no answer.
    ///   - timeout: how long the answer is waited for. The broker may wait for the replicas a tenth, but at most a second,
    ///     less: so its answer that the time is over arrives. Brokers get it in whole milliseconds.
    /// - Throws: `KafkaClientError` when there is no answer: `.connectionFailed`, `.requestTimedOut`, `.protocolViolation`,
    ///   `.unsupportedVersion` or `.closed`; `.invalidArgument` for acks `.none`.
    ///
    /// Source: Produce, API key 0, versions 3 to 13.
    public func produce(_ batch: RecordBatch, acks: Acks = .all, timeout: Duration = .seconds(30)) async throws
        -> Answer
    {
        guard acks != .none else {
            throw KafkaClientError(.invalidArgument, "a broker gives no answer to acks none; use leader or all")
        }
        let partitionData = ProduceRequest.Partition(index: partition, records: .bytes(batch.copiedBytes))
        let request = ProduceRequest(
            acks: acks.rawValue, timeoutMs: timeout.brokersShare.milliseconds,
            topics: [
                ProduceRequest.Topic(name: topic, topicID: connection.leader.topicID, partitions: [partitionData])
            ])
        let began = MonotonicInstant.now
        let response = try await connection.exchange(request, byNameUpTo: 12, timeout: timeout) {
            frame, version, _ throws(WireError) in
            try ResponseFrame.decode(ProduceResponse.self, version: version, frame)
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

    /// Closes the connection. Calls that wait for an answer throw `.closed`, and have thrown it when this returns.
    public func close() async { await connection.close() }
}
