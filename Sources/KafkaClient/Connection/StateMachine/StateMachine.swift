// The logic of a connection to a broker, without the connection itself. An event changes the state, and the action that is
// returned says what to do then. `BrokerConnection` does it; tests check the actions alone.
//
//        open               didConnect          didSecure              versions                      answers
//   idle ────▶ connecting ─────────▶ (securing) ────────▶ negotiating ─────────▶ (authenticating) ─────▶ ready
//               │     ▲ │ next address   │                  │     ▲ │ older version,       │            │  ▲ answers
//               │     └─┘                │                  │     └─┘ which cluster?       │       time ▼  │
//               │                        │                  │                              │   (reauthenticating)
//               └────────────┬───────────┴──────────────────┴── lost, late, closed, idle ──┴────────────┘
//                            ▼
//                         closed
//
// What is in brackets comes only where the configuration asks for it.

import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// What is done to a connection before it is used.
struct ConnectionSecurity: Sendable {
    /// Whether it is secured (TLS).
    var isSecured = false
    /// The name of the mechanism by which the broker is shown who this client is (SASL); nil for none.
    var mechanism: String?
}

extension BrokerConnection {
    /// The states of a connection, and the requests on it. It has no clock: times and answers are arguments.
    ///
    /// `Request` is what `BrokerConnection` keeps for a request, and gets back with its answer.
    struct StateMachine<Request> {
        enum State {
            case idle
            /// Looking up the name, then trying its addresses one after the other.
            case connecting(Connecting)
            /// Connected; the two ends agree on keys (TLS), until this moment at the latest.
            case securing(deadline: MonotonicInstant)
            /// Secured where it is to be; the broker is asked which versions it speaks, and, when all else is done, to which
            /// cluster it belongs.
            case negotiating(Negotiating)
            /// The broker is shown who this client is (SASL).
            case authenticating(Authenticating)
            case ready
            /// Ready, but the broker is shown once more who this client is. Requests are held meanwhile.
            case reauthenticating(Authenticating)
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

        struct Authenticating {
            let deadline: MonotonicInstant
            /// Whether it is the broker's turn, and not the mechanism's.
            var isAnswerDue = false
            /// How many messages the client has sent.
            var roundCount = 0
        }

        /// What to do after an event.
        enum Action {
            case none
            /// Look up the broker's name.
            case lookUp
            /// Connect to this address, and close the stream that may still connect to the one before.
            case connect(SocketAddress)
            /// Secure the connection.
            case secure
            /// Ask for the broker's versions, in this version of the question.
            case askVersions(version: Int16)
            /// Ask to which cluster the broker belongs.
            case askCluster
            /// Begin to authenticate: let the mechanism make its first message.
            case beginAuthentication
            /// Name the mechanism to the broker.
            case nameMechanism
            /// Send the mechanism's message to the broker.
            case sendToken([UInt8])
            /// Let the mechanism answer the broker's message.
            case answerChallenge([UInt8])
            /// Call the completion of `open`: the connection is ready.
            case tellOpened
            /// Write the requests that were held: the broker was shown anew who this client is.
            case tellReauthenticated
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

        /// A request that was written, or is held.
        struct Sent {
            let request: Request
            let correlationID: Int32
            let apiKey: ApiKey
            let written: MonotonicInstant
            let deadline: MonotonicInstant
        }

        let broker: BrokerName
        let connectTimeout: Duration
        let idleTimeout: Duration
        let requestTimeout: Duration
        let firstAddress: Int
        /// The cluster that the broker must belong to; nil when none is known.
        let clusterID: String?
        let security: ConnectionSecurity
        var state = State.idle
        /// The requests that were written and have no answer yet. Answers come in the order of requests.
        var inFlight = RingBuffer<Sent>()
        /// The requests that get no answer and that the system has not taken yet.
        var unwritten = RingBuffer<Sent>()
        /// The requests that are written when the broker knows who this client is.
        var held: [Sent] = []
        var nextCorrelationID: Int32
        /// When something was last written or read, since the connection was ready.
        var lastUsed = MonotonicInstant.distantPast
        var session = Session()

        /// - Parameters:
        ///   - connectTimeout: bounds the look-up of the name; all addresses together, unless they are so many that each
        ///     would have less than a second; and an address with its handshake.
        ///   - idleTimeout: a ready connection that is not used for so long is closed.
        ///   - requestTimeout: bounds authenticating again, whose requests come behind those that are in flight.
        ///   - firstAddress: the index of the address that is tried first, modulo their number.
        ///   - clusterID: the cluster that the broker must belong to; nil when none is known.
        ///   - security: what is done before the connection is ready.
        init(
            broker: BrokerName, connectTimeout: Duration, idleTimeout: Duration,
            requestTimeout: Duration = .seconds(30), firstAddress: Int = 0,
            clusterID: String? = nil, security: ConnectionSecurity = ConnectionSecurity(),
            firstCorrelationID: Int32 = 1
        ) {
            nextCorrelationID = firstCorrelationID
            self.broker = broker
            self.connectTimeout = connectTimeout
            self.idleTimeout = idleTimeout
            self.requestTimeout = requestTimeout
            self.firstAddress = firstAddress
            self.clusterID = clusterID
            self.security = security
        }

        var inFlightCount: Int { inFlight.count }

        /// Whether requests may be made: they are written, or held for a moment.
        var isReady: Bool {
            switch state {
            case .ready, .reauthenticating: true
            default: false
            }
        }
        var isClosed: Bool { if case .closed = state { true } else { false } }

        /// Whether bytes from the broker are expected.
        var isReceiving: Bool {
            switch state {
            case .negotiating, .authenticating, .ready, .reauthenticating: true
            case .idle, .connecting, .securing, .closed: false
            }
        }
    }
}
