// One call of the partition fetcher is one request and its answer, with the batches as the broker has them.

public import KafkaProtocol
public import KafkaTransport

/// Fetches from one partition, over one connection to the partition's leader. It never retries.
public actor PartitionFetcher {
    /// The loop on which the actor runs.
    public nonisolated let loop: EventLoop
    /// The loop, as an executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    /// The topic that is read.
    public nonisolated let topic: String
    /// The partition that is read, from 0 on.
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
    ///   - loop: runs the actor and its connection. Close this fetcher before you shut the loop down.
    ///   - configuration: how the connection is opened and watched.
    /// - Throws: `KafkaClientError`: `.invalidConfiguration`; `.unknownTopic` or `.unknownPartition`; `.leaderNotAvailable`;
    ///   `.connectionFailed`, `.requestTimedOut` or `.protocolViolation` when the leader can't be connected to.
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

    /// A broker's answer to one fetch request.
    ///
    /// Source: Fetch, API key 1.
    public struct Answer: Sendable {
        /// The broker's error code; `.none` without an error.
        public let errorCode: KafkaErrorCode
        /// The offset behind the last record that every in-sync replica has; -1 with an error.
        public let highWatermark: Int64
        /// The offset before which every transaction has ended; -1 with an error.
        public let lastStableOffset: Int64
        /// The first offset that is still in the log; -1 with an error.
        public let logStartOffset: Int64
        /// The batches, one behind the other; the last one may be cut off. ``RecordReader`` reads their records.
        public let records: [UInt8]
        /// How long the broker throttles this client for its quota (KIP-219), in milliseconds; 0 when it does not.
        public let throttleTimeMs: Int32
        /// When the request was begun.
        public let began: MonotonicInstant
        /// When the answer arrived.
        public let ended: MonotonicInstant
    }

    /// Asks for records from `offset` on and returns the answer, also when the answer is an error code.
    ///
    /// - Parameters:
    ///   - offset: the offset of the first record wanted. The first batch may begin before it.
    ///   - byteCountMin: the bytes of records that the broker waits for, at most for `maxWait`.
    ///   - byteCountMax: the most bytes of records in the answer. The first batch is sent whole even when it is longer.
    ///   - maxWait: how long the broker waits for `byteCountMin` bytes. It gets whole milliseconds.
    ///   - timeout: how long the answer is waited for, after `maxWait` is over; at most one day.
    /// - Throws: `KafkaClientError` when there is no answer: `.connectionFailed`, `.requestTimedOut`, `.protocolViolation`,
    ///   `.unsupportedVersion` or `.closed`.
    ///
    /// Source: Fetch, API key 1, versions 4 to 18, without a session (KIP-227).
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

    /// Closes the connection. Calls that wait for an answer throw `.closed`, and have thrown it when this returns.
    public func close() async { await connection.close() }
}

/// The answer to a fetch of one partition, and the bytes of its records, copied out of the receive buffer.
private struct Fetched: @unchecked Sendable {
    // Unchecked: made and opened on one thread.
    let response: FetchResponse
    let records: [UInt8]

    init(_ frame: UnsafeRawBufferPointer, version: Int16) throws(WireError) {
        response = try ResponseFrame.decode(FetchResponse.self, version: version, frame)
        switch response.topics.first?.partitions.first?.records {
        case .located(let range): records = [UInt8](UnsafeRawBufferPointer(rebasing: frame[range]))
        case .bytes(let bytes): records = bytes
        default: records = []
        }
    }
}
