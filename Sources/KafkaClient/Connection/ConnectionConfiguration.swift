import KafkaProtocol
import KafkaSecurity
public import KafkaTransport
import Synchronization

/// How connections to brokers are opened and watched.
///
/// It is checked when a ``Client``, a ``Cluster``, a ``ProducerLane``, a ``PartitionProducer`` or a ``PartitionFetcher`` is
/// created with it.
public struct ConnectionConfiguration: Sendable {
    /// The name by which brokers know this client in logs, metrics and quotas: at most 249 bytes of UTF-8. Kafka's
    /// `client.id`.
    public var clientID: String
    /// How long the look-up of a broker's name may take, and after it the connection with its handshake: one millisecond to
    /// one day. The addresses of a name are tried one after the other, each for an equal share of this time, but at least
    /// for a second (KIP-302). Kafka's `socket.connection.setup.timeout.ms`.
    public var connectTimeout: Duration
    /// How long an answer is waited for after its request was sent: one millisecond to one day. Kafka's
    /// `request.timeout.ms`.
    public var requestTimeout: Duration
    /// How long a connection may be unused before it is closed; when it is needed again, another one is opened. One
    /// millisecond to one day. It should be shorter than the same setting of the brokers, ten minutes by default. Kafka's
    /// `connections.max.idle.ms`.
    public var idleTimeout: Duration
    /// The first pause before a broker that could not be connected to is tried again: zero to `reconnectBackoffMax`. Each
    /// further pause doubles, and is up to a fifth shorter or longer by chance. Kafka's `reconnect.backoff.ms`.
    public var reconnectBackoff: Duration
    /// The bound of the doubling: zero to one hour. Kafka's `reconnect.backoff.max.ms`.
    public var reconnectBackoffMax: Duration
    /// The longest answer that is accepted, in bytes: 1,024 to `Int32.max`. A longer one closes the connection.
    public var responseByteCountMax: Int

    /// How connections are secured (TLS); nil for connections in the clear. Kafka's `security.protocol`: `SSL` and `SASL_SSL`.
    public var tls: TLSConfiguration? { didSet { sharedTLS = tls.map(SharedTLS.init) } }
    /// How brokers are shown who this client is (SASL); nil for not at all. Kafka's `security.protocol`: `SASL_PLAINTEXT` and
    /// `SASL_SSL`.
    public var sasl: (any SASLMechanism)?
    private var sharedTLS: SharedTLS?

    /// Creates a configuration. Parameters that are left out have the defaults; the properties say units and bounds.
    public init(
        clientID: String = "kafkaclient", connectTimeout: Duration = .seconds(10),
        requestTimeout: Duration = .seconds(30), idleTimeout: Duration = .seconds(540),
        reconnectBackoff: Duration = .milliseconds(50), reconnectBackoffMax: Duration = .seconds(1),
        responseByteCountMax: Int = 128 << 20, tls: TLSConfiguration? = nil, sasl: (any SASLMechanism)? = nil
    ) {
        self.clientID = clientID
        self.connectTimeout = connectTimeout
        self.requestTimeout = requestTimeout
        self.idleTimeout = idleTimeout
        self.reconnectBackoff = reconnectBackoff
        self.reconnectBackoffMax = reconnectBackoffMax
        self.responseByteCountMax = responseByteCountMax
        self.tls = tls
        self.sasl = sasl
        sharedTLS = tls.map(SharedTLS.init)
    }

    /// What all connections of this configuration share; nil when they are not secured.
    ///
    /// - Throws: `TransportError` that names what can't be used.
    func tlsContext() throws(TransportError) -> TLSContext? {
        do throws(TLSFailure) {
            return try sharedTLS?.get()
        } catch {
            throw TransportError(error, "securing the connection")
        }
    }

    var backoff: Backoff { Backoff(reconnectBackoff, max: reconnectBackoffMax) }

    /// How long a broker is told that it may take for a request.
    var brokerTimeout: Duration { requestTimeout.brokersShare }

    /// One problem for each setting that can't be used.
    var problems: [ConfigurationProblem] {
        var check = ConfigurationCheck("ConnectionConfiguration")
        check.expect(
            "clientID", clientID.utf8.count <= 249, "has \(clientID.utf8.count) bytes; at most 249 are allowed")
        check.expect("connectTimeout", connectTimeout, in: .milliseconds(1) ... .seconds(86_400))
        check.expect("requestTimeout", requestTimeout, in: .milliseconds(1) ... .seconds(86_400))
        check.expect("idleTimeout", idleTimeout, in: .milliseconds(1) ... .seconds(86_400))
        check.expectBackoff("reconnectBackoff", reconnectBackoff, max: reconnectBackoffMax)
        check.expect("responseByteCountMax", responseByteCountMax, in: 1024...Int(Int32.max))
        do throws(TLSFailure) {
            _ = try sharedTLS?.get()
        } catch {
            check.expect("tls", false, error.description)
        }
        if let name = tls?.serverName {
            check.expect(
                "tls", name != "" && name != ".", "has an empty serverName; nil takes the host that is connected to")
        }
        for problem in sasl?.problems ?? [] { check.expect("sasl", false, problem) }
        return check.problems
    }
}

/// What is made of a TLS configuration, once for all copies of it.
private final class SharedTLS: Sendable {
    private let configuration: TLSConfiguration
    private let context = Mutex<TLSContext?>(nil)

    init(_ configuration: TLSConfiguration) { self.configuration = configuration }

    func get() throws(TLSFailure) -> TLSContext {
        try context.withLock { context throws(TLSFailure) in
            if let context { return context }
            let made = try TLSContext(configuration)
            context = made
            return made
        }
    }
}

extension Duration {
    /// How long a broker may take where the client waits so long: less, so that the broker's answer that the time is over comes
    /// before the client gives up and knows nothing.
    var brokersShare: Duration { self - min(self / 10, .seconds(1)) }
}
