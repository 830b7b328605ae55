// A client and its producers exist for the length of a closure: so their loops end when nothing uses them any more.

import KafkaProtocol
import KafkaTransport

/// A client of a Kafka cluster: where most programs begin.
///
/// ```swift
/// try await Client.withConnection(to: ["broker-1:9092"]) { client in
///     try await client.withProducer(.init(codec: .zstd)) { producer in
///         try await producer.append(value: "hello", to: "events")
///         try await producer.flush()
///     }
/// }
/// ```
public final class Client: Sendable {
    /// The cluster: its brokers and topics, and their administration.
    public let cluster: Cluster
    /// The configuration that the client was opened with.
    public let configuration: ClusterConfiguration

    init(cluster: Cluster, configuration: ClusterConfiguration) {
        self.cluster = cluster
        self.configuration = configuration
    }

    /// Connects to a cluster, calls `body`, and closes the connections when it returns or throws.
    ///
    /// - Parameters:
    ///   - servers: one or more brokers to ask first, each as `host:port` or `[address]:port` for IPv6. They tell which
    ///     other brokers there are. Kafka's `bootstrap.servers`.
    ///   - configuration: how connections are opened, and how often requests are tried.
    ///   - body: gets the client, which is closed when `body` ends.
    /// - Returns: what `body` returns.
    /// - Throws: `KafkaClientError`: `.invalidConfiguration` when a server is not an address, none is given, or a setting
    ///   can't be used; `.systemResources` when no thread could be started; or the reason why no broker answered, such as
    ///   `.connectionFailed`. Otherwise what `body` throws.
    public static func withConnection<Result: Sendable>(
        to servers: [String], _ configuration: ClusterConfiguration = ClusterConfiguration(),
        _ body: (Client) async throws -> Result
    ) async throws -> Result {
        let endpoints = try check(servers, configuration)
        let loop = try EventLoop.start(name: "kafka-cluster")
        return try await always {
            let cluster = try Cluster(bootstrap: endpoints, on: loop, configuration)
            return try await always {
                // When the cluster can't be reached, the caller hears of it now and not at the first record.
                _ = try await cluster.refresh([])
                return try await body(Client(cluster: cluster, configuration: configuration))
            } thenCleanUp: {
                await cluster.close()
            }
        } thenCleanUp: {
            await loop.shutDown()
        }
    }

    /// Before anything is started, all that is wrong in one error.
    private static func check(
        _ servers: [String], _ configuration: ClusterConfiguration
    ) throws(KafkaClientError) -> [Endpoint] {
        var endpoints: [Endpoint] = []
        var check = ConfigurationCheck("Client")
        check.expect("servers", !servers.isEmpty, "is empty; give at least one broker to connect to")
        var problems = check.problems
        for server in servers {
            do throws(EndpointError) {
                endpoints.append(try Endpoint(parsing: server))
            } catch {
                problems.append(ConfigurationProblem("Client.servers", error.description))
            }
        }
        try ConfigurationCheck.throwIfAny(problems + configuration.problems, for: "a client")
        return endpoints
    }

    /// Creates a producer, calls `body`, and closes the producer.
    ///
    /// When `body` returns, the records that it appended are flushed before the producer is closed. When it throws, the
    /// records that are not delivered yet fail.
    ///
    /// - Parameters:
    ///   - configuration: how batches are built and produced.
    ///   - body: gets the producer, which is closed when `body` ends.
    /// - Returns: what `body` returns.
    /// - Throws: `KafkaClientError`: `.invalidConfiguration`; `.systemResources` when no thread could be started; or, when
    ///   records failed since the last flush in `body`, an error with the code of the first failure. Otherwise what `body`
    ///   throws.
    public func withProducer<Result: Sendable>(
        _ configuration: Producer.Configuration = Producer.Configuration(),
        _ body: (Producer) async throws -> Result
    ) async throws -> Result {
        try configuration.validate()
        let loops = try EventLoopGroup.start(count: configuration.loopCount, name: "kafka-producer")
        return try await always {
            let producer = try Producer(
                configuration, cluster: cluster, connection: self.configuration.connection, on: loops.loops)
            return try await always {
                let result = try await body(producer)
                try await producer.flush().throwIfFailed()
                return result
            } thenCleanUp: {
                await producer.close()
            }
        } thenCleanUp: {
            await loops.shutDown()
        }
    }
}
