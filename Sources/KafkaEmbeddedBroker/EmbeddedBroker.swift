// A broker consists of a cluster (topics, partitions, nodes), which all connections share, and of one shard for each event
// loop, which owns the connections on that loop. The listener of a node lives on one loop and gives the connections that
// it accepts to all shards in turn.

import KafkaTransport
import Synchronization

/// One Kafka broker in memory, or a cluster of several, that speaks Kafka's protocol over TCP.
///
/// It checks requests as Kafka does (checksums, sequences, leaders, limits), keeps a bounded log or none, and can be told to
/// fail. It serves ApiVersions, Metadata, Produce, Fetch, ListOffsets, CreateTopics, DeleteTopics, InitProducerId,
/// FindCoordinator, SaslHandshake and SaslAuthenticate, and where metrics are wanted GetTelemetrySubscriptions and PushTelemetry. It
/// coordinates groups, of the classic protocol, of the consumer protocol (KIP-848) and of members that share partitions (KIP-932), keeps
/// their offsets, and coordinates transactions.
///
/// It is started once and stopped once.
public final class EmbeddedBroker: Sendable {
    /// The configuration that the broker was created with.
    public let configuration: EmbeddedBrokerConfiguration
    let cluster: Cluster
    let faults = FaultScript()
    let running = Mutex(Running())
    private let nextShard = Atomic<Int>(0)

    struct Running {
        var phase = Phase.new
        var shards: [LoopShard] = []
        var listeners: [NodeListener] = []
        /// The highest node id so far.
        var nodeIDMax: Int32 = 0
        /// The nodes that were stopped, by id. They keep their ports.
        var stopped: [Int32: NodeListener] = [:]
    }

    enum Phase { case new, running, stopped }

    /// Creates a broker, which does not listen before ``start()``.
    ///
    /// - Throws: `EmbeddedBrokerError` with `.invalidConfiguration`, naming every setting that is out of its bounds, or
    ///   the file of a certificate that can't be used.
    public init(_ configuration: EmbeddedBrokerConfiguration = EmbeddedBrokerConfiguration())
        throws(EmbeddedBrokerError)
    {
        try configuration.validate()
        self.configuration = configuration
        cluster = try Cluster(configuration)
        for rule in configuration.faults { faults.add(rule) }
    }

    var shards: [LoopShard] { running.withLock { $0.shards } }

    /// Starts the threads, listens, and serves requests.
    ///
    /// - Returns: the endpoint of each broker, in the order of their node ids.
    /// - Throws: `EmbeddedBrokerError`: `.cannotListen` when an address is in use, is not of this machine or is not numeric,
    ///   `.systemResources` when no thread could be started, and nothing is left open then; `.notRunning` when the broker was
    ///   started before.
    @discardableResult
    public func start() async throws -> [Endpoint] {
        try running.withLock { running throws(EmbeddedBrokerError) in
            guard running.phase == .new else {
                throw EmbeddedBrokerError(.notRunning, "an embedded broker can be started once only")
            }
            running.phase = .running
            running.nodeIDMax = Int32(configuration.brokerCount)
        }
        do {
            let count = configuration.loopCount ?? min(2, EventLoop.availableCoreCount)
            for index in 0..<count {
                let loop = try startLoop(index)
                let shard = LoopShard(loop: loop, cluster: cluster, faults: faults)
                running.withLock { $0.shards.append(shard) }
            }
            await prepareLogs()
            cluster.groups.start(on: shards[0].loop)
            cluster.startTransactions(on: shards[0].loop)
            for index in 0..<configuration.brokerCount {
                let port = index < configuration.ports.count ? configuration.ports[index] : 0
                try await listen(as: Int32(index + 1), port: port)
            }
        } catch {
            await stop()
            throw error
        }
        return cluster.nodes.map(\.endpoint)
    }

    private func startLoop(_ index: Int) throws(EmbeddedBrokerError) -> EventLoop {
        do throws(TransportError) {
            return try EventLoop(name: "broker-\(index)")
        } catch {
            throw EmbeddedBrokerError(.systemResources, error.description)
        }
    }

    /// Takes memory for logs from the system, on all loops at once.
    private func prepareLogs() async {
        let byteCount = min(
            configuration.preparedByteCount, configuration.logPolicy.byteCountMax, SystemMemory.freeByteCount / 2)
        if byteCount == 0 { return }
        let shards = shards
        await withTaskGroup { group in
            for shard in shards {
                group.addTask(executorPreference: shard.loop) { [cluster] in
                    cluster.segments.prepare(byteCount / shards.count)
                }
            }
        }
    }

    /// Gives a new connection to the shard whose turn it is.
    func accept(_ stream: TCPStream, _ node: BrokerNode, on shard: LoopShard, of shards: [LoopShard]) {
        let turn = nextShard.wrappingAdd(1, ordering: .relaxed).oldValue
        let chosen = shards[Int(UInt(bitPattern: turn) % UInt(shards.count))]
        if chosen === shard { return shard.open(stream, node) }
        // When the system has no descriptor left, the connection is closed, and its client sees that.
        guard let descriptor = try? stream.detach() else { return }
        Task(executorPreference: chosen.loop) { chosen.adopt(descriptor, node) }
    }

    /// Closes listeners and connections, and ends the threads. ``statistics`` can be read afterwards. Calling it again does
    /// nothing.
    public func stop() async {
        let (shards, listeners) = running.withLock { running in
            defer {
                running.phase = .stopped
                running.listeners = []
            }
            return (running.phase == .running ? running.shards : [], running.listeners)
        }
        for listener in listeners { await close(listener, shards) }
        for shard in shards { await shard.loop.shutDown() }
    }

    /// - Parameter isReserved: whether the port is kept for a listener to come.
    func close(_ listener: NodeListener, _ shards: [LoopShard], isReserved: Bool = false) async {
        let node = listener.node
        node.markStopped()
        // Only the closures could throw, and these do not.
        for shard in shards where shard.loop === listener.loop {
            try? await shard.run { _ in if isReserved { listener.closeAndReserve() } else { listener.close() } }
        }
        for shard in shards { try? await shard.run { $0.closeSessions(of: node) } }
    }
}
