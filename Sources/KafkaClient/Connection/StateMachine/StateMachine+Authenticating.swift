// How a broker is shown who this client is (SASL), before the connection is ready and again before that has expired (KIP-368).
//
// The mechanism itself works elsewhere, and may take long: it asks for tokens, or hashes a password thousands of times. When a
// ready connection authenticates again, it makes its first message while requests go on; they are held only from the moment at
// which the broker is told of it.

import KafkaProtocol
import KafkaTransport

extension BrokerConnection.StateMachine {
    /// What was agreed on with the broker, and for how long.
    struct Session {
        /// Whether the broker can tell to which cluster it belongs.
        var tellsCluster = false
        /// Whether the broker has answered since the connection was ready.
        var hasAnswered = false
        /// When the broker closes the connection, unless it has authenticated again.
        var end = MonotonicInstant.distantFuture
        /// When that is begun.
        var renewal = MonotonicInstant.distantFuture
        /// Whether the mechanism makes its first message.
        var isPreparing = false
        /// The mechanism's first message.
        var firstToken: [UInt8] = []
    }

    /// Takes the first message of the mechanism.
    mutating func didPrepare(_ token: Result<[UInt8], KafkaClientError>, now: MonotonicInstant) -> Action {
        switch state {
        case .authenticating(let authenticating):
            switch token {
            case .success(let token):
                session.firstToken = token
                state = .authenticating(expectingAnswer(authenticating))
                return .nameMechanism
            case .failure(let error): return close(error)
            }
        case .ready:
            session.isPreparing = false
            switch token {
            case .success(let token):
                session.firstToken = token
                // Its requests come behind those in flight. A broker takes them also when the time is over.
                let deadline = now + max(requestTimeout, connectTimeout)
                state = .reauthenticating(Authenticating(deadline: deadline, isAnswerDue: true))
                return .nameMechanism
            case .failure(let error):
                // The session holds on for a while; there may be a token by then.
                let left = Duration.nanoseconds(max(0, session.end.nanoseconds(since: now)))
                if left == .zero { return close(error) }
                session.renewal = now + max(left / 4, min(left, .milliseconds(100)))
                return .none
            }
        default: return .none
        }
    }

    /// Takes the broker's word on the mechanism.
    mutating func didReceiveMechanisms(_ response: SASLHandshakeResponse) -> Action {
        guard isAuthenticating else { return .none }
        if response.errorCode == .none {
            let token = session.firstToken
            session.firstToken = []
            return .sendToken(token)
        }
        let name = security.mechanism ?? ""
        let offered = response.mechanisms.isEmpty ? "none" : response.mechanisms.joined(separator: ", ").foreign
        if response.errorCode == .unsupportedSaslMechanism {
            return close(
                KafkaClientError(
                    .authenticationFailed,
                    "\(broker.subject) does not offer the SASL mechanism \(name) at this port; it offers \(offered)",
                    brokerError: response.errorCode))
        }
        return close(
            KafkaClientError(
                response.errorCode,
                "\(broker.subject) refused to authenticate by \(name); its listener may be without SASL"))
    }

    /// Takes the broker's message of the mechanism.
    ///
    /// - Parameter user: who the client said it is, for messages.
    mutating func didReceiveToken(
        _ response: SASLAuthenticateResponse, user: String?, now: MonotonicInstant
    ) -> Action {
        guard isAuthenticating else { return .none }
        if response.errorCode == .none {
            guard response.authBytes.count <= Self.tokenByteCountMax else {
                return close(
                    .protocolViolation,
                    "broker \(broker) sent \(response.authBytes.count) bytes to authenticate by; no mechanism has so many"
                )
            }
            if response.sessionLifetimeMs > 0 {
                session.end = now + .milliseconds(response.sessionLifetimeMs)
            } else {
                session.end = .distantFuture
            }
            expectAnswer(false)
            return .answerChallenge(response.authBytes)
        }
        return close(broker.refused(security.mechanism ?? "", user, response))
    }

    /// Takes the mechanism's answer to the broker's message; nil when all is said.
    ///
    /// - Parameter chance: a number from 0 to 1 that is drawn anew each time, so that connections that were opened together don't
    ///   authenticate together.
    mutating func didAnswerChallenge(
        _ answer: Result<[UInt8]?, KafkaClientError>, now: MonotonicInstant, chance: Double
    ) -> Action {
        guard isAuthenticating else { return .none }
        switch answer {
        case .failure(let error): return close(error)
        case .success(let token?):
            guard expectAnswer(true) <= Self.roundCountMax else {
                return close(
                    .protocolViolation,
                    "broker \(broker) does not come to an end with \(security.mechanism ?? "SASL") after \(Self.roundCountMax) messages"
                )
            }
            return .sendToken(token)
        case .success(nil): return didAuthenticate(now: now, chance: chance)
        }
    }

    private mutating func didAuthenticate(now: MonotonicInstant, chance: Double) -> Action {
        session.renewal = .distantFuture
        if session.end != .distantFuture {
            // As Java's client: after 85 to 95 % of the time. A broker refuses it within a second.
            let lifetimeNs = Double(session.end.nanoseconds(since: now))
            let renewalNs = Int64(lifetimeNs * (0.85 + 0.1 * min(max(chance, 0), 1)))
            session.renewal = now.advanced(byNanoseconds: max(renewalNs, Self.renewalMinNs))
            // So short a time is over before a broker lets anybody authenticate again.
            if session.renewal >= session.end { session.end = session.renewal + connectTimeout }
        }
        switch state {
        case .authenticating(let authenticating): return askCluster(until: authenticating.deadline, now: now)
        case .reauthenticating:
            state = .ready
            return .tellReauthenticated
        default: return .none
        }
    }

    private static var renewalMinNs: Int64 { 1_010_000_000 }
    private static var tokenByteCountMax: Int { 512 << 10 }
    /// Kerberos has three or four.
    private static var roundCountMax: Int { 20 }

    private var isAuthenticating: Bool {
        switch state {
        case .authenticating, .reauthenticating: true
        default: false
        }
    }

    /// - Returns: how many messages the client has sent.
    @discardableResult
    private mutating func expectAnswer(_ isDue: Bool) -> Int {
        func changed(_ authenticating: Authenticating) -> Authenticating {
            var authenticating = authenticating
            authenticating.isAnswerDue = isDue
            if isDue { authenticating.roundCount += 1 }
            return authenticating
        }
        switch state {
        case .authenticating(let authenticating):
            state = .authenticating(changed(authenticating))
            return authenticating.roundCount + 1
        case .reauthenticating(let authenticating):
            state = .reauthenticating(changed(authenticating))
            return authenticating.roundCount + 1
        default: return 0
        }
    }

    private func expectingAnswer(_ authenticating: Authenticating) -> Authenticating {
        var authenticating = authenticating
        authenticating.isAnswerDue = true
        return authenticating
    }
}
