// The front door: a cluster, the loops it lives on, and producers that come and go with the scope of a closure.

import KafkaProtocol
import KafkaTransport

/// A connection to a Kafka cluster.
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
    public let cluster: Cluster
    public let configuration: ClusterConfiguration

    init(cluster: Cluster, configuration: ClusterConfiguration) {
        self.cluster = cluster
        self.configuration = configuration
    }

    /// Opens a client for the length of `body`, and closes it whatever happens.
    ///
    /// - Parameters:
    ///   - servers: `host:port` of one or more brokers to ask first; the others are learned from them.
    ///   - configuration: nil for the defaults.
    /// - Throws: `EndpointError` for an address that is none, `KafkaClientError` when no broker answers, or what `body`
    ///   throws.
    public static func withConnection<Result: Sendable>(
        to servers: [String], _ configuration: ClusterConfiguration? = nil,
        _ body: (Client) async throws -> Result
    ) async throws -> Result {
        let endpoints = try servers.map { server throws(EndpointError) in try Endpoint(parsing: server) }
        let configuration = try configuration ?? ClusterConfiguration(connection: ConnectionConfiguration())
        let loop = try EventLoop(name: "kafka-cluster")
        do {
            let cluster = try Cluster(bootstrap: endpoints, on: loop, configuration)
            let result: Result
            do {
                // Whoever can't be reached is told of now, not by the first record.
                _ = try await cluster.refresh([])
                result = try await body(Client(cluster: cluster, configuration: configuration))
            } catch {
                await cluster.close()
                throw error
            }
            await cluster.close()
            await loop.shutDown()
            return result
        } catch {
            await loop.shutDown()
            throw error
        }
    }

    /// Makes a producer for the length of `body`. When `body` returns, what it appended is delivered; when it throws,
    /// what is not yet delivered fails.
    ///
    /// - Throws: what `body` throws; `KafkaClientError` when records could not be delivered that no `flush` told of.
    public func withProducer<Result: Sendable>(
        _ configuration: Producer.Configuration, _ body: (Producer) async throws -> Result
    ) async throws -> Result {
        let loops = try EventLoopGroup(count: configuration.loopCount, name: "kafka-producer")
        let producer: Producer
        do {
            producer = try Producer(
                configuration, cluster: cluster, connection: self.configuration.connection, on: loops.loops)
        } catch {
            await loops.shutDown()
            throw error
        }
        do {
            let result = try await body(producer)
            let summary = try await producer.flush()
            await producer.close()
            await loops.shutDown()
            try summary.throwIfFailed()
            return result
        } catch {
            await producer.close()
            await loops.shutDown()
            throw error
        }
    }
}
