import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// A connection that is being opened, and the calls that wait for it.
struct OpeningConnection {
    let connection: BrokerConnection
    var waiters: [Waiter<Void>] = []
}

extension Cluster {
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
    func ask<R: KafkaRequest>(
        _ target: Target, timeout: Duration? = nil, _ make: @Sendable (_ version: Int16) -> R
    ) async throws -> R.Response {
        let limit = timeout ?? configuration.connection.requestTimeout
        var failures = 0
        return try await retrying(timeout: limit) { _ in
            try Task.checkCancellation()
            do {
                let connection = try await connection(to: target)
                calls.begin()
                defer { calls.end() }
                return .done(try await connection.exchange(timeout: limit, make))
            } catch let error as KafkaClientError {
                try checkOpen()
                failures += 1
                let brokerCount = max(1, candidates(target).count)
                let isWorthIt = error.isRetriable || (error.code == .protocolViolation && failures < brokerCount)
                if !isWorthIt || failures / brokerCount >= configuration.attempts { throw error }
                // A pause comes after each round of all brokers.
                return failures % brokerCount == 0 ? .again(error) : .againAtOnce(error)
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
            if opening[endpoint] == nil {
                nextEndpoint += 1
                // Noted before the `await`: another call may run meanwhile, and would open a second connection.
                let connection = BrokerConnection(to: endpoint, on: loop, configuration.connection)
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
        } catch {
            connection.close()
            failure = error
        }
        for waiter in opening.removeValue(forKey: endpoint)?.waiters ?? [] {
            if let failure { waiter.resume(.failure(failure)) } else { waiter.resume() }
        }
    }
}
