import KafkaClient

/// A part of a server that lives as long as the server does. It keeps a client and a producer, and ends them when its task is
/// cancelled.
final class AuditLog: Sendable {
    private let client: Client
    private let producer: Producer

    init(server: String) throws {
        client = try Client(to: [server])
        producer = try client.makeProducer(.init(linger: .milliseconds(20)))
    }

    /// Notes what a user did. It doesn't wait for memory: a server had rather know that its log can't keep up.
    func note(_ action: String, by user: String) async throws {
        try await producer.append(value: action, key: user, to: "audit", whenFull: .fail)
    }

    /// Notes what must be on record before the server goes on.
    func noteAndWait(_ action: String, by user: String) async throws -> RecordMetadata {
        try await producer.send(value: action, key: user, to: "audit")
    }

    /// Runs until the task is cancelled. What was noted by then is delivered, within the producer's shutdown timeout. This is
    /// the `run` of Swift Service Lifecycle's `Service`.
    func run() async throws {
        do {
            try await producer.run()
        } catch {
            await client.shutDown()
            throw error
        }
        await client.shutDown()
    }
}
