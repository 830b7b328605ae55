// What the client knows of its cluster, and the connections over which it learns it. Producers and consumers have their
// own connections; this one's are for questions.

public import KafkaProtocol
import KafkaQueues
public import KafkaTransport

/// A Kafka cluster: brokers, topics, leaders. It is asked once for all that want to know the same.
public actor Cluster: TopicDirectory {
    /// Where this lives.
    public nonisolated let loop: EventLoop
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
    /// Why brokers said nothing of topics that were asked for.
    private var topicErrors: [String: KafkaErrorCode] = [:]
    private var isClosed = false

    /// A question about topics that is on its way, and the tasks that wait for its answer.
    private final class MetadataQuestion {
        let topics: Set<String>
        var waiters: [Waiter<ClusterSnapshot>] = []

        init(_ topics: Set<String>) { self.topics = topics }
    }

    /// - Parameters:
    ///   - bootstrap: brokers to ask first; at least one. The others are learned from them.
    ///   - loop: where the connections live; it outlives the cluster.
    ///   - configuration: how to find the cluster.
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

    /// What was learned last.
    public var snapshot: ClusterSnapshot { current }

    public func partitionCount(of topic: String) async throws -> Int {
        try await describe(topic).partitions.count
    }

    /// The partitions of a topic, asked for when they are not known yet.
    ///
    /// A topic that is being made, or auto-created by the question, has no leaders for a moment: this waits for the first
    /// of them, up to the request timeout.
    ///
    /// - Throws: `KafkaClientError` with `.unknownTopic` when there is no such topic, or with the code and the reason of the
    ///   broker when it tells nothing of it.
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

    /// The leader of a partition. Always asked anew: the caller may come from a leader that has moved.
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

    /// Asks anew which brokers lead these topics. Callers share a question that is on its way, unless their topics are not
    /// in it.
    ///
    /// - Throws: `KafkaClientError` when no broker could be asked; `CancellationError` when the task is cancelled while it
    ///   waits. A topic that does not exist is missing from the answer.
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
        Task {
            let result: Result<ClusterSnapshot, any Error>
            do { result = .success(try await askMetadata(question.topics)) } catch { result = .failure(error) }
            self.question = nil
            for waiter in question.waiters { waiter.resume(result) }
        }
        return question
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
            // Whoever still wants the topic asks again. Otherwise brokers would create anew what was deleted.
            if topic.errorCode != .none { topicsOfInterest.remove(name) }
        }
        return current
    }

    /// Forgets a topic that is no more.
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

    /// Closes the connections. Questions on their way fail; when this returns, they have.
    public func close() async {
        isClosed = true
        for connection in connections.values { connection.close() }
        connections = [:]
        for opening in opening.values { opening.connection.close() }
        for pause in pauses.values { pause.resume(.failure(Self.closedError)) }
        await calls.waitForNone()
    }
}
