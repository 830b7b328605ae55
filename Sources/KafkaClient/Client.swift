// A client's loop runs its cluster; a producer has loops of its own. The closure forms are made of the long-lived ones.

public import KafkaProtocol
import KafkaQueues
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

    private let loop: EventLoop
    private let latch = RunLatch("the client")
    private let ending = SharedEnd()

    /// Creates a client that a program keeps, and ends with ``shutDown()``. It connects when something is first asked for.
    ///
    /// - Parameters:
    ///   - servers: one or more brokers to ask first, each as `host:port` or `[address]:port` for IPv6. They tell which
    ///     other brokers there are. Kafka's `bootstrap.servers`. Or the name of a service, as `_kafka._tcp.example.com`, whose
    ///     SRV records in DNS say hosts and ports (RFC 2782); it is looked up whenever no other broker is known.
    ///   - configuration: how connections are opened, and how often requests are tried.
    /// - Throws: `KafkaClientError`: `.invalidConfiguration` when a server is not an address, none is given, or a setting
    ///   can't be used; `.systemResources` when no thread could be started.
    public init(
        to servers: [String], _ configuration: ClusterConfiguration = ClusterConfiguration()
    ) throws(KafkaClientError) {
        let bootstrap = try Self.check(servers, configuration)
        self.configuration = configuration
        loop = try EventLoop.start(name: "kafka-cluster")
        do throws(KafkaClientError) {
            cluster = try Cluster(servers: bootstrap, on: loop, configuration)
        } catch {
            loop.end()
            throw error
        }
    }

    deinit {
        if ending.hasBegun { return }
        Task { [cluster, loop] in
            await cluster.close()
            await loop.shutDown()
        }
    }

    /// Connects to a cluster, calls `body`, and closes the connections when it returns or throws.
    ///
    /// - Parameters:
    ///   - servers: one or more brokers to ask first, each as `host:port` or `[address]:port` for IPv6. They tell which
    ///     other brokers there are. Kafka's `bootstrap.servers`. Or the name of a service, as `_kafka._tcp.example.com`, whose
    ///     SRV records in DNS say hosts and ports (RFC 2782); it is looked up whenever no other broker is known.
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
        let client = try Client(to: servers, configuration)
        return try await always {
            // When the cluster can't be reached, the caller hears of it now and not at the first record.
            _ = try await client.cluster.refresh([])
            return try await body(client)
        } thenCleanUp: {
            await client.shutDown()
        }
    }

    /// What the client has measured up to now, all its producers together. It may be read from any thread, and does not slow down
    /// producing. ``PartitionProducer`` and ``PartitionFetcher`` have connections that nothing counts.
    public var metrics: MetricsSnapshot { cluster.metrics }

    /// The id that brokers have given this client for the metrics that they get (KIP-714); nil before, and where nothing is pushed.
    public var clientInstanceID: KafkaUUID? { get async { await cluster.clientInstanceID } }

    /// Runs until the task is cancelled or ``triggerShutdown()`` is called, and ends the client then. The client works without
    /// it too. This is for structured concurrency, and for service groups, where its producers' `run` must end before.
    ///
    /// - Throws: `KafkaClientError` with `.invalidArgument` when it was run before.
    public func run() async throws {
        try await latch.wait()
        await shutDown()
    }

    /// Lets ``run()`` come to its end, also when it is called later. Without it, this does nothing.
    public func triggerShutdown() { latch.trigger() }

    /// Closes the connections. Calls that wait for an answer throw `.closed`. Its producers must have ended before.
    ///
    /// Calling it again waits for the same end.
    public func shutDown() async {
        latch.trigger()
        await ending.reach { [cluster, loop] in
            await cluster.close()
            await loop.shutDown()
        }
    }

    /// Before anything is started, all that is wrong in one error.
    private static func check(
        _ servers: [String], _ configuration: ClusterConfiguration
    ) throws(KafkaClientError) -> [BootstrapServer] {
        var bootstrap: [BootstrapServer] = []
        var check = ConfigurationCheck("Client")
        check.expect("servers", !servers.isEmpty, "is empty; give at least one broker to connect to")
        var problems = check.problems
        for server in servers {
            do throws(EndpointError) {
                bootstrap.append(try BootstrapServer(parsing: server))
            } catch {
                problems.append(ConfigurationProblem("Client.servers", error.description))
            }
        }
        try ConfigurationCheck.throwIfAny(problems + configuration.problems, for: "a client")
        return bootstrap
    }

    /// Creates a producer that a program keeps, and ends with ``Producer/shutDown(within:)`` or ``Producer/run()``.
    ///
    /// - Parameter configuration: how batches are built and produced.
    /// - Throws: `KafkaClientError`: `.invalidConfiguration`; `.systemResources` when no thread could be started.
    public func makeProducer(
        _ configuration: Producer.Configuration = Producer.Configuration()
    ) throws -> Producer {
        try configuration.validate()
        let loops = try EventLoopGroup.start(count: configuration.loopCount, name: "kafka-producer")
        do {
            return try Producer(
                configuration, cluster: cluster, connection: self.configuration.connection, on: loops.loops,
                ownLoops: loops, client: self)
        } catch {
            for loop in loops.loops { loop.end() }
            throw error
        }
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
    ///   records failed and neither `body` nor a flush in it was told, an error with the code of the first failure. Otherwise
    ///   what `body` throws.
    public func withProducer<Result: Sendable>(
        _ configuration: Producer.Configuration = Producer.Configuration(),
        _ body: (Producer) async throws -> Result
    ) async throws -> Result {
        let producer = try makeProducer(configuration)
        let result: Result
        do {
            result = try await body(producer)
            // First, so that nothing is taken that can't be delivered: others may still append.
            producer.router.close()
            try await producer.flush()
        } catch {
            await producer.close()
            throw error
        }
        try await producer.end()
        // A handler may have failed at the end.
        try producer.throwFailures()
        return result
    }
}
