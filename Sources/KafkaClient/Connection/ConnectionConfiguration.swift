/// How connections to brokers are opened and watched. Validated by `init`.
public struct ConnectionConfiguration: Sendable {
    /// The name by which brokers know this client in logs, metrics and quotas. Kafka's `client.id`.
    public let clientID: String
    /// Name look-up, TCP connection and handshake together. Kafka's `socket.connection.setup.timeout.ms`.
    public let connectTimeout: Duration
    /// From the writing of a request to its answer. Kafka's `request.timeout.ms`.
    public let requestTimeout: Duration
    /// The longest response accepted, in bytes.
    public let responseByteCountMax: Int

    /// - Throws: `KafkaClientError` that names the value and its bounds.
    public init(
        clientID: String = "kafkaclient", connectTimeout: Duration = .seconds(10),
        requestTimeout: Duration = .seconds(30), responseByteCountMax: Int = 128 << 20
    ) throws(KafkaClientError) {
        func check(_ condition: Bool, _ message: @autoclosure () -> String) throws(KafkaClientError) {
            if !condition { throw KafkaClientError(.invalidConfiguration, message()) }
        }
        try check(clientID.utf8.count <= 249, "clientID has \(clientID.utf8.count) bytes; at most 249 are allowed")
        for (name, value) in [("connectTimeout", connectTimeout), ("requestTimeout", requestTimeout)] {
            try check(
                value >= .milliseconds(1) && value <= .seconds(86_400),
                "\(name) is \(value); it must lie between one millisecond and one day")
        }
        try check(
            (1024...Int(Int32.max)).contains(responseByteCountMax),
            "responseByteCountMax is \(responseByteCountMax); it must lie between 1 KiB and 2 GiB")
        self.clientID = clientID
        self.connectTimeout = connectTimeout
        self.requestTimeout = requestTimeout
        self.responseByteCountMax = responseByteCountMax
    }
}
