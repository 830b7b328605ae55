// The single-partition primitive of consuming: one call, one exchange, batches as the broker has them.

public import KafkaProtocol
public import KafkaTransport

/// Fetches from one partition over one connection to its leader.
public actor PartitionFetcher {
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

    /// What a broker answered, with the batches' bytes.
    public struct Answer: Sendable {
        public let errorCode: KafkaErrorCode
        /// The offset behind the last record that every replica in sync has; -1 with an error.
        public let highWatermark: Int64
        public let lastStableOffset: Int64
        public let logStartOffset: Int64
        /// Whole batches one behind the other, the last one possibly cut: `FetchedBatches` walks them.
        public let records: [UInt8]
        public let throttleTimeMs: Int32
        /// When the request was begun and its answer was here, on the monotonic clock.
        public let beginNs: Int64
        public let endNs: Int64
    }

    /// Asks for records from `offset` on and gives the answer, whatever its error code.
    ///
    /// - Parameters:
    ///   - byteCountMin: the broker waits until it has so many, at most `maxWait`.
    ///   - byteCountMax: the first batch is given whole even when it is longer.
    /// - Throws: `KafkaClientError` when there is no answer: lost, timed out, not understood.
    ///
    /// Source: Fetch, API key 1, without a session (KIP-227).
    public func fetch(
        from offset: Int64, byteCountMin: Int32 = 1, byteCountMax: Int32 = 1 << 20,
        maxWait: Duration = .milliseconds(500),
        timeout: Duration = .seconds(30)
    ) async throws -> Answer {
        var asked = FetchRequest.Partition()
        asked.index = partition
        asked.fetchOffset = offset
        asked.partitionMaxBytes = byteCountMax
        var topicRequest = FetchRequest.Topic()
        topicRequest.name = topic
        topicRequest.topicID = topicID
        topicRequest.partitions = [asked]
        var request = FetchRequest()
        request.maxWaitMs = Int32(clamping: maxWait.nanoseconds / 1_000_000)
        request.minBytes = byteCountMin
        request.maxBytes = byteCountMax
        request.topics = [topicRequest]
        let beginNs = MonotonicClock.nowNs()
        let patience = min(max(.zero, maxWait), .seconds(86_400)) + min(timeout, .seconds(86_400))
        let limit: Int16 = topicID == .zero ? 12 : .max
        calls.begin()
        defer { calls.end() }
        let (response, records) = try await connection.fetch(request, atMost: limit, timeout: patience)
        let endNs = MonotonicClock.nowNs()
        if response.errorCode != .none {
            return Answer(
                errorCode: response.errorCode, highWatermark: -1, lastStableOffset: -1, logStartOffset: -1, records: [],
                throttleTimeMs: response.throttleTimeMs, beginNs: beginNs, endNs: endNs)
        }
        guard let answer = response.topics.first?.partitions.first, answer.index == partition else {
            throw KafkaClientError(
                .protocolViolation, "the answer does not speak of partition \(partition) of topic '\(topic)'")
        }
        return Answer(
            errorCode: answer.errorCode, highWatermark: answer.highWatermark, lastStableOffset: answer.lastStableOffset,
            logStartOffset: answer.logStartOffset, records: records, throttleTimeMs: response.throttleTimeMs,
            beginNs: beginNs, endNs: endNs)
    }

    /// Closes the connection. Calls on their way fail; when this returns, they have.
    public func close() async {
        connection.close()
        await calls.waitForNone()
    }
}

extension BrokerConnection {
    /// A fetch of one partition: its answer, and the bytes of its records, copied out of the receive buffer.
    fileprivate nonisolated(nonsending) func fetch(
        _ request: FetchRequest, atMost limit: Int16, timeout: Duration
    ) async throws -> (FetchResponse, [UInt8]) {
        let version = try versions.newest(FetchRequest.self, atMost: limit, of: endpoint.description)
        let answer: FetchedAnswer = try await withCheckedThrowingContinuation { continuation in
            sendRaw(request, version: version, timeout: timeout) { [endpoint] result in
                continuation.resume(
                    with: result.mapError { $0 as any Error }.flatMap { frame in
                        do throws(WireError) {
                            return .success(try FetchedAnswer(frame, version: version))
                        } catch {
                            return .failure(KafkaClientError.undecodable(.fetch, from: endpoint, error))
                        }
                    })
            }
        }
        return (answer.response, answer.records)
    }
}

private struct FetchedAnswer: @unchecked Sendable {
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
