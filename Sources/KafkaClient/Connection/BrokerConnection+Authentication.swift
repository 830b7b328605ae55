import KafkaProtocol
import KafkaSecurity
import KafkaTransport

// The mechanism works on a thread of the global pool: it may ask others for tokens, or hash for long. Its answers come back to the
// loop, unless the connection has ended meanwhile.
extension BrokerConnection {
    func beginAuthentication() {
        guard let mechanism = configuration.sasl else { return }
        watchDeadlines()
        let endpoint = endpoint
        away(mechanism.name) {
            let exchange = try await mechanism.makeExchange(with: endpoint)
            return try await Self.step(exchange, nil)
        } back: { connection, result in
            connection.exchange = nil
            let token = result.flatMap { step in
                connection.exchange = step.exchange
                return step.answer.map { .success($0) } ?? .failure(Self.saysNothing(mechanism.name))
            }
            connection.perform(connection.machine.didPrepare(token, now: .now))
            connection.watchDeadlines()
        }
    }

    func nameMechanism() {
        guard let mechanism = configuration.sasl else { return }
        let request = SASLHandshakeRequest(mechanism: mechanism.name)
        send(request, version: 1, timeout: authenticationTimeout, opens: true) { [weak self] result in
            guard let self else { return }
            switch result {
            case .failure(let error): perform(machine.close(error))
            case .success(let response): perform(machine.didReceiveMechanisms(response))
            }
        }
    }

    func sendToken(_ token: [UInt8]) {
        do {
            let version = try versions.newest(SASLAuthenticateRequest.self, of: endpoint)
            let request = SASLAuthenticateRequest(authBytes: token)
            send(request, version: version, timeout: authenticationTimeout, opens: true) { [weak self] result in
                guard let self else { return }
                switch result {
                case .failure(let error): perform(machine.close(error))
                case .success(let response):
                    if response.errorCode == .saslAuthenticationFailed { configuration.sasl?.wasRefused() }
                    perform(machine.didReceiveToken(response, user: exchange?.user, now: .now))
                }
            }
        } catch {
            perform(machine.close(error))
        }
    }

    func answer(_ challenge: [UInt8]) {
        guard let exchange else { return }
        away(configuration.sasl?.name ?? "") {
            try await Self.step(exchange, challenge)
        } back: { connection, result in
            let answer = result.map { step in
                connection.exchange = step.exchange
                return step.answer
            }
            connection.perform(
                connection.machine.didAnswerChallenge(answer, now: .now, chance: .random(in: 0...1)))
            connection.watchDeadlines()
        }
    }

    /// When the connection is ready, what is in flight is answered first.
    private var authenticationTimeout: Duration { max(configuration.connectTimeout, configuration.requestTimeout) }

    private struct Step: Sendable {
        let exchange: any SASLExchange
        let answer: [UInt8]?
    }

    private static func step(_ exchange: any SASLExchange, _ challenge: [UInt8]?) async throws -> Step {
        var exchange = exchange
        let answer = try await exchange.respond(to: challenge)
        return Step(exchange: exchange, answer: answer)
    }

    /// Runs `work` away from the loop, and then `back` on it.
    private func away(
        _ mechanism: String, _ work: @escaping @Sendable () async throws -> Step,
        back: @escaping (BrokerConnection, Result<Step, KafkaClientError>) -> Void
    ) {
        nonisolated(unsafe) weak let connection = self  // used on the loop only
        nonisolated(unsafe) let back = back  // likewise
        let loop = loop
        let name = machine.broker.subject
        Task.detached {
            let result: Result<Step, KafkaClientError>
            do {
                result = .success(try await work())
            } catch let error as KafkaClientError {
                result = .failure(error)
            } catch {
                result = .failure(
                    KafkaClientError(
                        .credentialsUnavailable, "the SASL mechanism \(mechanism) has no credentials for \(name)",
                        underlying: error)
                )
            }
            await Task(executorPreference: loop) {
                if let connection, !connection.isClosed { back(connection, result) }
            }.value
        }
    }

    private static func saysNothing(_ mechanism: String) -> KafkaClientError {
        KafkaClientError(.authenticationFailed, "the SASL mechanism \(mechanism) has no first message")
    }
}
