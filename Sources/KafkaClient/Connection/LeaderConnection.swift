import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// A connection to the leader of one partition, for partition producers and partition fetchers. When it was closed because it
/// was not used for long, the next call opens it again.
///
/// Belongs to one actor and lives on its loop.
final class LeaderConnection {
    let leader: PartitionLeader
    private let loop: EventLoop
    private let configuration: ConnectionConfiguration
    private var connection: BrokerConnection
    private let frames: FrameBufferPool?
    private let calls = SuspendedCalls()
    /// Whether the connection was closed because it was not used. It is so until another one is open.
    private var isIdle = false
    private var isClosed = false
    /// The calls that wait for another connection.
    private var reopening: [Waiter<Void>] = []
    private var connectionCount = 1

    /// - Parameter frames: memory for answers, so that they can be detached.
    init(
        to leader: PartitionLeader, on loop: EventLoop, _ configuration: ConnectionConfiguration,
        frames: FrameBufferPool? = nil
    ) {
        self.frames = frames
        self.leader = leader
        self.loop = loop
        self.configuration = configuration
        connection = BrokerConnection(
            to: leader.endpoint, node: leader.id, on: loop, configuration, frames: frames)
        watchIdleness()
    }

    nonisolated(nonsending) func open() async throws {
        calls.begin()
        defer { calls.end() }
        do { try await connection.open() } catch {
            connection.close()
            throw error
        }
    }

    private func watchIdleness() { connection.onIdle = { [weak self] in self?.isIdle = true } }

    /// Opens another connection when the last one was closed because it was not used; all calls wait for the same one.
    private nonisolated(nonsending) func reopenIfIdle() async throws {
        while isIdle {
            if isClosed {
                throw KafkaClientError(.closed, "the connection to broker \(leader.endpoint) was closed by this client")
            }
            let waiter = Waiter<Void>()
            reopening.append(waiter)
            if reopening.count == 1 { reopen() }
            try await waiter.wait()
        }
    }

    private func reopen() {
        connection = BrokerConnection(
            to: leader.endpoint, node: leader.id, on: loop, configuration, firstAddress: connectionCount,
            frames: frames)
        connectionCount += 1
        watchIdleness()
        connection.open { [weak self] error in
            guard let self else { return }
            if error == nil { isIdle = false }
            let waiters = reopening
            reopening = []
            for waiter in waiters { waiter.resume(error.map { .failure($0) } ?? .success(())) }
        }
    }

    /// Sends one request in the newest version that both sides speak, and returns what `decode` makes of the answer.
    ///
    /// - Parameters:
    ///   - byNameUpTo: the last version of the request that names topics by name. No newer one is used when the topic's id
    ///     is not known.
    ///   - decode: gets the answer's frame, which is valid during the call, and what hands it over with its memory.
    /// - Throws: `KafkaClientError` when there is no answer, or none that can be decoded. `CancellationError`.
    nonisolated(nonsending) func exchange<R: KafkaRequest, Answer: Sendable>(
        _ request: R, byNameUpTo limit: Int16, timeout: Duration,
        _ decode:
            @escaping (
                UnsafeRawBufferPointer, _ version: Int16, _ detach: () -> FrameBuffer
            ) throws(WireError) -> Answer
    ) async throws -> Answer {
        calls.begin()
        defer { calls.end() }
        try await reopenIfIdle()
        let endpoint = leader.endpoint
        let version = try connection.versions.newest(
            R.self, atMost: leader.topicID == .zero ? limit : .max, of: endpoint)
        let end = Waiter<Answer>()
        connection.sendRaw(request, version: version, timeout: timeout) { [unowned connection] result in
            let answer = result.flatMap { frame in
                Result.decoding(R.apiKey, from: endpoint) { () throws(WireError) in
                    try decode(frame, version) { connection.detachFrame() }
                }
            }
            end.resume(answer.mapError { $0 as any Error })
        }
        return try await end.wait()
    }

    /// Closes the connection. Calls that wait for an answer throw `.closed`, and have thrown it when this returns.
    nonisolated(nonsending) func close() async {
        isClosed = true
        connection.close()
        await calls.waitForNone()
    }
}
