import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// A connection that is being opened, and the calls that wait for it.
struct OpeningConnection {
    let connection: BrokerConnection
    var waiters: [Waiter<Void>] = []
}

/// Where the brokers of a service are.
private final class ServicesAnswer: @unchecked Sendable {
    // Unchecked: used on the cluster's loop only.
    var result: Result<[Endpoint], TransportError>?
}

/// What attempts to reach a broker have shown.
struct BrokerHealth {
    /// The failures since the last success.
    var failureCount = 0
    /// Not tried before, as long as there is another broker to ask.
    var retryAt = MonotonicInstant.distantPast
    /// Not asked before: the broker throttles this client (KIP-219).
    var throttledUntil = MonotonicInstant.distantPast
    /// Which of its name's addresses the next connection begins with.
    var nextAddress = 0
}

extension Cluster {
    // MARK: Any request

    /// Sends a request to a broker and returns the answer, also when the answer is an error code.
    ///
    /// When there is no answer, the next broker is asked. When all have been asked, they are asked again after a pause,
    /// which grows. No attempt begins after the timeout.
    ///
    /// - Throws: `KafkaClientError`: the last failure; `CancellationError`.
    func ask<R: KafkaRequest & Sendable>(_ request: R, _ target: Target, timeout: Duration? = nil) async throws
        -> R.Response
    {
        try await ask(target, timeout: timeout) { _ in request }
    }

    /// Does the same for a request whose content depends on the version.
    ///
    /// - Parameters:
    ///   - attempts: how often each broker is asked; nil for as often as the configuration says.
    ///   - version: the newest version to ask in.
    func ask<R: KafkaRequest>(
        _ target: Target, timeout: Duration? = nil, attempts: Int? = nil, atMost version: Int16 = .max,
        _ make: @Sendable (_ version: Int16) -> R
    ) async throws -> R.Response {
        let limit = timeout ?? configuration.connection.requestTimeout
        var failures = 0
        return try await retrying(timeout: limit) { _ in
            try Task.checkCancellation()
            do {
                let connection = try await connection(to: endpoint(for: target))
                calls.begin()
                defer { calls.end() }
                return .done(try await connection.exchange(atMost: version, timeout: limit, make))
            } catch let error as KafkaClientError {
                try checkOpen()
                failures += 1
                let brokerCount = max(1, candidates(target).count)
                let isWorthIt = error.isRetriable || (error.code == .protocolViolation && failures < brokerCount)
                if !isWorthIt || failures / brokerCount >= attempts ?? configuration.attempts { throw error }
                // A pause comes after each round of all brokers.
                return failures % brokerCount == 0 ? .again(error) : .againAtOnce(error)
            }
        }
    }

    private func candidates(_ target: Target) -> [Endpoint] {
        let brokers = metadata.brokers
        switch target {
        case .node(let id): return brokers[id].map { [$0] } ?? []
        case .controller: return brokers[metadata.controllerID].map { [$0] } ?? candidates(.any)
        case .any:
            let known = Set(brokers.values)
            return brokers.sorted { $0.key < $1.key }.map(\.value) + bootstrapEndpoints.filter { !known.contains($0) }
        }
    }

    private func endpoint(for target: Target) throws(KafkaClientError) -> Endpoint {
        if let endpoint = nextEndpoint(candidates(target), except: []) { return endpoint }
        throw KafkaClientError(.connectionFailed, "no broker is known for \(target)")
    }

    /// One broker after the other. Those that could not be reached lately, are throttling, or owe an answer come last.
    private func nextEndpoint(_ endpoints: [Endpoint], except tried: Set<Endpoint>) -> Endpoint? {
        let open = endpoints.filter { !tried.contains($0) }
        if open.isEmpty { return nil }
        nextBroker += 1
        let now = MonotonicInstant.now
        let turns = open.indices.lazy.map { open[($0 + self.nextBroker) % open.count] }
        let isWell = { (endpoint: Endpoint) in
            if self.openQuestions[endpoint] != nil { return false }
            guard let health = self.health[endpoint] else { return true }
            return health.retryAt <= now && health.throttledUntil <= now
        }
        return turns.first(where: isWell)
            ?? turns.min { (self.health[$0]?.retryAt ?? now) < (self.health[$1]?.retryAt ?? now) }
    }

    // MARK: Connections

    func connection(to endpoint: Endpoint) async throws -> BrokerConnection {
        while true {
            try checkOpen()
            if let ready = connections[endpoint], ready.isReady { return ready }
            if opening[endpoint] == nil {
                // Noted before the `await`: another call may run meanwhile, and would open a second connection.
                let node = node(endpoint)
                let connection = BrokerConnection(
                    to: endpoint, node: node < 0 ? nil : node, on: loop, configuration.connection,
                    firstAddress: health[endpoint]?.nextAddress ?? 0, meter: ownMeter.broker(node))
                connection.onUnusableFiles = { [metadata] in metadata.emit(.unusableFiles(error: $0)) }
                opening[endpoint] = OpeningConnection(connection: connection)
                // In a task of its own: a caller that is cancelled leaves the connection to the others.
                Task(executorPreference: loop) { await self.open(endpoint) }
            }
            let waiter = Waiter<Void>()
            opening[endpoint]!.waiters.append(waiter)
            try await wait(for: waiter)
            // It may be closed again by now: who uses it learns why.
            if let connection = connections[endpoint] { return connection }
        }
    }

    /// Opens a connection, for all calls that want one to this broker.
    private func open(_ endpoint: Endpoint) async {
        guard let connection = opening[endpoint]?.connection else { return }
        calls.begin()
        defer { calls.end() }
        var failure: (any Error)?
        do {
            // The client may have been closed before this task ran, or while the connection was opened.
            try checkOpen()
            try await connection.open()
            try checkOpen()
            connections[endpoint] = connection
            connection.onLost = { [weak self] error in self?.assumeIsolated { $0.didLose(endpoint, error) } }
            health[endpoint] = nil
            let id = node(endpoint)
            connection.onReauthenticated = { [metadata] mechanism, user in
                metadata.emit(.reauthenticated(broker: id, endpoint: endpoint, mechanism: mechanism, user: user))
            }
            metadata.emitOpening(connection, broker: id)
            beginTelemetry()
        } catch {
            connection.close()
            failure = error
            noteFailure(of: endpoint)
            if let error = error as? KafkaClientError, !isClosed {
                metadata.emit(.connectFailed(broker: node(endpoint), endpoint: endpoint, error: error))
            }
        }
        for waiter in opening.removeValue(forKey: endpoint)?.waiters ?? [] {
            if let failure { waiter.resume(.failure(failure)) } else { waiter.resume() }
        }
    }

    private func didLose(_ endpoint: Endpoint, _ error: KafkaClientError) {
        connections[endpoint] = nil
        metadata.emit(.disconnected(broker: node(endpoint), endpoint: endpoint, error: error))
    }

    /// The node id of a broker; -1 for one that the cluster has not named.
    private func node(_ endpoint: Endpoint) -> Int32 { metadata.brokers.first { $0.value == endpoint }?.key ?? -1 }

    private func noteFailure(of endpoint: Endpoint) {
        let backoff = configuration.connection.backoff
        let failureCount = (health[endpoint]?.failureCount ?? 0) + 1
        health[endpoint, default: BrokerHealth()].failureCount = failureCount
        health[endpoint]!.nextAddress += 1
        let pauseNs = backoff.delayNs(attempt: failureCount, chance: .random(in: -1...1))
        health[endpoint]!.retryAt = MonotonicInstant.now.advanced(byNanoseconds: pauseNs)
    }

    // MARK: Metadata

    /// Asks one broker after another until one has answered, and takes over what it says.
    ///
    /// A broker that does not answer soon does not hold the others up: another is asked as well, and the first answer counts.
    ///
    /// - Throws: `KafkaClientError`: why no broker answered, or `.closed`.
    func askForMetadata(_ request: MetadataRequest) async throws -> ClusterMetadata.Changes {
        calls.begin()
        defer { calls.end() }
        let race = MetadataRace()
        var tried: Set<Endpoint> = []
        var isWorthAnotherRound = false
        var failure = KafkaClientError(.connectionFailed, "no broker could be asked")
        return try await retrying { isTimeOver in
            tried = []
            isWorthAnotherRound = false
            var hasLookedUp = false
            while true {
                try checkOpen()
                // First those that the cluster has named. When none of them answers, those that the client began with.
                let known = metadata.brokers.sorted { $0.key < $1.key }.map(\.value)
                let throttling = health.filter { $0.value.throttledUntil > .now }.keys
                let next = nextEndpoint(known, except: tried.union(throttling))
                if next == nil, !hasLookedUp {
                    hasLookedUp = true
                    if let error = await lookUpBootstrap() {
                        failure = error
                        isWorthAnotherRound = true
                    }
                    continue
                }
                if let endpoint = next ?? nextEndpoint(bootstrapEndpoints, except: tried.union(throttling)) {
                    if next == nil, !known.isEmpty { metadata.emit(.rebootstrapped) }
                    tried.insert(endpoint)
                    race.openCount += 1
                    Task(executorPreference: loop) { await self.take(part: race, request, endpoint) }
                } else if race.openCount == 0, race.outcomes.isEmpty {
                    if !throttling.isEmpty {
                        isWorthAnotherRound = true
                        race.roundCount -= 1
                        failure = KafkaClientError(.requestTimedOut, "the brokers throttle this client (KIP-219)")
                    }
                    break
                }
                switch try await outcome(of: race) {
                case .isLate: break
                case .answered(let changes): return .done(changes)
                case .failed(let error):
                    failure = error
                    // Also an answer that is none may be that of one broker only.
                    if error.isRetriable || error.brokerError == .rebootstrapRequired { isWorthAnotherRound = true }
                }
            }
            race.roundCount += 1
            if !isWorthAnotherRound || race.roundCount >= configuration.attempts { throw failure }
            return .again(failure)
        }
    }

    /// Looks up where the servers are that the client began with, where only the name of a service is known (KIP-899).
    ///
    /// - Returns: why none is known.
    private func lookUpBootstrap() async -> KafkaClientError? {
        let services = bootstrap.filter { $0.endpoint == nil }
        if services.isEmpty { return nil }
        var found: [Endpoint] = []
        var causes: [any Error] = []
        for case .service(let name) in services {
            do { found += try await endpoints(of: name) } catch { causes.append(error) }
        }
        let endpoints = bootstrap.compactMap(\.endpoint) + found
        if !endpoints.isEmpty {
            bootstrapEndpoints = endpoints
            return nil
        }
        return KafkaClientError(
            .connectionFailed, "cannot find the brokers of \(services.map(\.description).joined(separator: ", "))",
            causes: causes)
    }

    private func endpoints(of service: String) async throws -> [Endpoint] {
        let answer = ServicesAnswer()
        let end = Waiter<Void>()
        NameLookup.services(of: service, on: loop) { result in
            answer.result = result
            end.resume()
        }
        pauses[ObjectIdentifier(end)] = end
        defer { pauses[ObjectIdentifier(end)] = nil }
        try await wait(for: end)
        return try answer.result?.get() ?? []
    }

    private func take(part race: MetadataRace, _ request: MetadataRequest, _ endpoint: Endpoint) async {
        calls.begin()
        openQuestions[endpoint, default: 0] += 1
        defer {
            openQuestions[endpoint]! -= 1
            if openQuestions[endpoint] == 0 { openQuestions[endpoint] = nil }
            calls.end()
        }
        do {
            let connection = try await connection(to: endpoint)
            let response = try await connection.exchange { _ in request }
            if response.throttleTimeMs > 0 { noteThrottle(endpoint, response.throttleTimeMs) }
            if response.errorCode == .rebootstrapRequired {
                metadata.forgetBrokers()
                metadata.emit(.rebootstrapped)
            }
            if response.errorCode != .none {
                throw KafkaClientError(response.errorCode, "cannot learn of the cluster")
            }
            let changes = try metadata.apply(
                response, from: endpoint, now: .now, asked: Set((request.topics ?? []).compactMap(\.name)))
            if changes.areBrokersNew { forgetOthers() }
            race.add(.answered(changes))
        } catch let error as KafkaClientError {
            if error.code == .wrongCluster { noteFailure(of: endpoint) }
            race.add(.failed(error))
        } catch {
            race.add(
                .failed(KafkaClientError(.connectionFailed, "broker \(endpoint) could not be asked", underlying: error))
            )
        }
    }

    /// Forgets what is kept for addresses at which no broker is any more, as far as is known.
    private func forgetOthers() {
        let known = Set(metadata.brokers.values).union(bootstrapEndpoints)
        health = health.filter { known.contains($0.key) }
        for (endpoint, connection) in connections where !known.contains(endpoint) || connection.isClosed {
            if connection.inFlightCount > 0 { continue }
            connection.close()
            connections[endpoint] = nil
        }
    }

    private func noteThrottle(_ endpoint: Endpoint, _ milliseconds: Int32) {
        health[endpoint, default: BrokerHealth()].throttledUntil = .now + .milliseconds(Int(milliseconds))
        metadata.emit(.throttled(broker: node(endpoint), time: .milliseconds(Int(milliseconds))))
    }

    /// Waits for the next outcome, for a while.
    private func outcome(of race: MetadataRace) async throws -> MetadataRace.Outcome {
        if race.outcomes.isEmpty {
            let waiter = Waiter<Void>()
            race.waiter = waiter
            let timer = LoopTimer(on: loop)
            timer.schedule(afterNanoseconds: Self.metadataPatience.nanoseconds) { waiter.resume() }
            pauses[ObjectIdentifier(waiter)] = waiter
            defer {
                timer.close()
                pauses[ObjectIdentifier(waiter)] = nil
            }
            try await wait(for: waiter)
        }
        race.waiter = nil
        return race.outcomes.isEmpty ? .isLate : race.outcomes.removeFirst()
    }

    /// How long a broker may take before another one is asked as well.
    private static let metadataPatience = Duration.milliseconds(500)
}

/// Several brokers that were asked for the same.
final class MetadataRace: @unchecked Sendable {
    // Unchecked: used on the cluster's loop only.
    enum Outcome {
        case answered(ClusterMetadata.Changes)
        case failed(KafkaClientError)
        /// There is none yet.
        case isLate
    }

    /// The brokers that have been asked and have not answered.
    var openCount = 0
    var roundCount = 0
    var outcomes: [Outcome] = []
    var waiter: Waiter<Void>?

    func add(_ outcome: Outcome) {
        openCount -= 1
        outcomes.append(outcome)
        waiter?.resume()
    }
}
