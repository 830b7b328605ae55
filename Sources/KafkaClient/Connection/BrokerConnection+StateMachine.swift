// The logic of a connection to a broker, without the connection itself. An event changes the state, and the action that is
// returned says what to do then. `BrokerConnection` does it; tests check the actions alone.
//
//             open                  didConnect                  didReceiveVersions, didReceiveCluster
//   idle ───────────▶ connecting ───────────────▶ negotiating ────────────────────▶ ready
//                      │     ▲ │ next address       │     ▲ │ older version           │
//                      │     └─┘                    │     └─┘ and: which cluster?     │
//                      └──────────┬─────────────────┴────── lost, late, closed, idle ─┘
//                                 ▼
//                              closed

import KafkaProtocol
import KafkaQueues
import KafkaTransport

extension BrokerConnection {
    /// The states of a connection, and the requests on it. It has no clock: times and answers are arguments.
    ///
    /// `Request` is what `BrokerConnection` keeps for a request, and gets back with its answer.
    struct StateMachine<Request> {
        enum State {
            case idle
            /// Looking up the name, then trying its addresses one after the other.
            case connecting(Connecting)
            /// Connected; the broker is asked which versions it speaks, then to which cluster it belongs.
            case negotiating(Negotiating)
            case ready
            /// Closed for good, for this reason.
            case closed(KafkaClientError)
        }

        struct Connecting {
            /// When the look-up began, then when the current address was begun.
            var begun: MonotonicInstant
            /// How long the look-up may take, then each address.
            var bound: Duration
            /// The addresses that the broker's name has, in the order in which they are tried; empty until it was looked up.
            var addresses: [SocketAddress] = []
            /// Why each address before the current one could not be connected to.
            var failures: [TransportError] = []

            var deadline: MonotonicInstant { begun + bound }
        }

        struct Negotiating {
            let deadline: MonotonicInstant
            /// The version in which the broker was asked for its versions.
            var version: Int16
        }

        /// What to do after an event.
        enum Action {
            case none
            /// Look up the broker's name.
            case lookUp
            /// Connect to this address, and close the stream that may still connect to the one before.
            case connect(SocketAddress)
            /// Ask for the broker's versions, in this version of the question.
            case askVersions(version: Int16)
            /// Ask to which cluster the broker belongs.
            case askCluster
            /// Call the completion of `open`: the connection is ready.
            case tellOpened
            /// Complete this request with the frame that arrived.
            case complete(Request)
            /// Close the stream, and tell the reason to the requests and to the listener.
            case close(Ending)
        }

        /// The end of a connection.
        struct Ending {
            let error: KafkaClientError
            /// The requests that will get no answer, in the order in which they were sent.
            let unanswered: [Request]
            let listener: Listener
        }

        /// The callback that is told of the end, besides the requests.
        enum Listener {
            /// The completion of `open`: the connection was not ready yet.
            case opener
            /// `onLost`: the connection was ready.
            case owner
            /// `onIdle`: the connection was ready, and was not used for long.
            case idle
            /// None: the owner itself closed the connection.
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

        let broker: BrokerName
        let connectTimeout: Duration
        let idleTimeout: Duration
        let firstAddress: Int
        /// The cluster that the broker must belong to; nil when none is known.
        let clusterID: String?
        private(set) var state = State.idle
        /// The requests that were written and have no answer yet. Answers come in the order of requests.
        private var inFlight = RingBuffer<Sent>()
        /// The requests that get no answer and that the system has not taken yet.
        private var unwritten = RingBuffer<Sent>()
        private var nextCorrelationID: Int32
        /// When something was last written or read, since the connection was ready.
        private var lastUsed = MonotonicInstant.distantPast

        /// - Parameters:
        ///   - connectTimeout: bounds the look-up of the name; all addresses together, unless they are so many that each
        ///     would have less than a second; and an address with its handshake.
        ///   - idleTimeout: a ready connection that is not used for so long is closed.
        ///   - firstAddress: the index of the address that is tried first, modulo their number.
        ///   - clusterID: the cluster that the broker must belong to; nil when none is known.
        init(
            broker: BrokerName, connectTimeout: Duration, idleTimeout: Duration, firstAddress: Int = 0,
            clusterID: String? = nil, firstCorrelationID: Int32 = 1
        ) {
            nextCorrelationID = firstCorrelationID
            self.broker = broker
            self.connectTimeout = connectTimeout
            self.idleTimeout = idleTimeout
            self.firstAddress = firstAddress
            self.clusterID = clusterID
        }

        var inFlightCount: Int { inFlight.count }

        var isReady: Bool { if case .ready = state { true } else { false } }
        var isClosed: Bool { if case .closed = state { true } else { false } }

        /// Whether bytes from the broker are expected.
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
        state = .connecting(Connecting(begun: now, bound: connectTimeout))
        return .lookUp
    }

    /// Takes the addresses of the broker's name. Each has its own bound, so that one that swallows packets leaves time for the
    /// others (KIP-302).
    mutating func didLookUp(_ result: Result<[SocketAddress], TransportError>, now: MonotonicInstant) -> Action {
        guard case .connecting(var connecting) = state else { return .none }
        switch result {
        case .success(let addresses) where addresses.isEmpty:
            return close(.connectionFailed, broker.cannotBeFound)
        case .success(let addresses):
            let first = Int(UInt(bitPattern: firstAddress) % UInt(addresses.count))
            connecting.addresses = Array(addresses[first...] + addresses[..<first])
            connecting.bound = max(connectTimeout / addresses.count, min(connectTimeout, .seconds(1)))
            connecting.begun = now
            state = .connecting(connecting)
            return .connect(connecting.addresses[0])
        case .failure(let error):
            return close(.connectionFailed, broker.cannotBeFound, causes: [error])
        }
    }

    mutating func didConnect(_ result: Result<Void, TransportError>, now: MonotonicInstant) -> Action {
        guard case .connecting(let connecting) = state else { return .none }
        switch result {
        case .success:
            let version = ApiVersionsRequest.versions.upperBound
            state = .negotiating(Negotiating(deadline: connecting.begun + connectTimeout, version: version))
            return .askVersions(version: version)
        case .failure(let error):
            return giveUpAddress(connecting, error.code, now: now)
        }
    }

    /// Notes why the current address can't be connected to. The next one is tried, or the connection is closed.
    ///
    /// - Parameter code: the system's; nil when the address did not answer in time.
    private mutating func giveUpAddress(_ connecting: Connecting, _ code: Int32?, now: MonotonicInstant) -> Action {
        var connecting = connecting
        let action = "cannot connect to \(connecting.addresses[connecting.failures.count])"
        connecting.failures.append(
            code.map { TransportError(code: $0, action) }
                ?? .timedOut("\(action) within \(connecting.bound.milliseconds) ms"))
        if connecting.failures.count < connecting.addresses.count {
            connecting.begun = now
            state = .connecting(connecting)
            return .connect(connecting.addresses[connecting.failures.count])
        }
        // One that did not answer may be right, and another one that refuses may be a remnant in the name's addresses.
        return connecting.failures.contains(where: \.isTimeout)
            ? close(.requestTimedOut, broker.cannotBeReached, causes: connecting.failures)
            : close(.connectionFailed, broker.cannotBeConnectedTo, causes: connecting.failures)
    }

    /// Takes the broker's versions. A broker that doesn't know the version of this request answers with an error in version
    /// 0, and names the versions that it knows (KIP-511).
    mutating func didReceiveVersions(_ response: ApiVersionsResponse, now: MonotonicInstant) -> Action {
        guard case .negotiating(var negotiating) = state else { return .none }
        switch response.errorCode {
        case .none:
            let canTell = (response.versions(of: .metadata)?.upperBound ?? 0) >= 2
            if clusterID != nil, canTell { return .askCluster }
            return becomeReady(now: now)
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

extension BrokerConnection.StateMachine {
    /// Takes the id of the broker's cluster; nil when it tells none. Another cluster may have the address by now.
    mutating func didReceiveCluster(_ told: String?, now: MonotonicInstant) -> Action {
        guard case .negotiating = state else { return .none }
        if let clusterID, let told, told != clusterID {
            return close(.wrongCluster(at: broker.endpoint, told: told, expected: clusterID))
        }
        return becomeReady(now: now)
    }

    private mutating func becomeReady(now: MonotonicInstant) -> Action {
        state = .ready
        lastUsed = now
        return .tellOpened
    }
}

// MARK: - Requests

extension BrokerConnection.StateMachine {
    /// A number for the next request, from 1 to `Int32.max`; after that it begins again with 1.
    mutating func takeCorrelationID() -> Int32 {
        defer { nextCorrelationID = nextCorrelationID == .max ? 1 : nextCorrelationID + 1 }
        return nextCorrelationID
    }

    /// Notes a request that is about to be written.
    ///
    /// - Returns: nil, or the reason why it can't be written.
    mutating func willWrite(
        _ request: Request, correlationID: Int32, apiKey: ApiKey, expectsAnswer: Bool, now: MonotonicInstant,
        deadline: MonotonicInstant
    ) -> KafkaClientError? {
        switch state {
        case .negotiating, .ready:
            let sent = Sent(
                request: request, correlationID: correlationID, apiKey: apiKey, written: now, deadline: deadline)
            if expectsAnswer { inFlight.append(sent) } else { unwritten.append(sent) }
            lastUsed = now
            return nil
        case .idle, .connecting:
            return KafkaClientError(.connectionFailed, "the connection to broker \(broker) is not open yet")
        case .closed(let reason):
            return reason
        }
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
        return .complete(sent.request)
    }

    /// Closes the connection because the length of the next frame is negative, or above what is accepted.
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
        case .negotiating(let negotiating): next = negotiating.deadline
        case .ready: next = lastUsed + idleTimeout
        case .idle, .closed: break
        }
        // Timeouts differ, so that the deadline of the first request is not always the first.
        inFlight.forEach { next = min(next, $0.deadline) }
        unwritten.forEach { next = min(next, $0.deadline) }
        return next
    }

    /// Tries the next address, or closes the connection, when a deadline has passed. Answers come in the order of requests,
    /// so that later answers would wait behind the one that is late: the connection is of no more use.
    mutating func checkDeadlines(now: MonotonicInstant) -> Action {
        switch state {
        case .connecting(let connecting) where connecting.deadline <= now:
            if !connecting.addresses.isEmpty { return giveUpAddress(connecting, nil, now: now) }
            return close(broker.cannotBeFound(within: connectTimeout))
        case .negotiating(let negotiating) where negotiating.deadline <= now:
            return close(.requestTimedOut, broker.doesNotAnswer(within: connectTimeout))
        case .ready where inFlight.isEmpty && unwritten.isEmpty:
            if lastUsed + idleTimeout <= now { return closeIdle() }
        case .ready: noteUse(at: now)
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
}

// MARK: - Ending

extension BrokerConnection.StateMachine {
    /// Closes the connection for its owner.
    mutating func close() -> Action {
        let error = KafkaClientError(.closed, "the connection to broker \(broker) was closed by this client")
        return end(error, whenReady: .nobody)
    }

    /// Closes a connection that nobody needs, before the broker does it (Kafka's `connections.max.idle.ms`).
    private mutating func closeIdle() -> Action {
        let message = "the connection to broker \(broker) was closed because it was not used for \(idleTimeout)"
        return end(KafkaClientError(.connectionFailed, message), whenReady: .idle)
    }

    /// Says that the broker closed the connection, or that the network failed.
    mutating func didEnd(_ reason: TransportError) -> Action {
        if case .negotiating = state {
            return close(
                .connectionFailed,
                "broker \(broker) closed the connection during the handshake; does its listener want TLS or SASL?",
                causes: [reason])
        }
        return close(.connectionFailed, "the connection to broker \(broker) was lost", causes: [reason])
    }

    /// Closes the connection because of an error, such as bytes of the broker that can't be decoded.
    mutating func close(_ error: KafkaClientError) -> Action { end(error, whenReady: .owner) }

    private mutating func close(
        _ code: KafkaClientError.Code, _ message: String, causes: [any Error] = []
    ) -> Action {
        close(KafkaClientError(code, message, causes: causes))
    }

    private mutating func end(_ error: KafkaClientError, whenReady: Listener) -> Action {
        let listener: Listener
        switch state {
        case .closed: return .none
        case .idle: listener = .nobody
        case .connecting, .negotiating: listener = .opener
        case .ready: listener = whenReady
        }
        state = .closed(error)
        let unanswered = (inFlight.takeAll() + unwritten.takeAll()).map(\.request)
        return .close(Ending(error: error, unanswered: unanswered, listener: listener))
    }
}
