public import KafkaTransport

/// A way in which a client shows a broker who it is (SASL, RFC 4422).
///
/// The library has PLAIN, SCRAM, OAUTHBEARER, GSSAPI and AWS_MSK_IAM; a program may bring others, as long as its brokers know
/// them.
public protocol SASLMechanism: Sendable {
    /// The name by which brokers know the mechanism: `SCRAM-SHA-256`.
    var name: String { get }

    /// What can't be used of its settings, one sentence each.
    var problems: [String] { get }

    /// Begins to authenticate on a connection. It is called for each connection, and again before what the broker was shown
    /// expires (KIP-368); on no event loop, so that it may take its time, up to the connect timeout.
    ///
    /// - Parameter broker: where the connection goes to.
    /// - Throws: why there are no credentials. The connection is tried again later, with the error as the cause of one with
    ///   `.credentialsUnavailable`; a `KafkaClientError` stays as it is, and one with `.authenticationFailed` says that to try
    ///   again is in vain.
    func makeExchange(with broker: Endpoint) async throws -> any SASLExchange

    /// Says that a broker has refused the credentials of an exchange, so that they are asked for anew.
    func wasRefused()
}

extension SASLMechanism {
    /// None.
    public var problems: [String] { [] }
    /// Does nothing.
    public func wasRefused() {}
}

/// The messages of one mechanism on one connection, from the first to the last. It is called on no event loop. Messages have at
/// most 512 KiB, and there are at most 20 of the client's.
public protocol SASLExchange: Sendable {
    /// Who the client says it is, for messages and events; nil when that is not known.
    var user: String? { get }

    /// Answers a message of the broker's.
    ///
    /// - Parameter challenge: the broker's message, which may be empty; nil for the client's first message.
    /// - Returns: the message for the broker, which may be empty; nil when all is said, but not instead of the first message.
    /// - Throws: why the broker's message is not accepted. The connection is closed.
    mutating func respond(to challenge: [UInt8]?) async throws -> [UInt8]?
}
