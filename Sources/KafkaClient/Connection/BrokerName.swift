import KafkaProtocol
import KafkaTransport

/// A broker as messages name it.
struct BrokerName: Sendable, CustomStringConvertible {
    let endpoint: Endpoint
    /// The broker's id, when the cluster's metadata told of it; nil for a server that the program itself named.
    let node: Int32?

    init(_ endpoint: Endpoint, node: Int32? = nil) {
        self.endpoint = endpoint
        self.node = node
    }

    /// `3 (host:port)`, or `host:port` when the id is not known.
    var description: String { node.map { "\($0) (\(endpoint))" } ?? "\(endpoint)" }

    /// How a sentence that does not call it a broker begins: `host:port`, but `broker 3 (host:port)` when it is known to be one.
    var subject: String { node == nil ? "\(endpoint)" : "broker \(self)" }
}

// Why a connection can't be opened. Of an address that a broker advertises, the program knows nothing: the messages say where
// it came from.
extension BrokerName {
    private static let advertised = "the cluster told this client that address (the broker's advertised.listeners)"

    var cannotBeFound: String {
        guard let node else { return "cannot find broker \(endpoint); check the host's name" }
        return """
            cannot find broker \(node) at \(endpoint): \(Self.advertised); make the name known to this machine, or let \
            the broker advertise an address that clients can use
            """
    }

    var cannotBeConnectedTo: String {
        guard let node else {
            return "cannot connect to broker \(endpoint); is it running, and are host and port right?"
        }
        return """
            cannot connect to broker \(node) at \(endpoint): \(Self.advertised); is the broker running, and does it \
            advertise an address that clients can use?
            """
    }

    func cannotBeFound(within timeout: Duration) -> KafkaClientError {
        let cause = TransportError.timedOut("cannot look up '\(endpoint.host)' within \(timeout.milliseconds) ms")
        return KafkaClientError(.requestTimedOut, cannotBeFound, underlying: cause)
    }

    var cannotBeReached: String {
        guard let node else {
            return "broker \(endpoint) cannot be reached; check the host, the port and what lies between"
        }
        return """
            broker \(node) cannot be reached at \(endpoint): \(Self.advertised); check what lies between, or let the \
            broker advertise an address that clients can use
            """
    }

    func doesNotAnswer(within timeout: Duration) -> String {
        guard let node else {
            return """
                broker \(endpoint) accepted the connection but does not answer; is it a Kafka broker, and does its \
                listener want TLS? (waited \(timeout))
                """
        }
        return """
            broker \(node) at \(endpoint) accepted the connection but does not answer: \(Self.advertised); is it a \
            Kafka broker, and does its listener want TLS? (waited \(timeout))
            """
    }

    // MARK: Security

    func doesNotSecure(within timeout: Duration) -> String {
        """
        \(subject) accepted the connection but did not answer the TLS handshake; does its listener speak TLS? (waited \
        \(timeout))
        """
    }

    /// Why the handshake of TLS failed, or the broker ended the connection because of it.
    func cannotBeSecured(_ reason: TransportError) -> KafkaClientError {
        guard let tls = reason.tls else {
            return KafkaClientError(
                .connectionFailed,
                """
                \(subject) closed the connection during the TLS handshake; does its listener speak TLS, or is it PLAINTEXT or \
                SASL_PLAINTEXT?
                """, causes: [reason])
        }
        let advice =
            switch tls.kind {
            case .notTLS: "; its listener may be PLAINTEXT or SASL_PLAINTEXT, or it is no Kafka broker"
            case .identity: "; give this client a certificate that the broker's authorities vouch for, and its key"
            default: ""
            }
        return KafkaClientError(
            tls.mayPass ? .connectionFailed : .tlsFailed,
            "the connection to \(subject) can't be secured: \(tls.description)\(advice)")
    }

    func closedBeforeReady(isSecured: Bool) -> String {
        isSecured
            ? """
            broker \(self) closed the connection during the handshake; does its listener want SASL, or another client \
            certificate?
            """
            : "broker \(self) closed the connection during the handshake; does its listener want TLS or SASL?"
    }

    /// Why a broker may have ended a connection at its first request: whoever has not shown who he is gets no other answer.
    func endedAtFirstRequest(authenticated: Bool) -> String {
        let question = authenticated ? "" : "; does its listener want SASL?"
        return "broker \(self) closed the connection at the first request\(question)"
    }

    /// What a broker has against a client's credentials.
    func refused(_ mechanism: String, _ user: String?, _ response: SASLAuthenticateResponse) -> KafkaClientError {
        KafkaClientError(
            response.errorCode, "\(subject) refused \(user.map { "\($0) by " } ?? "")\(mechanism)",
            response.errorMessage.map { "\($0); check the credentials, and that the broker knows them" })
    }
}
