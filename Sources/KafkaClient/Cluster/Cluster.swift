// What the client knows of its cluster, and the connections over which it learns it. Producers and consumers have their
// own connections; this one's are for questions.

import KafkaProtocol
public import KafkaTransport

/// A Kafka cluster: brokers, topics, leaders; asked once for many who want to know.
public actor Cluster: TopicDirectory {
    public nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Whom to ask.
    enum Target: Hashable {
        case any
        case controller
        case node(Int32)
    }

    let configuration: ClusterConfiguration
    private let bootstrap: [Endpoint]
    private(set) var current = ClusterSnapshot()
    private var connections: [Endpoint: BrokerConnection] = [:]
    private var opening: [Endpoint: OpeningConnection] = [:]
    private var nextEndpoint = 0
    private var question: MetadataQuestion?
    private var topicsOfInterest: Set<String> = []
    /// Why brokers said nothing of topics that were asked for.
    private var topicErrors: [String: KafkaErrorCode] = [:]
    private var pauses: [ObjectIdentifier: OneShot<Void>] = [:]
    private let calls = SuspendedCalls()
    private var isClosed = false

    /// A connection that is being opened, and who waits for it besides the one who opens it.
    private struct OpeningConnection {
        let connection: BrokerConnection
        var waiters: [OneShot<Void>] = []
    }

    /// A question about topics that is on its way, and who waits for its answer.
    private final class MetadataQuestion {
        let topics: Set<String>
        var waiters: [OneShot<ClusterSnapshot>] = []

        init(_ topics: Set<String>) { self.topics = topics }
    }

    /// - Parameter bootstrap: brokers to ask first; at least one.
    public init(bootstrap: [Endpoint], on loop: EventLoop, _ configuration: ClusterConfiguration) throws {
        guard !bootstrap.isEmpty else {
            throw KafkaClientError(.invalidConfiguration, "no broker was given to connect to")
        }
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
    /// - Throws: `KafkaClientError` with `.unknownTopic` when there is no such topic, with `.brokerError` and the reason
    ///   when nothing may be known of it.
    public func describe(_ topic: String) async throws -> TopicDescription {
        if let known = current.topics[topic], known.hasLeader { return known }
        let deadline = MonotonicClockDeadline(configuration.connection.requestTimeout)
        var backoff = Backoff(configuration.retryBackoff, max: configuration.retryBackoffMax)
        while true {
            let known = try await refresh([topic]).topics[topic]
            if let known, known.hasLeader { return known }
            let isOver = deadline.isOver || !configuration.waitsForTopics
            if let known, isOver, !known.partitions.isEmpty { return known }
            let reason = topicErrors[topic] ?? .unknownTopicOrPartition
            if isOver || !reason.isRetriable { throw missing(topic, reason) }
            try await pause(backoff.next())
        }
    }

    private func missing(_ topic: String, _ reason: KafkaErrorCode) -> KafkaClientError {
        if reason == .unknownTopicOrPartition {
            return KafkaClientError(
                .unknownTopic, "topic '\(topic)' does not exist on the cluster of \(bootstrap[0]); create it first",
                brokerError: reason)
        }
        return KafkaClientError(
            reason, "topic '\(topic)'")
    }

    /// Where a partition is led now: always asked, because who asks may come from a leader that has moved.
    func place(of topic: String, _ partition: Int32) async throws -> PartitionPlace {
        let deadline = MonotonicClockDeadline(configuration.connection.requestTimeout)
        var backoff = Backoff(configuration.retryBackoff, max: configuration.retryBackoffMax)
        while true {
            _ = try await refresh([topic])
            let description = try await describe(topic)
            guard partition >= 0, Int(partition) < description.partitions.count else {
                throw KafkaClientError(
                    .unknownPartition,
                    "topic '\(topic)' has partitions 0 to \(description.partitions.count - 1), not \(partition)")
            }
            let leader = description.partitions[Int(partition)].leader
            if let endpoint = current.brokers[leader] {
                return PartitionPlace(topicID: description.id, leader: leader, endpoint: endpoint)
            }
            if deadline.isOver || !configuration.waitsForTopics {
                throw KafkaClientError(
                    .leaderNotAvailable, "partition \(partition) of topic '\(topic)' has no leader at the moment")
            }
            try await pause(backoff.next())
        }
    }

    /// Learns anew where these topics are led. Whoever asks while an answer is on its way gets the same one, unless their
    /// topics are not in it.
    ///
    /// - Throws: `KafkaClientError` when no broker could be asked; `CancellationError` when the task is cancelled while it
    ///   waits. A topic that does not exist is missing from the answer.
    public func refresh(_ topics: Set<String>) async throws -> ClusterSnapshot {
        topicsOfInterest.formUnion(topics)
        while true {
            try checkOpen()
            let question = question ?? beginQuestion()
            let waiter = OneShot<ClusterSnapshot>()
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
            // Who still wants it asks again; nobody else makes the broker create what was deleted.
            if topic.errorCode != .none { topicsOfInterest.remove(name) }
        }
        return current
    }

    /// Forgets a topic that is no more.
    func forget(_ topic: String) {
        current.topics[topic] = nil
        topicsOfInterest.remove(topic)
    }

    // MARK: Asking

    /// One question, answered by the first broker that can. No new attempt begins after the request timeout.
    ///
    /// Connection failures are tried again on the next broker with a growing pause; an answer that is an error is given
    /// back as it is.
    ///
    /// - Throws: `KafkaClientError`: the last failure.
    func ask<R: KafkaRequest & Sendable>(_ request: R, _ target: Target, timeout: Duration? = nil) async throws
        -> R.Response
    {
        try await ask(target, timeout: timeout) { _ in request }
    }

    /// The same for a request whose content depends on the version.
    func ask<R: KafkaRequest>(
        _ target: Target, timeout: Duration? = nil, _ make: @Sendable (_ version: Int16) -> R
    ) async throws -> R.Response {
        let limit = timeout ?? configuration.connection.requestTimeout
        let deadline = MonotonicClockDeadline(limit)
        var backoff = Backoff(configuration.retryBackoff, max: configuration.retryBackoffMax)
        var failures = 0
        while true {
            try Task.checkCancellation()
            do {
                let connection = try await connection(to: target)
                calls.begin()
                defer { calls.end() }
                return try await connection.exchange(timeout: limit, make)
            } catch let error as KafkaClientError {
                failures += 1
                let endpoints = candidates(target).count
                let isWorthIt = error.isRetriable || (error.code == .protocolViolation && failures < endpoints)
                try checkOpen()
                if !isWorthIt || deadline.isOver || failures >= configuration.attempts * max(1, endpoints) {
                    throw error
                }
                // Every broker once without a pause, then with one.
                if failures % max(1, endpoints) == 0 { try await pause(backoff.next()) }
            }
        }
    }

    private func candidates(_ target: Target) -> [Endpoint] {
        switch target {
        case .node(let id): current.brokers[id].map { [$0] } ?? []
        case .controller: current.brokers[current.controllerID].map { [$0] } ?? candidates(.any)
        case .any: bootstrap + current.brokers.values.filter { !bootstrap.contains($0) }
        }
    }

    private func connection(to target: Target) async throws -> BrokerConnection {
        while true {
            try checkOpen()
            let endpoints = candidates(target)
            guard !endpoints.isEmpty else {
                throw KafkaClientError(.connectionFailed, "no broker is known for \(target)")
            }
            if let ready = endpoints.lazy.compactMap({ self.connections[$0] }).first(where: \.isReady) { return ready }
            let endpoint = endpoints[nextEndpoint % endpoints.count]
            guard opening[endpoint] != nil else {
                nextEndpoint += 1
                // Here, not behind the `await`, which may let another one in who would open a second one.
                let connection = BrokerConnection(to: endpoint, on: loop, configuration.connection)
                opening[endpoint] = OpeningConnection(connection: connection)
                try await open(connection)
                return connection
            }
            let waiter = OneShot<Void>()
            opening[endpoint]!.waiters.append(waiter)
            try await wait(for: waiter)
        }
    }

    /// Opens a connection, for the caller and for all who want one to this broker meanwhile.
    private func open(_ connection: BrokerConnection) async throws {
        let endpoint = connection.endpoint
        calls.begin()
        defer { calls.end() }
        do {
            try await connection.open()
            try checkOpen()
        } catch {
            connection.close()
            for waiter in opening.removeValue(forKey: endpoint)?.waiters ?? [] { waiter.resume(.failure(error)) }
            throw error
        }
        connections[endpoint] = connection
        for waiter in opening.removeValue(forKey: endpoint)?.waiters ?? [] { waiter.resume(.success(())) }
    }

    // MARK: Waiting and ending

    /// Waits, unless the task is cancelled or the client is closed.
    func pause(_ duration: Duration) async throws {
        try checkOpen()
        let end = OneShot<Void>()
        let timer = OwnedTimer(on: loop)
        timer.schedule(afterMs: duration.nanoseconds / 1_000_000) { end.resume(.success(())) }
        pauses[ObjectIdentifier(end)] = end
        defer {
            timer.close()
            pauses[ObjectIdentifier(end)] = nil
        }
        try await wait(for: end)
    }

    private func wait<Value>(for end: OneShot<Value>) async throws -> Value {
        calls.begin()
        defer { calls.end() }
        return try await end.wait()
    }

    private func checkOpen() throws(KafkaClientError) {
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
