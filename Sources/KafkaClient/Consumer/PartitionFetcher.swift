// The single-partition primitive of consuming: one call, one exchange, batches as the broker has them.

public import KafkaProtocol
public import KafkaTransport

/// Fetches from one partition over one connection to its leader.
public actor PartitionFetcher {
    /// Where this lives.
    public nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    /// The topic that is read.
    public nonisolated let topic: String
    /// The partition that is read.
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
    ///   - loop: where the connection lives; it outlives this fetcher.
    ///   - configuration: of the connection.
    /// - Throws: `KafkaClientError`: an invalid configuration, no such topic or partition, no leader, no connection.
    public init(
        topic: String, partition: Int32, cluster: Cluster, on loop: EventLoop,
        _ configuration: ConnectionConfiguration = ConnectionConfiguration()
    ) async throws {
        try ConfigurationCheck.throwIfAny(configuration.problems, for: "a partition's fetcher")
        let leader = try await cluster.leader(of: topic, partition)
        self.topic = topic
        self.partition = partition
        self.loop = loop
        self.leader = leader.id
        connection = LeaderConnection(to: leader, on: loop, configuration)
        try await open()
    }

    private func open() async throws { try await connection.open() }

    /// What a broker answered, with the batches' bytes.
    public struct Answer: Sendable {
        /// The broker's verdict.
        public let errorCode: KafkaErrorCode
        /// The offset behind the last record that every replica in sync has; -1 with an error.
        public let highWatermark: Int64
        /// The offset before which every transaction has ended; -1 with an error.
        public let lastStableOffset: Int64
        /// The first offset that is still in the log; -1 with an error.
        public let logStartOffset: Int64
        /// Whole batches one behind the other, the last one possibly cut: `FetchedBatches` walks them.
        public let records: [UInt8]
        /// How long the broker holds this client back for its quota (KIP-219), in milliseconds.
        public let throttleTimeMs: Int32
        /// When the request was begun.
        public let began: MonotonicInstant
        /// When its answer was here.
        public let ended: MonotonicInstant
    }

    /// Asks for records from `offset` on and gives the answer, whatever its error code.
    ///
    /// - Parameters:
    ///   - offset: of the first record wanted.
    ///   - byteCountMin: the broker waits until it has so many bytes, at most `maxWait`.
    ///   - byteCountMax: bytes of the answer; the first batch is given whole even when it is longer.
    ///   - maxWait: for how long the broker waits for `byteCountMin` bytes.
    ///   - timeout: for the answer, beyond `maxWait`.
    /// - Throws: `KafkaClientError` when there is no answer: lost, timed out, not understood.
    ///
    /// Source: Fetch, API key 1, without a session (KIP-227).
    public func fetch(
        from offset: Int64, byteCountMin: Int32 = 1, byteCountMax: Int32 = 1 << 20,
        maxWait: Duration = .milliseconds(500), timeout: Duration = .seconds(30)
    ) async throws -> Answer {
        var request = FetchRequest()
        request.maxWaitMs = maxWait.milliseconds
        request.minBytes = byteCountMin
        request.maxBytes = byteCountMax
        request.topics = [requestedTopic(from: offset, byteCountMax: byteCountMax)]
        let began = MonotonicInstant.now
        let patience = min(max(.zero, maxWait), .seconds(86_400)) + min(timeout, .seconds(86_400))
        let fetched = try await connection.exchange(request, byNameUpTo: 12, timeout: patience) {
            frame, version throws(WireError) in try Fetched(frame, version: version)
        }
        return try answer(fetched, began: began, ended: .now)
    }

    private func requestedTopic(from offset: Int64, byteCountMax: Int32) -> FetchRequest.Topic {
        var requested = FetchRequest.Partition()
        requested.index = partition
        requested.fetchOffset = offset
        requested.partitionMaxBytes = byteCountMax
        var requestedTopic = FetchRequest.Topic()
        requestedTopic.name = topic
        requestedTopic.topicID = connection.leader.topicID
        requestedTopic.partitions = [requested]
        return requestedTopic
    }

    private func answer(_ fetched: Fetched, began: MonotonicInstant, ended: MonotonicInstant) throws(KafkaClientError)
        -> Answer
    {
        let response = fetched.response
        if response.errorCode != .none {
            return Answer(
                errorCode: response.errorCode, highWatermark: -1, lastStableOffset: -1, logStartOffset: -1, records: [],
                throttleTimeMs: response.throttleTimeMs, began: began, ended: ended)
        }
        guard let answer = response.topics.first?.partitions.first, answer.index == partition else {
            throw KafkaClientError(
                .protocolViolation, "the answer does not speak of partition \(partition) of topic '\(topic)'")
        }
        return Answer(
            errorCode: answer.errorCode, highWatermark: answer.highWatermark, lastStableOffset: answer.lastStableOffset,
            logStartOffset: answer.logStartOffset, records: fetched.records, throttleTimeMs: response.throttleTimeMs,
            began: began, ended: ended)
    }

    /// Closes the connection. Calls on their way fail; when this returns, they have.
    public func close() async { await connection.close() }
}

/// The answer to a fetch of one partition, and the bytes of its records, copied out of the receive buffer.
private struct Fetched: @unchecked Sendable {
    // Unchecked: made and opened on one thread.
    let response: FetchResponse
    let records: [UInt8]

    init(_ frame: UnsafeRawBufferPointer, version: Int16) throws(WireError) {
        var reader = WireReader(frame)
        response = try ResponseFrame.decode(FetchResponse.self, version: version, from: &reader).response
        switch response.topics.first?.partitions.first?.records {
        case .located(let range): records = [UInt8](UnsafeRawBufferPointer(rebasing: frame[range]))
        case .bytes(let bytes): records = bytes
        default: records = []
        }
    }
}
