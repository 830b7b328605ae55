// What a connection to a broker does, without the connection. Events come in, the state moves, and an action says what to do
// to the world. `BrokerConnection` is the shell that does it; tests do without.
//
//             open                  didConnect                  didReceiveVersions
//   idle ───────────▶ connecting ───────────────▶ negotiating ────────────────────▶ ready
//                      │     ▲ │ next address       │     ▲ │ older version           │
//                      │     └─┘                    │     └─┘                         │
//                      └──────────┬─────────────────┴──────────── lost, late, closed ─┘
//                                 ▼
//                              closed

import KafkaProtocol
import KafkaQueues
import KafkaTransport

extension BrokerConnection {
    /// The states of a connection and the requests on it. A value: time and answers are arguments.
    ///
    /// `Request` is whatever the shell keeps of a request; it comes back with the answer.
    struct StateMachine<Request> {
        enum State {
            case idle
            /// Looking up the name, then trying its addresses one after the other.
            case connecting(Connecting)
            /// Connected; the broker is asked which versions it speaks.
            case negotiating(Negotiating)
            case ready
            /// For good, with the reason.
            case closed(KafkaClientError)
        }

        struct Connecting {
            let deadline: MonotonicInstant
            /// Zero until the name was looked up.
            var addressCount = 0
            /// Why each address before the current one could not be reached.
            var failures: [TransportError] = []
        }

        struct Negotiating {
            let deadline: MonotonicInstant
            /// The version in which the broker was asked for its versions.
            var version: Int16
        }

        /// What to do to the world after an event.
        enum Action {
            case none
            /// Look up the broker's name.
            case lookUp
            /// Connect to the address of this index.
            case connect(address: Int)
            /// Ask for the broker's versions, in this version of the question.
            case askVersions(version: Int16)
            /// Tell the opener that the connection is ready.
            case tellOpened
            /// Complete this request with the frame that arrived.
            case complete(Request)
            /// Close the stream, and tell everybody why.
            case close(Ending)
        }

        /// Who must hear of the end of a connection.
        struct Ending {
            let error: KafkaClientError
            /// Requests that get no answer any more, in the order in which they were sent.
            let unanswered: [Request]
            let listener: Listener
        }

        enum Listener {
            /// The one who waits for the connection to open.
            case opener
            /// The owner of a connection that was ready and is lost.
            case owner
            /// Nobody: the owner closed it.
            case nobody
        }

        /// A request that was written.
        private struct Sent {
            let request: Request
            let correlationID: Int32
            let apiKey: ApiKey
            let written: MonotonicInstant
            let deadline: MonotonicInstant
        }

        let broker: Endpoint
        let connectTimeout: Duration
        private(set) var state = State.idle
        /// Written and not answered: answers come in the order of requests.
        private var inFlight = RingBuffer<Sent>()
        /// Requests without an answer that the system has not taken yet.
        private var unwritten = RingBuffer<Sent>()
        private var nextCorrelationID: Int32

        init(broker: Endpoint, connectTimeout: Duration, firstCorrelationID: Int32 = 1) {
            nextCorrelationID = firstCorrelationID
            self.broker = broker
            self.connectTimeout = connectTimeout
        }

        var inFlightCount: Int { inFlight.count }

        var isReady: Bool { if case .ready = state { true } else { false } }
        var isClosed: Bool { if case .closed = state { true } else { false } }

        /// Whether bytes of the broker are expected.
        var isReceiving: Bool {
            switch state {
            case .negotiating, .ready: true
            case .idle, .connecting, .closed: false
            }
        }
    }
}

// MARK: - Opening

extension BrokerConnection.StateMachine {
    /// - Precondition: the connection was never opened.
    mutating func open(now: MonotonicInstant) -> Action {
        guard case .idle = state else { preconditionFailure("a connection is opened once") }
        state = .connecting(Connecting(deadline: now + connectTimeout))
        return .lookUp
    }

    mutating func didLookUp(_ result: Result<Int, TransportError>) -> Action {
        guard case .connecting(var connecting) = state else { return .none }
        switch result {
        case .success(let addressCount):
            connecting.addressCount = addressCount
            state = .connecting(connecting)
            return .connect(address: 0)
        case .failure(let error):
            return close(.connectionFailed, "cannot find broker \(broker); check the host's name", causes: [error])
        }
    }

    mutating func didConnect(_ result: Result<Void, TransportError>) -> Action {
        guard case .connecting(var connecting) = state else { return .none }
        switch result {
        case .success:
            let version = ApiVersionsRequest.versions.upperBound
            state = .negotiating(Negotiating(deadline: connecting.deadline, version: version))
            return .askVersions(version: version)
        case .failure(let error):
            connecting.failures.append(error)
            if connecting.failures.count < connecting.addressCount {
                state = .connecting(connecting)
                return .connect(address: connecting.failures.count)
            }
            return close(
                .connectionFailed, "cannot connect to broker \(broker); is it running, and are host and port right?",
                causes: connecting.failures)
        }
    }

    /// A broker that doesn't know the version of the question says so in version 0, and names those it knows.
    mutating func didReceiveVersions(_ response: ApiVersionsResponse) -> Action {
        guard case .negotiating(var negotiating) = state else { return .none }
        switch response.errorCode {
        case .none:
            state = .ready
            return .tellOpened
        case .unsupportedVersion where negotiating.version > 0:
            negotiating.version = min(
                negotiating.version - 1, response.versions(of: .apiVersions)?.upperBound ?? 0)
            state = .negotiating(negotiating)
            return .askVersions(version: negotiating.version)
        case let code:
            return close(KafkaClientError(code, "broker \(broker) refused the handshake"))
        }
    }
}

// MARK: - Requests

extension BrokerConnection.StateMachine {
    /// A number for the next request. They go round, and are never zero or negative.
    mutating func takeCorrelationID() -> Int32 {
        defer { nextCorrelationID = nextCorrelationID == .max ? 1 : nextCorrelationID + 1 }
        return nextCorrelationID
    }

    /// Notes a request that is about to be written.
    ///
    /// - Returns: nil, or why it can't be written.
    mutating func willWrite(
        _ request: Request, correlationID: Int32, apiKey: ApiKey, expectsAnswer: Bool, now: MonotonicInstant,
        deadline: MonotonicInstant
    ) -> KafkaClientError? {
        switch state {
        case .negotiating, .ready:
            let sent = Sent(
                request: request, correlationID: correlationID, apiKey: apiKey, written: now, deadline: deadline)
            if expectsAnswer { inFlight.append(sent) } else { unwritten.append(sent) }
            return nil
        case .idle, .connecting:
            return KafkaClientError(.connectionFailed, "the connection to broker \(broker) is not open yet")
        case .closed(let reason):
            return reason
        }
    }

    /// The system has taken the bytes of a request without an answer.
    mutating func didWrite(correlationID: Int32) {
        // The system takes them in order, but does not always tell so: when it has taken several at once, the end of the first
        // may send another one, which it takes before the others are told of.
        if unwritten.first?.correlationID == correlationID {
            _ = unwritten.popFirst()
        } else {
            unwritten.removeAll { $0.correlationID == correlationID }
        }
    }

    /// A frame arrived: the answer to the oldest request, or the end.
    ///
    /// - Parameter correlationID: nil where the frame is too short to have one.
    mutating func didReceive(correlationID: Int32?) -> Action {
        guard let sent = inFlight.first, sent.correlationID == correlationID else {
            if case .negotiating = state {
                return close(notKafka("its first bytes are no answer to the handshake"))
            }
            return close(.protocolViolation, "broker \(broker) sent an answer to something that was not asked")
        }
        _ = inFlight.popFirst()
        return .complete(sent.request)
    }

    /// The next frame's length is negative, or above what is accepted.
    mutating func didReceive(badLength length: Int32, max: Int) -> Action {
        if case .ready = state {
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
            "\(broker) does not speak Kafka's protocol here: \(reason). Check the host, the port and the listener's security"
        )
    }
}

// MARK: - Deadlines

extension BrokerConnection.StateMachine {
    /// When something is late next.
    var nextDeadline: MonotonicInstant {
        var next = MonotonicInstant.distantFuture
        switch state {
        case .connecting(let connecting): next = connecting.deadline
        case .negotiating(let negotiating): next = negotiating.deadline
        case .idle, .ready, .closed: break
        }
        // Timeouts differ, so the first request is not always the first one that is late.
        inFlight.forEach { next = min(next, $0.deadline) }
        unwritten.forEach { next = min(next, $0.deadline) }
        return next
    }

    /// Closes the connection when something is late. An answer that is late may still come, and would then be taken for
    /// another request's: so the connection is of no more use.
    mutating func checkDeadlines(now: MonotonicInstant) -> Action {
        switch state {
        case .connecting(let connecting) where connecting.deadline <= now:
            return closeLate("cannot be reached; check the host, the port and what lies between", connecting.failures)
        case .negotiating(let negotiating) where negotiating.deadline <= now:
            return closeLate(
                "accepted the connection but does not answer; is it a Kafka broker, and does its listener want TLS?")
        default: break
        }
        var late: Sent?
        inFlight.forEach { if $0.deadline <= now { late = late ?? $0 } }
        unwritten.forEach { if $0.deadline <= now { late = late ?? $0 } }
        guard let late else { return .none }
        let waitedMs = now.nanoseconds(since: late.written) / 1_000_000
        return close(
            .requestTimedOut, "broker \(broker) did not answer a \(late.apiKey) request within \(waitedMs) ms")
    }

    private mutating func closeLate(_ what: String, _ failures: [TransportError] = []) -> Action {
        close(.requestTimedOut, "broker \(broker) \(what) (waited \(connectTimeout))", causes: failures)
    }
}

// MARK: - Ending

extension BrokerConnection.StateMachine {
    /// The owner closes the connection.
    mutating func close() -> Action {
        end(KafkaClientError(.closed, "the connection to broker \(broker) was closed by this client"), isWanted: true)
    }

    /// The other end closed, or the network failed.
    mutating func didEnd(_ reason: TransportError) -> Action {
        if case .negotiating = state {
            return close(
                .connectionFailed,
                "broker \(broker) closed the connection during the handshake; does its listener want TLS or SASL?",
                causes: [reason])
        }
        return close(.connectionFailed, "the connection to broker \(broker) was lost", causes: [reason])
    }

    /// Something is wrong with what the broker sent.
    mutating func close(_ error: KafkaClientError) -> Action { end(error, isWanted: false) }

    private mutating func close(
        _ code: KafkaClientError.Code, _ message: String, causes: [any Error] = []
    ) -> Action {
        close(KafkaClientError(code, message, causes: causes))
    }

    private mutating func end(_ error: KafkaClientError, isWanted: Bool) -> Action {
        let listener: Listener
        switch state {
        case .closed: return .none
        case .idle: listener = .nobody
        case .connecting, .negotiating: listener = .opener
        case .ready: listener = isWanted ? .nobody : .owner
        }
        state = .closed(error)
        let unanswered = (inFlight.takeAll() + unwritten.takeAll()).map(\.request)
        return .close(Ending(error: error, unanswered: unanswered, listener: listener))
    }
}
