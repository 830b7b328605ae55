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
    private var opening: [BrokerConnection] = []
    private var nextEndpoint = 0
    private var refresh: Task<ClusterSnapshot, any Error>?
    private var topicsOfInterest: Set<String> = []
    private var topicsOfRefresh: Set<String> = []
    private var isClosed = false

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
    /// A topic that is being made, or auto-created by the question, has no leaders for a moment: this waits for them, up
    /// to the request timeout.
    ///
    /// - Throws: `KafkaClientError` with `.unknownTopic` when there is no such topic.
    public func describe(_ topic: String) async throws -> TopicDescription {
        if let known = current.topics[topic], !known.partitions.isEmpty { return known }
        let deadline = MonotonicClock.nowNs() + configuration.connection.requestTimeout.nanoseconds
        var backoff = Backoff(configuration.retryBackoff, max: configuration.retryBackoffMax)
        while true {
            let snapshot = try await refresh([topic])
            if let known = snapshot.topics[topic], !known.partitions.isEmpty { return known }
            let isOver = MonotonicClock.nowNs() > deadline
            if isOver || !configuration.waitsForTopics {
                throw KafkaClientError(
                    .unknownTopic, "topic '\(topic)' does not exist on \(bootstrap[0]) or has no leaders yet; create it first")
            }
            try await Task.sleep(for: backoff.next())
        }
    }

    /// Learns anew where these topics are led. Whoever asks while an answer is on its way gets the same one, unless their
    /// topics are not in it.
    public func refresh(_ topics: Set<String>) async throws -> ClusterSnapshot {
        topicsOfInterest.formUnion(topics)
        while let running = refresh {
            let covered = topicsOfRefresh
            let snapshot = try await running.value
            if topics.isSubset(of: covered) { return snapshot }
            if refresh == running { refresh = nil }
        }
        topicsOfRefresh = topicsOfInterest
        let task = Task { try await askMetadata(Array(topicsOfRefresh)) }
        refresh = task
        defer { if refresh == task { refresh = nil } }
        return try await task.value
    }

    private func askMetadata(_ topics: [String]) async throws -> ClusterSnapshot {
        var request = MetadataRequest(topicNames: topics)
        request.allowAutoTopicCreation = configuration.autoCreatesTopics
        let response = try await ask(request, .any)
        current.apply(response)
        if let topic = response.topics.first(where: { $0.errorCode != .none && !$0.errorCode.isRetriable }), topics.count == 1 {
            throw KafkaClientError(
                .brokerError, "topic '\(topics[0])': \(topic.errorCode.name): \(topic.errorCode.message)",
                brokerError: topic.errorCode)
        }
        return current
    }

    // MARK: Asking

    /// One question, answered by the first broker that can, within the request timeout.
    ///
    /// Connection failures are tried again on the next broker with a growing pause; an answer that is an error is given
    /// back as it is.
    ///
    /// - Throws: `KafkaClientError`: the last failure.
    func ask<R: KafkaRequest & Sendable>(_ request: R, _ target: Target, timeout: Duration? = nil) async throws -> R.Response {
        try await ask(target, timeout: timeout) { _ in request }
    }

    /// The same for a request whose content depends on the version.
    func ask<R: KafkaRequest>(
        _ target: Target, timeout: Duration? = nil, _ make: @Sendable (_ version: Int16) -> R
    ) async throws -> R.Response {
        let limit = timeout ?? configuration.connection.requestTimeout
        let deadline = MonotonicClock.nowNs() + limit.nanoseconds
        var backoff = Backoff(configuration.retryBackoff, max: configuration.retryBackoffMax)
        var failures = 0
        while true {
            try Task.checkCancellation()
            do {
                let connection = try await connection(to: target)
                return try await connection.exchange(timeout: limit, make)
            } catch let error as KafkaClientError {
                failures += 1
                let endpoints = candidates(target).count
                let isWorthIt = error.isRetriable || (error.code == .protocolViolation && failures < endpoints)
                if isClosed || !isWorthIt || MonotonicClock.nowNs() >= deadline || failures >= configuration.attempts * max(1, endpoints) {
                    throw error
                }
                // Every broker once without a pause, then with one.
                if failures % max(1, endpoints) == 0 { try await Task.sleep(for: backoff.next()) }
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
        if isClosed { throw KafkaClientError(.closed, "the client was closed") }
        let endpoints = candidates(target)
        guard !endpoints.isEmpty else {
            throw KafkaClientError(.connectionFailed, "no broker is known for \(target)")
        }
        if let ready = endpoints.lazy.compactMap({ self.connections[$0] }).first(where: \.isReady) { return ready }
        let endpoint = endpoints[nextEndpoint % endpoints.count]
        nextEndpoint += 1
        let connection = BrokerConnection(to: endpoint, on: loop, configuration.connection)
        opening.append(connection)
        defer { opening.removeAll { $0 === connection } }
        try await connection.open()
        if isClosed {
            connection.close()
            throw KafkaClientError(.closed, "the client was closed")
        }
        connections[endpoint]?.close()
        connections[endpoint] = connection
        return connection
    }

    /// Closes the connections. Questions on their way fail.
    public func close() {
        isClosed = true
        for connection in opening + connections.values { connection.close() }
        connections = [:]
    }
}
