import KafkaProtocol
import KafkaTransport

/// Who the client of a connection is, as far as it has shown.
struct SessionSecurity {
    enum State {
        /// Nobody is asked.
        case open
        /// The client has to name a mechanism.
        case unknown
        /// The client shows who it is.
        case exchanging(EmbeddedBrokerSecurity.Mechanism, SASLServerExchange)
        /// The client has shown who it is.
        case known
    }

    var state = State.open
    /// Who the client was when it last showed that; nil before.
    private(set) var user: String?
    private(set) var mechanism: EmbeddedBrokerSecurity.Mechanism?
    /// When the client has to have shown that anew.
    private var end = MonotonicInstant.distantFuture

    init(_ server: SASLServer?) {
        if server != nil { state = .unknown }
    }

    var isKnown: Bool {
        switch state {
        case .open, .known: true
        case .unknown, .exchanging: false
        }
    }

    /// Whether a request may be served now.
    func allows(_ apiKey: ApiKey) -> Bool {
        switch state {
        case .open: return apiKey != .saslAuthenticate
        case .known:
            // Also when the time is over, as in Kafka.
            if apiKey == .saslHandshake { return true }
            return apiKey != .saslAuthenticate && (end == .distantFuture || .now < end)
        case .unknown: return apiKey == .apiVersions || apiKey == .saslHandshake
        case .exchanging: return apiKey == .saslAuthenticate
        }
    }

    /// Notes that the client has shown who it is.
    ///
    /// - Returns: for how many milliseconds that holds, zero for ever; nil when it was somebody else before.
    mutating func didShow(
        _ user: String, by mechanism: EmbeddedBrokerSecurity.Mechanism, expires: WallTime?, _ server: SASLServer
    ) -> Int64? {
        if let known = self.user, known != user || mechanism != self.mechanism { return nil }
        self.user = user
        self.mechanism = mechanism
        state = .known
        var lifetimeMs = server.reauthenticationTime.map { $0.nanoseconds / 1_000_000 }
        if lifetimeMs != nil, let expires {
            lifetimeMs = min(lifetimeMs!, max(1, expires.millisecondsSince1970 - WallTime.now.millisecondsSince1970))
        }
        end = lifetimeMs.map { .now + .milliseconds($0) } ?? .distantFuture
        return lifetimeMs ?? 0
    }
}
