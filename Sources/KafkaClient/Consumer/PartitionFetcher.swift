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
    private let source: FetchSource

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
        connection = LeaderConnection(
            to: leader, on: loop, configuration, frames: FrameBufferPool(freeByteCountMax: 4 << 20))
        source = FetchSource(topic: topic, partition: partition, slot: 0)
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
        /// The batches, in order, where they were received: nothing was copied. ``RecordReader`` reads their records. Control
        /// batches, which hold transaction markers, are left out, and so is a last one that was cut off.
        public let batches: [FetchedBatch]
        /// The offset to fetch from next; the one that was asked for when there is nothing behind it, or with an error.
        public let nextOffset: Int64
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
    ///   `.unsupportedVersion` or `.closed`; `.corruptBatch` when a batch in it is damaged.
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
            frame, version, detach throws(WireError) in
            let response = try ResponseFrame.decode(FetchResponse.self, version: version, frame)
            return Fetched(response: response, buffer: response.hasRecords ? detach() : nil)
        }
        return try answer(fetched, from: offset, began: began, ended: .now)
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

    private func answer(
        _ fetched: Fetched, from offset: Int64, began: MonotonicInstant, ended: MonotonicInstant
    ) throws(KafkaClientError) -> Answer {
        let response = fetched.response
        if response.errorCode != .none {
            return Answer(
                errorCode: response.errorCode, highWatermark: -1, lastStableOffset: -1, logStartOffset: -1, batches: [],
                nextOffset: offset, throttleTimeMs: response.throttleTimeMs, began: began, ended: ended)
        }
        guard let answer = response.topics.first?.partitions.first, answer.index == partition else {
            throw KafkaClientError(
                .protocolViolation, "the answer does not speak of partition \(partition) of topic '\(topic)'")
        }
        var batches: [FetchedBatch] = []
        var next = offset
        if let buffer = fetched.buffer, case .located(let range) = answer.records {
            let exchange = FetchExchange(broker: leader, began: began, ended: ended, byteCount: buffer.frame.count)
            (batches, next) = try take(range, FetchedAnswer(buffer, exchange), from: offset)
        }
        return Answer(
            errorCode: answer.errorCode, highWatermark: answer.highWatermark, lastStableOffset: answer.lastStableOffset,
            logStartOffset: answer.logStartOffset, batches: batches, nextOffset: next,
            throttleTimeMs: response.throttleTimeMs, began: began, ended: ended)
    }

    /// The batches of an answer, their checksums looked at.
    private func take(
        _ range: Range<Int>, _ answer: FetchedAnswer, from offset: Int64
    ) throws(KafkaClientError) -> ([FetchedBatch], next: Int64) {
        let frame = answer.buffer.frame
        let found = PartitionBatches(range, in: frame.bytes, from: FetchPosition(offset: offset), aborted: nil)
        var batches: [FetchedBatch] = []
        for part in found.runs {
            var run = FetchedRun(
                answer: answer, source: source, position: part.range.lowerBound, end: part.range.upperBound,
                firstOffset: part.firstOffset)
            if let damaged = run.verify() {
                throw corrupt(
                    "the batch at offset \(damaged.baseOffset)",
                    RecordBatchError(
                        .checksumMismatch(stored: damaged.crc, computed: 0), at: 17,
                        "the checksum is not that of the batch"))
            }
            while run.position < run.end { batches.append(run.takeBatch()) }
        }
        if let error = found.error { throw corrupt("a batch behind offset \(found.next.offset)", error) }
        return (batches, found.next.offset)
    }

    private func corrupt(_ subject: String, _ error: RecordBatchError) -> KafkaClientError {
        KafkaClientError(
            .corruptBatch, "\(subject) of partition \(partition) of topic '\(topic)' is damaged", underlying: error)
    }

    /// Closes the connection. Calls that wait for an answer throw `.closed`, and have thrown it when this returns.
    public func close() async { await connection.close() }
}

/// The answer to a fetch of one partition, and its frame if there are records in it.
private struct Fetched: @unchecked Sendable {
    // Unchecked: made and opened on one thread.
    let response: FetchResponse
    let buffer: FrameBuffer?
}
