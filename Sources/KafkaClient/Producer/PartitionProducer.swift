// The single-partition primitive beneath the producer: one call, one exchange. It hides nothing and retries nothing, so
// that programs with a policy of their own can be built on it.

public import KafkaProtocol
public import KafkaTransport

/// Produces to one partition over one connection to its leader.
public actor PartitionProducer {
    public nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    public nonisolated let topic: String
    public nonisolated let partition: Int32
    /// The broker that is spoken to, which may no longer lead the partition.
    public nonisolated let leader: Int32
    private let topicID: KafkaUUID
    private let connection: BrokerConnection
    private let calls = SuspendedCalls()

    /// Looks up the leader and connects to it.
    ///
    /// - Throws: `KafkaClientError`: no such topic or partition, no leader, no connection.
    public init(
        topic: String, partition: Int32, cluster: Cluster, on loop: EventLoop, _ configuration: ConnectionConfiguration
    ) async throws {
        let place = try await cluster.place(of: topic, partition)
        self.topic = topic
        self.partition = partition
        self.loop = loop
        leader = place.leader
        topicID = place.topicID
        connection = BrokerConnection(to: place.endpoint, on: loop, configuration)
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
        /// When the request was begun and its answer was here, on the monotonic clock.
        public let beginNs: Int64
        public let endNs: Int64
    }

    /// Sends one batch and gives the answer, whatever its error code.
    ///
    /// - Parameters:
    ///   - batch: its topic and partition are not looked at.
    ///   - acks: not `.none`, which has no answer.
    /// - Throws: `KafkaClientError` when there is no answer: lost, timed out, not understood.
    ///
    /// Source: Produce, API key 0.
    public func produce(_ batch: RecordBatch, acks: Acks = .all, timeout: Duration = .seconds(30)) async throws
        -> Answer
    {
        precondition(acks != .none, "acks 0 has no answer")
        let limit: Int16 = topicID == .zero ? 12 : .max
        let partitionData = ProduceRequest.Partition(index: partition, records: .bytes(batch.copiedBytes))
        let request = ProduceRequest(
            acks: acks.rawValue, timeoutMs: Int32(clamping: timeout.nanoseconds / 1_000_000),
            topics: [ProduceRequest.Topic(name: topic, topicID: topicID, partitions: [partitionData])])
        let beginNs = MonotonicClock.nowNs()
        calls.begin()
        defer { calls.end() }
        let response = try await connection.exchange(request, atMost: limit, timeout: timeout)
        guard let answer = response.topics.first?.partitions.first, answer.index == partition else {
            throw KafkaClientError(
                .protocolViolation, "the answer does not speak of partition \(partition) of topic '\(topic)'")
        }
        return Answer(
            errorCode: answer.errorCode, errorMessage: answer.errorMessage, baseOffset: answer.baseOffset,
            logAppendTimeMs: answer.logAppendTimeMs, logStartOffset: answer.logStartOffset,
            throttleTimeMs: response.throttleTimeMs, beginNs: beginNs, endNs: MonotonicClock.nowNs())
    }

    /// Closes the connection. Calls on their way fail; when this returns, they have.
    public func close() async {
        connection.close()
        await calls.waitForNone()
    }
}
