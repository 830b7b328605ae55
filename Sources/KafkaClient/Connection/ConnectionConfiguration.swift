import KafkaProtocol

/// How connections to brokers are opened and watched.
///
/// Checked when something is made of it: a ``Client``, a ``Cluster``, a ``ProducerLane``, a ``PartitionProducer`` or a
/// ``PartitionFetcher``.
public struct ConnectionConfiguration: Sendable {
    /// The name by which brokers know this client in logs, metrics and quotas: at most 249 bytes. Kafka's `client.id`.
    public var clientID: String
    /// For name look-up, TCP connection and handshake together: one millisecond to one day. Kafka's
    /// `socket.connection.setup.timeout.ms`.
    public var connectTimeout: Duration
    /// From the writing of a request to its answer: one millisecond to one day. Kafka's `request.timeout.ms`.
    public var requestTimeout: Duration
    /// The longest response accepted, in bytes: 1 KiB to 2 GiB.
    public var responseByteCountMax: Int

    /// The defaults, and what differs from them.
    public init(
        clientID: String = "kafkaclient", connectTimeout: Duration = .seconds(10),
        requestTimeout: Duration = .seconds(30), responseByteCountMax: Int = 128 << 20
    ) {
        self.clientID = clientID
        self.connectTimeout = connectTimeout
        self.requestTimeout = requestTimeout
        self.responseByteCountMax = responseByteCountMax
    }

    /// What can't be used, one by one.
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
