// Requests that are written, held and answered, and how long all may take.

import KafkaProtocol
import KafkaQueues
import KafkaTransport

extension BrokerConnection.StateMachine {
    /// A number for the next request, from 1 to `Int32.max`; after that it begins again with 1.
    mutating func takeCorrelationID() -> Int32 {
        defer { nextCorrelationID = nextCorrelationID == .max ? 1 : nextCorrelationID + 1 }
        return nextCorrelationID
    }

    /// What becomes of a request that is to be written.
    enum Leave {
        case write
        /// It is written later: it is among what `takeHeld` gives, unless the connection ends before.
        case hold
        case refuse(KafkaClientError)
    }

    /// Notes a request that is about to be written.
    ///
    /// - Parameter opens: whether it belongs to what makes the connection ready.
    mutating func willWrite(
        _ request: Request, correlationID: Int32, apiKey: ApiKey, expectsAnswer: Bool, opens: Bool = false,
        now: MonotonicInstant, deadline: MonotonicInstant
    ) -> Leave {
        let sent = Sent(
            request: request, correlationID: correlationID, apiKey: apiKey, written: now, deadline: deadline)
        switch state {
        case .ready,
            .negotiating where opens, .authenticating where opens, .reauthenticating where opens:
            if expectsAnswer { inFlight.append(sent) } else { unwritten.append(sent) }
            // That the client shows who it is does not mean that anybody needs the connection.
            if case .reauthenticating = state {} else { lastUsed = now }
            return .write
        case .securing, .negotiating, .authenticating, .reauthenticating:
            held.append(sent)
            return .hold
        case .idle, .connecting:
            return .refuse(
                KafkaClientError(.connectionFailed, "the connection to broker \(broker) is not open yet"))
        case .closed(let reason):
            return .refuse(reason)
        }
    }

    /// The requests that were held, in their order, when the connection is ready again. They are to be written now.
    mutating func takeHeld() -> [Request] {
        defer { held = [] }
        return held.map(\.request)
    }

    /// Says that the system has taken the bytes of a request that gets no answer.
    mutating func didWrite(correlationID: Int32) {
        // The system takes requests in order, but this is not always called in order. When it has taken several at once, the
        // completion of the first may send another request, which the system takes before the others are reported.
        if unwritten.first?.correlationID == correlationID {
            _ = unwritten.popFirst()
        } else {
            unwritten.removeAll { $0.correlationID == correlationID }
        }
    }

    /// Notes that bytes were read or taken by the system. The moment may be somewhat earlier.
    mutating func noteUse(at moment: MonotonicInstant) {
        if case .reauthenticating = state { return }
        if moment > lastUsed { lastUsed = moment }
    }

    /// Takes a frame: it is the answer to the oldest request, or the connection is closed.
    ///
    /// - Parameter correlationID: nil when the frame is too short to have one.
    mutating func didReceive(correlationID: Int32?) -> Action {
        guard let sent = inFlight.first, sent.correlationID == correlationID else {
            if case .negotiating = state {
                return close(notKafka("its first bytes are no answer to the handshake"))
            }
            return close(.protocolViolation, "broker \(broker) sent an answer to something that was not asked")
        }
        _ = inFlight.popFirst()
        if case .ready = state { session.hasAnswered = true }
        return .complete(sent.request)
    }

    /// Closes the connection because the length of the next frame is negative, or above what is accepted.
    mutating func didReceive(badLength length: Int32, max: Int) -> Action {
        if isReady {
            return close(
                .protocolViolation,
                "broker \(broker) announced an answer of \(length) bytes; responseByteCountMax allows \(max)")
        }
        // A TLS alert begins 0x15 0x03, HTTP with its name.
        let bytes = withUnsafeBytes(of: length.bigEndian) { Array($0) }
        let guess =
            bytes[0] == 0x15 && bytes[1] == 0x03
            ? "it answers in TLS"
            : bytes == Array("HTTP".utf8) ? "it answers in HTTP" : "its first bytes are no frame length"
        return close(notKafka(guess))
    }

    private func notKafka(_ reason: String) -> KafkaClientError {
        KafkaClientError(
            .protocolViolation,
            """
            \(broker.subject) does not speak Kafka's protocol here: \(reason). Check the host, the port and the \
            listener's security
            """
        )
    }
}

// MARK: - Deadlines

extension BrokerConnection.StateMachine {
    /// The first deadline of the connection and its requests. Whether the connection is idle is found out when it may be.
    var nextDeadline: MonotonicInstant {
        var next = MonotonicInstant.distantFuture
        switch state {
        case .connecting(let connecting): next = connecting.deadline
        case .securing(let deadline): next = deadline
        case .negotiating(let negotiating): next = negotiating.deadline
        case .authenticating(let authenticating), .reauthenticating(let authenticating): next = authenticating.deadline
        case .ready: next = min(lastUsed + idleTimeout, session.isPreparing ? session.end : session.renewal)
        case .idle, .closed: break
        }
        // Timeouts differ, so that the deadline of the first request is not always the first.
        inFlight.forEach { next = min(next, $0.deadline) }
        unwritten.forEach { next = min(next, $0.deadline) }
        for request in held { next = min(next, request.deadline) }
        return next
    }

    /// Tries the next address, or closes the connection, when a deadline has passed. Answers come in the order of requests,
    /// so that later answers would wait behind the one that is late: the connection is of no more use.
    mutating func checkDeadlines(now: MonotonicInstant) -> Action {
        switch state {
        case .connecting(let connecting) where connecting.deadline <= now:
            if !connecting.addresses.isEmpty { return giveUpAddress(connecting, nil, now: now) }
            return close(broker.cannotBeFound(within: connectTimeout))
        case .securing(let deadline) where deadline <= now:
            return close(.requestTimedOut, broker.doesNotSecure(within: connectTimeout))
        case .negotiating(let negotiating) where negotiating.deadline <= now:
            return close(.requestTimedOut, broker.doesNotAnswer(within: connectTimeout))
        case .authenticating(let authenticating) where authenticating.deadline <= now,
            .reauthenticating(let authenticating) where authenticating.deadline <= now:
            return close(
                .requestTimedOut,
                authenticating.isAnswerDue
                    ? "broker \(broker) did not answer in time while this client authenticated"
                    : "the SASL mechanism \(security.mechanism ?? "") had no credentials for broker \(broker) in time")
        case .ready:
            if inFlight.isEmpty, unwritten.isEmpty {
                if lastUsed + idleTimeout <= now { return closeIdle() }
            } else {
                noteUse(at: now)
            }
        default: break
        }
        var late: Sent?
        inFlight.forEach { if $0.deadline <= now { late = late ?? $0 } }
        unwritten.forEach { if $0.deadline <= now { late = late ?? $0 } }
        for request in held where request.deadline <= now { late = late ?? request }
        guard let late else { return renew(now: now) }
        let waitedMs = now.nanoseconds(since: late.written) / 1_000_000
        return close(
            .requestTimedOut, "broker \(broker) did not answer a \(late.apiKey) request within \(waitedMs) ms")
    }
}

extension BrokerConnection.StateMachine {
    /// Begins to authenticate again when it is time for that.
    private mutating func renew(now: MonotonicInstant) -> Action {
        guard case .ready = state, !session.isPreparing, session.renewal <= now else {
            guard session.isPreparing, session.end <= now else { return .none }
            // The broker closes the connection at the next request.
            return close(
                .authenticationFailed,
                "the SASL mechanism \(security.mechanism ?? "") had no new credentials before those of old had expired")
        }
        session.isPreparing = true
        return .beginAuthentication
    }
}
