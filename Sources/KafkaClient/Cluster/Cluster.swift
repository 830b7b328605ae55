// What the client knows of its cluster, and the connections over which it asks. Producer lanes, partition producers and
// partition fetchers have connections of their own, so that questions don't wait behind records.

public import KafkaProtocol
import KafkaQueues
public import KafkaTransport

/// A Kafka cluster: its brokers, its topics, and which broker leads each partition.
///
/// Calls that ask for the same at the same time share one request.
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

    let configuration: ClusterConfiguration
    let bootstrap: [Endpoint]
    private(set) var current = ClusterSnapshot()
    /// See `Cluster+Asking`.
    var connections: [Endpoint: BrokerConnection] = [:]
    var opening: [Endpoint: OpeningConnection] = [:]
    var nextEndpoint = 0
    /// See `Cluster+Retrying`.
    var pauses: [ObjectIdentifier: Waiter<Void>] = [:]
    let calls = SuspendedCalls()

    private var question: MetadataQuestion?
    private var topicsOfInterest: Set<String> = []
    /// The error codes of topics that were asked for and not described.
    private var topicErrors: [String: KafkaErrorCode] = [:]
    private var isClosed = false

    /// A question about topics that is on its way, and the tasks that wait for its answer.
    private final class MetadataQuestion {
        let topics: Set<String>
        var waiters: [Waiter<ClusterSnapshot>] = []

        init(_ topics: Set<String>) { self.topics = topics }
    }

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
        var check = ConfigurationCheck("Cluster")
        check.expect("bootstrap", !bootstrap.isEmpty, "is empty; give at least one broker to connect to")
        try ConfigurationCheck.throwIfAny(check.problems + configuration.problems, for: "a cluster")
        self.bootstrap = bootstrap
        self.loop = loop
        self.configuration = configuration
    }

    /// What is known of the cluster from the answers so far. Reading it asks no broker.
    public var snapshot: ClusterSnapshot { current }

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
        _ = try await refresh([topic])
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
        if let known = current.topics[topic], known.hasLeader { return known }
        return try await retrying { isTimeOver in
            let known = try await refresh([topic]).topics[topic]
            if let known, known.hasLeader { return .done(known) }
            let isLast = isTimeOver() || !configuration.waitsForTopics
            if let known, isLast, !known.partitions.isEmpty { return .done(known) }
            let reason = topicErrors[topic] ?? .unknownTopicOrPartition
            if isLast || !reason.isRetriable { throw missing(topic, reason) }
            return .again(missing(topic, reason))
        }
    }

    private func missing(_ topic: String, _ reason: KafkaErrorCode) -> KafkaClientError {
        if reason == .unknownTopicOrPartition {
            return KafkaClientError(
                .unknownTopic, "topic '\(topic)' does not exist on the cluster of \(bootstrap[0]); create it first",
                brokerError: reason)
        }
        return KafkaClientError(reason, "topic '\(topic)'")
    }

    /// The leader of a partition. It is always asked for anew, because the partition may have changed its leader.
    func leader(of topic: String, _ partition: Int32) async throws -> PartitionLeader {
        try await retrying { _ in
            _ = try await refresh([topic])
            let description = try await describe(topic)
            try PartitionBounds.check(partition, of: topic, description.partitions.count)
            let leader = description.partitions[Int(partition)].leader
            if let endpoint = current.brokers[leader] {
                return .done(PartitionLeader(id: leader, endpoint: endpoint, topicID: description.id))
            }
            let error = KafkaClientError(
                .leaderNotAvailable, "partition \(partition) of topic '\(topic)' has no leader at the moment")
            if !configuration.waitsForTopics { throw error }
            return .again(error)
        }
    }

    /// Asks a broker for the cluster's brokers, and for the partitions of these topics and of those asked for before.
    ///
    /// Calls share a request that is on its way if it asks for their topics.
    ///
    /// - Parameter topics: names of topics; none to ask for the brokers alone.
    /// - Returns: what is known of the cluster now. A topic that does not exist is missing.
    /// - Throws: `KafkaClientError`: why no broker answered, or `.closed`. `CancellationError` when the task is cancelled.
    ///
    /// Source: Metadata, API key 3, versions 1 to 13.
    public func refresh(_ topics: Set<String>) async throws -> ClusterSnapshot {
        topicsOfInterest.formUnion(topics)
        while true {
            try checkOpen()
            let question = question ?? beginQuestion()
            let waiter = Waiter<ClusterSnapshot>()
            question.waiters.append(waiter)
            let snapshot = try await wait(for: waiter)
            if topics.isSubset(of: question.topics) { return snapshot }
            topicsOfInterest.formUnion(topics)
        }
    }

    private func beginQuestion() -> MetadataQuestion {
        let question = MetadataQuestion(topicsOfInterest)
        self.question = question
        Task(executorPreference: loop) { await self.answerQuestion() }
        return question
    }

    private func answerQuestion() async {
        guard let question else { return }
        let result: Result<ClusterSnapshot, any Error>
        do { result = .success(try await askMetadata(question.topics)) } catch { result = .failure(error) }
        self.question = nil
        for waiter in question.waiters { waiter.resume(result) }
    }

    private func askMetadata(_ topics: Set<String>) async throws -> ClusterSnapshot {
        var request = MetadataRequest(topicNames: Array(topics))
        request.allowAutoTopicCreation = configuration.autoCreatesTopics
        let response = try await ask(request, .any)
        if response.errorCode != .none {
            throw KafkaClientError(response.errorCode, "cannot learn of the cluster")
        }
        current.apply(response)
        for topic in response.topics {
            guard let name = topic.name else { continue }
            topicErrors[name] = topic.errorCode == .none ? nil : topic.errorCode
            // The topic is not asked for again until a call wants it. Otherwise a broker could create a deleted topic anew.
            if topic.errorCode != .none { topicsOfInterest.remove(name) }
        }
        return current
    }

    /// Forgets a topic that was deleted.
    func forget(_ topic: String) {
        current.topics[topic] = nil
        topicsOfInterest.remove(topic)
    }

    // MARK: Waiting and ending

    func wait<Value>(for waiter: Waiter<Value>) async throws -> Value {
        calls.begin()
        defer { calls.end() }
        return try await waiter.wait()
    }

    func checkOpen() throws(KafkaClientError) {
        if isClosed { throw Self.closedError }
    }

    private static let closedError = KafkaClientError(.closed, "the client was closed")

    /// Closes the connections. Calls that wait for an answer throw `.closed`, and have thrown it when this returns.
    public func close() async {
        isClosed = true
        for connection in connections.values { connection.close() }
        connections = [:]
        for opening in opening.values { opening.connection.close() }
        for pause in pauses.values { pause.resume(.failure(Self.closedError)) }
        await calls.waitForNone()
    }
}
