import KafkaProtocol
import KafkaTransport

extension Client {
    /// Creates a consumer that is a member of a share group, and joins the group. A program keeps it, and ends it with
    /// ``ShareConsumer/close()``.
    ///
    /// - Parameter group: the group, its topics, and how it is a member.
    /// - Throws: `KafkaClientError`: `.invalidConfiguration`; `.systemResources` when no thread could be started. Why it can't be
    ///   a member is thrown when the first record is asked for.
    public func makeShareConsumer(in group: ShareGroupConfiguration) async throws -> ShareConsumer {
        try ConfigurationCheck.throwIfAny(group.problems, for: "a share consumer")
        let loops = try EventLoopGroup.start(count: 1, name: "kafka-share")
        let consumer = ShareConsumer(
            group, cluster: cluster, connection: configuration.connection, on: loops.loops[0], ownLoops: loops,
            client: self)
        await consumer.join()
        return consumer
    }

    /// Creates a consumer that is a member of a share group, calls `body`, and closes the consumer.
    ///
    /// - Parameters:
    ///   - group: the group, its topics, and how it is a member.
    ///   - body: gets the consumer, which is closed when `body` ends. What it has not acknowledged is some member's again.
    /// - Returns: what `body` returns.
    /// - Throws: the errors of ``makeShareConsumer(in:)``, or what `body` throws.
    public func withShareConsumer<Result: Sendable>(
        in group: ShareGroupConfiguration, _ body: (ShareConsumer) async throws -> Result
    ) async throws -> Result {
        let consumer = try await makeShareConsumer(in: group)
        return try await always {
            try await body(consumer)
        } thenCleanUp: {
            await consumer.close()
        }
    }
}
