import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// A connection to the leader of one partition, for partition producers and partition fetchers.
///
/// Belongs to one actor and lives on its loop.
final class LeaderConnection {
    let leader: PartitionLeader
    private let connection: BrokerConnection
    private let calls = SuspendedCalls()

    init(to leader: PartitionLeader, on loop: EventLoop, _ configuration: ConnectionConfiguration) {
        self.leader = leader
        connection = BrokerConnection(to: leader.endpoint, on: loop, configuration)
    }

    nonisolated(nonsending) func open() async throws {
        calls.begin()
        defer { calls.end() }
        do { try await connection.open() } catch {
            connection.close()
            throw error
        }
    }

    /// Sends one request in the newest version that both sides speak, and returns what `decode` makes of the answer.
    ///
    /// - Parameters:
    ///   - byNameUpTo: the last version of the request that names topics by name. No newer one is used when the topic's id
    ///     is not known.
    ///   - decode: gets the answer's frame, which is valid during the call.
    /// - Throws: `KafkaClientError` when there is no answer, or none that can be decoded. `CancellationError`.
    nonisolated(nonsending) func exchange<R: KafkaRequest, Answer: Sendable>(
        _ request: R, byNameUpTo limit: Int16, timeout: Duration,
        _ decode: @escaping (UnsafeRawBufferPointer, _ version: Int16) throws(WireError) -> Answer
    ) async throws -> Answer {
        let endpoint = leader.endpoint
        let version = try connection.versions.newest(
            R.self, atMost: leader.topicID == .zero ? limit : .max, of: endpoint)
        calls.begin()
        defer { calls.end() }
        let end = Waiter<Answer>()
        connection.sendRaw(request, version: version, timeout: timeout) { result in
            let answer = result.flatMap { frame in
                Result.decoding(R.apiKey, from: endpoint) { () throws(WireError) in try decode(frame, version) }
            }
            end.resume(answer.mapError { $0 as any Error })
        }
        return try await end.wait()
    }

    /// Closes the connection. Calls that wait for an answer throw `.closed`, and have thrown it when this returns.
    nonisolated(nonsending) func close() async {
        connection.close()
        await calls.waitForNone()
    }
}
