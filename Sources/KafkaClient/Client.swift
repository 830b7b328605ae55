// The front door: a cluster, the loops it lives on, and producers that come and go with the scope of a closure.

import KafkaProtocol
import KafkaTransport

/// A client of a Kafka cluster.
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
    /// What is known of the cluster, and its administration.
    public let cluster: Cluster
    /// How the client was opened.
    public let configuration: ClusterConfiguration

    init(cluster: Cluster, configuration: ClusterConfiguration) {
        self.cluster = cluster
        self.configuration = configuration
    }

    /// Opens a client for the length of `body`, and closes it whatever happens.
    ///
    /// - Parameters:
    ///   - servers: `host:port` of one or more brokers to ask first; the others are learned from them.
    ///   - configuration: how to find the cluster.
    ///   - body: gets the client, which it must not keep.
    /// - Throws: `KafkaClientError`: `.invalidConfiguration` for an address that is none or settings that can't be used, or
    ///   why no broker answers; or what `body` throws.
    public static func withConnection<Result: Sendable>(
        to servers: [String], _ configuration: ClusterConfiguration = ClusterConfiguration(),
        _ body: (Client) async throws -> Result
    ) async throws -> Result {
        let endpoints = try parse(servers)
        let loop = try EventLoop.start(name: "kafka-cluster")
        do {
            let cluster = try Cluster(bootstrap: endpoints, on: loop, configuration)
            let result: Result
            do {
                // A cluster that can't be reached is told of now, not by the first record.
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

    private static func parse(_ servers: [String]) throws(KafkaClientError) -> [Endpoint] {
        var endpoints: [Endpoint] = []
        var problems: [ConfigurationProblem] = []
        for server in servers {
            do throws(EndpointError) {
                endpoints.append(try Endpoint(parsing: server))
            } catch {
                problems.append(ConfigurationProblem("servers", error.description))
            }
        }
        try ConfigurationCheck.throwIfAny(problems, for: "a client")
        return endpoints
    }

    /// Makes a producer for the length of `body`. When `body` returns, what it appended is delivered; when it throws,
    /// what is not yet delivered fails.
    ///
    /// - Parameters:
    ///   - configuration: how batches are built and produced.
    ///   - body: gets the producer, which it must not keep.
    /// - Throws: what `body` throws; `KafkaClientError`: `.invalidConfiguration`, or why records could not be delivered that
    ///   no `flush` told of.
    public func withProducer<Result: Sendable>(
        _ configuration: Producer.Configuration = Producer.Configuration(),
        _ body: (Producer) async throws -> Result
    ) async throws -> Result {
        try configuration.validate()
        let loops = try EventLoopGroup.start(count: configuration.loopCount, name: "kafka-producer")
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
