// How calls that speak of several things are carried out. Each thing (a topic, a partition, a group) is routed to the broker that
// can serve it; brokers are asked side by side; what may still succeed is routed anew and asked for again, until all is final or
// the request timeout is over. Each thing has a result of its own.
//
//   open things ─▶ route ─▶ by broker ─▶ ask, side by side ─▶ final: results
//        ▲                                                └─▶ retriable: a pause, and again
//        └────────────────────────────────────────────────────────┘

import KafkaProtocol
import KafkaTransport

extension Cluster {
    /// Where each thing is to be asked for, or why that is not known.
    typealias Routes<Key: Hashable & Sendable> = [Key: Result<Target, KafkaClientError>]
    /// What has come of each thing.
    typealias Outcomes<Key: Hashable & Sendable, Value: Sendable> = [Key: Result<Value, KafkaClientError>]

    /// One request of a gathering: whom to ask, for what, and how long that may take.
    struct Errand<Key: Hashable & Sendable>: Sendable {
        let target: Target
        let keys: Set<Key>
        let timeLeft: Duration
    }

    /// For so long a topic that a broker does not know is asked for again: it may have been created a moment ago.
    private static let unknownTopicPatience = Duration.seconds(1)

    /// Asks for several things, each at its own broker, until each has a final result or the request timeout is over.
    ///
    /// - Parameters:
    ///   - keys: the things.
    ///   - mayPass: whether an error may pass, so that the thing is asked for again; nil for those that are retriable. A topic that is
    ///     not known is waited for a second at most.
    ///   - route: says which broker to ask for each thing. After the first time, what was known before may be wrong.
    ///   - ask: sends one broker a request, and returns a result for each thing that the answer speaks of.
    /// - Returns: a result for each thing.
    /// - Throws: `CancellationError`; `KafkaClientError`: `.closed`, or why nothing could be routed anywhere.
    func gather<Key: Hashable & Sendable, Value: Sendable>(
        _ keys: Set<Key>, mayPass: ((KafkaClientError) -> Bool)? = nil,
        route: (_ open: Set<Key>, _ isFirst: Bool) async throws -> Routes<Key>,
        ask:
            @escaping @Sendable (_ cluster: isolated Cluster, _ errand: Errand<Key>) async throws
            -> Outcomes<Key, Value>
    ) async throws -> Outcomes<Key, Value> {
        var outcomes: Outcomes<Key, Value> = [:]
        var open = keys
        let began = MonotonicInstant.now
        let deadline = began + configuration.connection.requestTimeout
        let backoff = Backoff(configuration.retryBackoff, max: configuration.retryBackoffMax)
        var roundCount = 0
        while !open.isEmpty {
            try checkOpen()
            let routes = try await routes(open, outcomes, isFirst: roundCount == 0, route)
            let round = try await askAll(routes, deadline, ask)
            outcomes.merge(round) { deadline <= .now ? Self.cause($0, orCut: $1) : $1 }
            let isPatient = began + Self.unknownTopicPatience > .now
            open = open.filter { key in
                guard case .failure(let error)? = outcomes[key] else { return false }
                if let mayPass { return mayPass(error) }
                return error.isRetriable && (isPatient || !error.isOfUnknownTopic)
            }
            if open.isEmpty || deadline <= .now { break }
            roundCount += 1
            let pauseNs = backoff.delayNs(attempt: roundCount, chance: .random(in: -1...1))
            try await pause(nanoseconds: min(pauseNs, max(1, deadline.nanoseconds(since: .now))))
        }
        return outcomes
    }

    /// What the last two rounds have come to: where the end of the time cut the last one, the one before says more.
    private static func cause<Value>(
        _ former: Result<Value, KafkaClientError>, orCut last: Result<Value, KafkaClientError>
    ) -> Result<Value, KafkaClientError> {
        guard case .failure(let error) = last, error.code == .requestTimedOut, error.brokerError == nil else {
            return last
        }
        return former
    }

    private func routes<Key: Hashable & Sendable, Value: Sendable>(
        _ open: Set<Key>, _ known: Outcomes<Key, Value>, isFirst: Bool,
        _ route: (_ open: Set<Key>, _ isFirst: Bool) async throws -> Routes<Key>
    ) async throws -> Routes<Key> {
        do {
            return try await route(open, isFirst)
        } catch let error as KafkaClientError {
            try checkOpen()
            // What others have got is not lost.
            if known.values.allSatisfy({ (try? $0.get()) == nil }) { throw error }
            return open.reduce(into: [:]) { $0[$1] = .failure(error) }
        }
    }

    @inline(never)
    private func askAll<Key: Hashable & Sendable, Value: Sendable>(
        _ routes: Routes<Key>, _ deadline: MonotonicInstant,
        _ ask: @escaping @Sendable (isolated Cluster, Errand<Key>) async throws -> Outcomes<Key, Value>
    ) async throws -> Outcomes<Key, Value> {
        var outcomes: Outcomes<Key, Value> = [:]
        var byTarget: [Target: Set<Key>] = [:]
        for (key, target) in routes {
            switch target {
            case .success(let target): byTarget[target, default: []].insert(key)
            case .failure(let error): outcomes[key] = .failure(error)
            }
        }
        let timeLeft = Duration.nanoseconds(max(1_000_000, deadline.nanoseconds(since: .now)))
        try await withThrowingTaskGroup(of: Outcomes<Key, Value>.self) { group in
            for (target, keys) in byTarget {
                let errand = Errand(target: target, keys: keys, timeLeft: timeLeft)
                group.addTask(executorPreference: loop) { try await self.run(errand, ask) }
            }
            for try await part in group { outcomes.merge(part) { $1 } }
        }
        return outcomes
    }

    @inline(never)
    private func run<Key: Hashable & Sendable, Value: Sendable>(
        _ errand: Errand<Key>,
        _ ask: @Sendable (isolated Cluster, Errand<Key>) async throws -> Outcomes<Key, Value>
    ) async throws -> Outcomes<Key, Value> {
        do {
            let found = try await ask(self, errand)
            // What was not asked for is not looked at.
            return errand.keys.reduce(into: [:]) { outcomes, key in
                outcomes[key] =
                    found[key] ?? .failure(KafkaClientError(.protocolViolation, "the answer does not speak of \(key)"))
            }
        } catch let error as KafkaClientError {
            try checkOpen()
            return errand.keys.reduce(into: [:]) { $0[$1] = .failure(error) }
        }
    }

    // MARK: Routes

    /// All to one broker.
    func route<Key>(_ open: Set<Key>, to target: Target) -> Routes<Key> {
        open.reduce(into: [:]) { $0[$1] = .success(target) }
    }

    /// All to the controller, which is asked for anew after the first time, because it may be another one.
    func routeToController<Key>(_ open: Set<Key>, isFirst: Bool) async throws -> Routes<Key> {
        if !isFirst || metadata.brokers.isEmpty { _ = try await learn([]) }
        return route(open, to: .controller)
    }

    /// Partitions to their leaders.
    func routeToLeaders(_ open: Set<TopicPartition>, isFirst: Bool) async throws -> Routes<TopicPartition> {
        let topics = Set(open.map(\.topic))
        var errors: [String: KafkaErrorCode] = [:]
        let areKnown = open.allSatisfy { leader(of: $0) != nil }
        if !isFirst || !areKnown { errors = try await learn(topics) }
        return open.reduce(into: [:]) { routes, partition in
            if let leader = leader(of: partition) {
                routes[partition] = .success(.node(leader))
            } else {
                routes[partition] = .failure(unroutable(partition, errors[partition.topic]))
            }
        }
    }

    private func leader(of partition: TopicPartition) -> Int32? {
        guard let description = metadata.description(of: partition.topic),
            description.partitions.indices.contains(Int(partition.partition))
        else { return nil }
        let leader = description.partitions[Int(partition.partition)].leader
        return metadata.brokers[leader] == nil ? nil : leader
    }

    private func unroutable(_ partition: TopicPartition, _ reason: KafkaErrorCode?) -> KafkaClientError {
        guard let description = metadata.description(of: partition.topic), reason == nil else {
            return topicError(
                reason ?? .unknownTopicOrPartition, partition.topic, "topic '\(partition.topic)' can't be described",
                needs: "Describe")
        }
        do throws(KafkaClientError) {
            try PartitionBounds.check(partition.partition, of: partition.topic, description.partitions.count)
        } catch {
            return error
        }
        return KafkaClientError(.leaderNotAvailable, "partition \(partition) has no leader at the moment")
    }

    /// Groups to their coordinators.
    func routeToCoordinators(_ open: Set<String>) async throws -> Routes<String> {
        let found = try await coordinators(of: open)
        let nodes = found.values.compactMap { try? $0.get() }
        if nodes.contains(where: { metadata.brokers[$0] == nil }) { _ = try await learn([]) }
        return found.mapValues { $0.map { .node($0) } }
    }

    /// Who coordinates groups: in one request where brokers can tell that (Kafka 3.0, KIP-699).
    private func coordinators(of groups: Set<String>) async throws -> [String: Result<Int32, KafkaClientError>] {
        let asked = AskedVersion()
        let names = groups.sorted()
        let response = try await ask(.any, attempts: 2) { version in
            asked.version = version
            var request = FindCoordinatorRequest(key: names[0], keyType: 0, version: version)
            if version >= 4 { request.coordinatorKeys = names }
            return request
        }
        var found = [names[0]: coordinator(of: names[0], response, asked.version)]
        for name in names.dropFirst() {
            if asked.version >= 4 {
                found[name] = coordinator(of: name, response, asked.version)
            } else {
                let response = try await ask(.any, attempts: 2) { version in
                    FindCoordinatorRequest(key: name, keyType: 0, version: min(version, 3))
                }
                found[name] = coordinator(of: name, response, 3)
            }
        }
        return found
    }

    private func coordinator(
        of group: String, _ response: FindCoordinatorResponse, _ version: Int16
    ) -> Result<Int32, KafkaClientError> {
        guard let found = response.coordinator(of: group, version: version) else {
            return .failure(
                KafkaClientError(
                    .protocolViolation, "the answer to who coordinates group '\(group)' does not speak of it"))
        }
        if found.errorCode == .none { return .success(found.nodeID) }
        return .failure(
            groupError(
                found.errorCode, group, "the coordinator of group '\(group)' can't be found", found.errorMessage))
    }

    // MARK: Errors

    /// How long a broker may take, in milliseconds.
    var brokerTimeoutMs: Int32 { configuration.connection.brokerTimeout.milliseconds }

    func topicError(
        _ code: KafkaErrorCode, _ topic: String, _ action: String, _ message: String? = nil, needs operation: String
    ) -> KafkaClientError {
        KafkaClientError(code, action, message, needs: .init(operation, topic: topic), of: metadata.user)
    }

    func groupError(
        _ code: KafkaErrorCode, _ group: String, _ action: String, _ message: String? = nil,
        needs operation: String = "Describe"
    ) -> KafkaClientError {
        KafkaClientError(code, action, message, needs: .init(operation, group: group), of: metadata.user)
    }
}

extension Result where Success: Sendable, Failure == KafkaClientError {
    /// The value, unless there is an error.
    init(_ error: KafkaClientError?, _ value: @autoclosure () -> Success) {
        self = error.map(Result.failure) ?? .success(value())
    }
}

extension KafkaClientError {
    /// Whether a broker does not know a topic, or a partition.
    var isOfUnknownTopic: Bool {
        brokerError == .unknownTopicOrPartition || brokerError == .unknownTopicId
    }
}

/// In which version a request was made, for the reader of its answer.
final class AskedVersion: @unchecked Sendable {
    // Unchecked: written before the answer comes, and read behind it.
    var version: Int16 = 0
}
