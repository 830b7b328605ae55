// What the client knows of its cluster, and the connections over which it asks. Producer lanes, partition producers and
// partition fetchers have connections of their own, so that questions don't wait behind records.
//
// +Keeping   what is known is kept new: by age, and when somebody has found it wrong
// +Asking    which broker is asked, and what when it does not answer
// +Retrying  the one loop that tries again
// +Telemetry metrics for brokers that want them

public import KafkaProtocol
import KafkaQueues
public import KafkaTransport

/// A Kafka cluster: its brokers, its topics, and which broker leads each partition.
///
/// What is in use is kept new: it is asked for anew by age (``ClusterConfiguration/metadataMaxAge``), when a broker's answer
/// shows that it is wrong, and it is corrected by what brokers say of new leaders (KIP-951). Calls that ask for the same at
/// the same time share one request.
public actor Cluster: TopicDirectory {
    /// The loop on which the actor and its connections run.
    public nonisolated let loop: EventLoop
    /// The loop, as an executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Which broker to ask.
    enum Target: Hashable {
        case any
        case controller
        case node(Int32)
    }

    nonisolated let configuration: ClusterConfiguration
    let bootstrap: [BootstrapServer]
    /// What was last known of their addresses.
    var bootstrapEndpoints: [Endpoint]
    /// What is known, for all who run for the client.
    nonisolated let metadata: ClusterMetadata
    /// What is counted for the client.
    nonisolated var meter: ClientMeter { metadata.meter }
    /// What the cluster's own connections count.
    let ownMeter = LaneMeter()
    /// See `Cluster+Asking`.
    var connections: [Endpoint: BrokerConnection] = [:]
    var opening: [Endpoint: OpeningConnection] = [:]
    var health: [Endpoint: BrokerHealth] = [:]
    /// The questions that a broker has not answered yet.
    var openQuestions: [Endpoint: Int] = [:]
    var nextBroker = 0
    /// See `Cluster+Keeping`.
    var schedule: MetadataSchedule
    var question: MetadataQuestion?
    var waitingForPace: [PacedCall] = []
    var keeperTimer: LoopTimer?
    nonisolated let wanted = Inbox<String>()
    /// See `Cluster+Retrying`.
    var pauses: [ObjectIdentifier: Waiter<Void>] = [:]
    let calls = SuspendedCalls()
    private(set) var isClosed = false
    /// See `Cluster+Telemetry`.
    var telemetry = Telemetry()

    /// Creates a cluster without connecting to it. ``Client/withConnection(to:_:_:)`` does both.
    ///
    /// - Parameters:
    ///   - bootstrap: one or more brokers to ask first. They tell which other brokers there are. Kafka's
    ///     `bootstrap.servers`.
    ///   - loop: runs the actor and its connections. Close the cluster before you shut the loop down.
    ///   - configuration: how connections are opened, and how often requests are tried.
    /// - Throws: `KafkaClientError` with `.invalidConfiguration`, also when no broker is given.
    public init(
        bootstrap: [Endpoint], on loop: EventLoop, _ configuration: ClusterConfiguration = ClusterConfiguration()
    ) throws(KafkaClientError) {
        try self.init(servers: bootstrap.map(BootstrapServer.endpoint), on: loop, configuration)
    }

    /// Does the same for servers that may be services in DNS.
    package init(
        servers bootstrap: [BootstrapServer], on loop: EventLoop,
        _ configuration: ClusterConfiguration = ClusterConfiguration()
    ) throws(KafkaClientError) {
        var check = ConfigurationCheck("Cluster")
        check.expect("bootstrap", !bootstrap.isEmpty, "is empty; give at least one broker to connect to")
        try ConfigurationCheck.throwIfAny(check.problems + configuration.problems, for: "a cluster")
        self.bootstrap = bootstrap
        bootstrapEndpoints = bootstrap.compactMap(\.endpoint)
        self.loop = loop
        self.configuration = configuration
        metadata = ClusterMetadata(configuration)
        metadata.meter.add(ownMeter)
        schedule = MetadataSchedule(
            maxAge: configuration.metadataMaxAge, retryBackoff: configuration.retryBackoff,
            retryBackoffMax: configuration.retryBackoffMax)
    }

    /// What is known of the cluster from the answers so far. Reading it asks no broker.
    public var snapshot: ClusterSnapshot { metadata.snapshot }

    /// What the client has measured up to now: all that runs for it, of all brokers and topics. It may be read from any thread, and
    /// does not slow down producing.
    public nonisolated var metrics: MetricsSnapshot { meter.snapshot() }

    // MARK: Topics

    /// The number of partitions of a topic, which is asked for when it is not known yet.
    ///
    /// - Throws: the errors of ``describe(_:)``.
    public func partitionCount(of topic: String) async throws -> Int {
        try await describe(topic).partitions.count
    }

    /// The number of partitions of a topic, which is asked for anew.
    ///
    /// - Throws: the errors of ``describe(_:)``.
    public func partitionCountNow(of topic: String) async throws -> Int {
        _ = try await learn([topic])
        return try await describe(topic).partitions.count
    }

    /// The partitions of a topic, which are asked for when they are not known yet.
    ///
    /// A topic that was just created has no leaders for a moment. With ``ClusterConfiguration/waitsForTopics`` this waits
    /// until one partition has a leader, up to the request timeout.
    ///
    /// - Throws: `KafkaClientError`: `.unknownTopic` when there is no such topic; another reason of the broker, with its
    ///   ``KafkaClientError/brokerError``; or why no broker answered. `CancellationError` when the task is cancelled.
    ///
    /// Source: Metadata, API key 3, versions 1 to 13.
    public func describe(_ topic: String) async throws -> TopicDescription {
        if let known = metadata.description(of: topic), known.hasLeader { return known }
        return try await retrying { isTimeOver in
            let errors = try await learn([topic])
            let known = metadata.description(of: topic)
            if let known, known.hasLeader { return .done(known) }
            let isLast = isTimeOver() || !configuration.waitsForTopics
            if let known, isLast { return .done(known) }
            let reason = errors[topic] ?? .unknownTopicOrPartition
            if isLast || !reason.isRetriable { throw missing(topic, reason) }
            return .again(missing(topic, reason))
        }
    }

    /// Who a broker was told last that this client is; nil where that is not known.
    package nonisolated var user: String? { metadata.user }

    /// Whether there is a topic, without having it created.
    ///
    /// - Throws: `KafkaClientError`: `.notAuthorized` when this client may not know; why no broker answered.
    package func hasTopic(_ topic: String) async throws -> Bool {
        let reason = try await learn([topic])[topic]
        if reason == .unknownTopicOrPartition { return false }
        if let reason, !reason.isRetriable { throw missing(topic, reason) }
        return metadata.description(of: topic) != nil
    }

    private func missing(_ topic: String, _ reason: KafkaErrorCode) -> KafkaClientError {
        if reason == .unknownTopicOrPartition {
            return KafkaClientError(
                .unknownTopic, "topic '\(topic)' does not exist on the cluster of \(bootstrap[0]); create it first",
                brokerError: reason)
        }
        return KafkaClientError(
            reason, "topic '\(topic)' can't be described, if there is one", needs: .init("Describe", topic: topic),
            of: metadata.user)
    }

    /// The leader of a partition. It is always asked for anew, because the partition may have changed its leader.
    func leader(of topic: String, _ partition: Int32) async throws -> PartitionLeader {
        try await retrying { _ in
            _ = try await learn([topic])
            let description = try await describe(topic)
            try PartitionBounds.check(partition, of: topic, description.partitions.count)
            let leader = description.partitions[Int(partition)].leader
            if let endpoint = metadata.brokers[leader] {
                return .done(PartitionLeader(id: leader, endpoint: endpoint, topicID: description.id))
            }
            let error = KafkaClientError(
                .leaderNotAvailable, "partition \(partition) of topic '\(topic)' has no leader at the moment")
            if !configuration.waitsForTopics { throw error }
            return .again(error)
        }
    }

    /// Asks a broker for the cluster's brokers, and for the partitions of these topics and of those in use.
    ///
    /// Calls share a request that is on its way if it asks for their topics.
    ///
    /// - Parameter topics: names of topics; none to ask for the brokers and the topics in use alone.
    /// - Returns: what is known of the cluster now. A topic that does not exist is missing.
    /// - Throws: `KafkaClientError`: why no broker answered, or `.closed`. `CancellationError` when the task is cancelled.
    ///
    /// Source: Metadata, API key 3, versions 1 to 13.
    public func refresh(_ topics: Set<String>) async throws -> ClusterSnapshot {
        _ = try await learn(topics, andAllInUse: true)
        return metadata.snapshot
    }

    /// Forgets a topic that was deleted.
    func forget(_ topic: String) { metadata.forget(topic, now: .now) }

    // MARK: Waiting and ending

    func wait<Value>(for waiter: Waiter<Value>) async throws -> Value {
        calls.begin()
        defer { calls.end() }
        return try await waiter.wait()
    }

    func checkOpen() throws(KafkaClientError) {
        if isClosed { throw Self.closedError }
    }

    static let closedError = KafkaClientError(.closed, "the client was closed")

    /// Closes the connections. Calls that wait for an answer throw `.closed`, and have thrown it when this returns.
    public func close() async {
        await endTelemetry()
        isClosed = true
        keeperTimer?.close()
        keeperTimer = nil
        for connection in connections.values { connection.close() }
        connections = [:]
        for opening in opening.values { opening.connection.close() }
        for pause in pauses.values { pause.resume(.failure(Self.closedError)) }
        for call in waitingForPace { call.end.resume(.failure(Self.closedError)) }
        waitingForPace = []
        await calls.waitForNone()
    }
}
