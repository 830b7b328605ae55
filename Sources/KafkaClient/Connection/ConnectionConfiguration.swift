import KafkaProtocol

/// How connections to brokers are opened and watched.
///
/// It is checked when a ``Client``, a ``Cluster``, a ``ProducerLane``, a ``PartitionProducer`` or a ``PartitionFetcher`` is
/// created with it.
public struct ConnectionConfiguration: Sendable {
    /// The name by which brokers know this client in logs, metrics and quotas: at most 249 bytes of UTF-8. Kafka's
    /// `client.id`.
    public var clientID: String
    /// How long name look-up, TCP connection and handshake may take together: one millisecond to one day. Kafka's
    /// `socket.connection.setup.timeout.ms`.
    public var connectTimeout: Duration
    /// How long an answer is waited for after its request was sent: one millisecond to one day. Kafka's
    /// `request.timeout.ms`.
    public var requestTimeout: Duration
    /// The longest answer that is accepted, in bytes: 1,024 to `Int32.max`. A longer one closes the connection.
    public var responseByteCountMax: Int

    /// Creates a configuration. Parameters that are left out have the defaults; the properties say units and bounds.
    public init(
        clientID: String = "kafkaclient", connectTimeout: Duration = .seconds(10),
        requestTimeout: Duration = .seconds(30), responseByteCountMax: Int = 128 << 20
    ) {
        self.clientID = clientID
        self.connectTimeout = connectTimeout
        self.requestTimeout = requestTimeout
        self.responseByteCountMax = responseByteCountMax
    }

    /// How long a broker is told that it may take for a request.
    var brokerTimeout: Duration { requestTimeout.brokersShare }

    /// One problem for each setting that can't be used.
    var problems: [ConfigurationProblem] {
        var check = ConfigurationCheck("ConnectionConfiguration")
        check.expect(
            "clientID", clientID.utf8.count <= 249, "has \(clientID.utf8.count) bytes; at most 249 are allowed")
        check.expect("connectTimeout", connectTimeout, in: .milliseconds(1) ... .seconds(86_400))
        check.expect("requestTimeout", requestTimeout, in: .milliseconds(1) ... .seconds(86_400))
        check.expect("responseByteCountMax", responseByteCountMax, in: 1024...Int(Int32.max))
        return check.problems
    }
}

extension Duration {
    /// How long a broker may take where the client waits so long: less, so that the broker's answer that the time is over comes
    /// before the client gives up and knows nothing.
    var brokersShare: Duration { self - min(self / 10, .seconds(1)) }
}
