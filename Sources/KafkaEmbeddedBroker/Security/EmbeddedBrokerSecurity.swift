public import KafkaSecurity
public import KafkaTransport

/// How an embedded broker secures its connections, and whom it lets in.
public struct EmbeddedBrokerSecurity: Sendable {
    /// The mechanisms of SASL that an embedded broker has.
    public enum Mechanism: String, Sendable, Hashable, CaseIterable {
        /// A user's name and password as they are (RFC 4616).
        case plain = "PLAIN"
        /// A proof that the user's password is known, by SHA-256 (RFC 7677).
        case scramSHA256 = "SCRAM-SHA-256"
        /// A proof that the user's password is known, by SHA-512.
        case scramSHA512 = "SCRAM-SHA-512"
        /// Tokens are JSON Web Tokens that nobody has signed (`"alg": "none"`), as Kafka takes them by default: whoever says
        /// that he is somebody is believed. They must have the claims `sub` and `exp`.
        case oauthBearer = "OAUTHBEARER"
    }

    /// The broker's certificate and key; nil for connections in the clear. Clients are told the address that they connect to,
    /// so the certificate must be for that.
    public var identity: TLSConfiguration.Identity?
    /// The authorities whose clients are let in (mutual TLS); nil when clients need no certificate.
    public var clientAuthorities: TLSConfiguration.Authorities?
    /// The versions of TLS that are accepted.
    public var versions = TLSConfiguration.Version.v1_2 ... .v1_3
    /// The mechanisms by which clients may show who they are; without any, nobody is asked.
    public var mechanisms: [Mechanism] = []
    /// The users that PLAIN and SCRAM let in, with their passwords; at least one where either is offered.
    public var users: [String: Secret] = [:]
    /// How often a password is hashed for SCRAM: 4,096 to 1,000,000.
    public var scramIterations = 4096
    /// How long clients may take to secure a connection and to show who they are: one millisecond to one hour.
    public var handshakeTimeout = Duration.seconds(10)
    /// After what time a connection is closed whose client has not shown anew who it is (KIP-368): two seconds to one
    /// day; nil for never, also when a token expires. Kafka's `connections.max.reauth.ms`. A token that expires before ends it
    /// sooner.
    public var reauthenticationTime: Duration?

    /// Creates a configuration without any security.
    public init() {}

    /// Secures connections by a certificate that is made for the purpose, by an authority that is made for it too.
    ///
    /// - Parameter hosts: the names and addresses that clients connect to.
    /// - Returns: the authority's certificate in PEM, for clients to trust.
    /// - Throws: `EmbeddedBrokerError` with `.systemResources` when it can't be made.
    public mutating func secureByOwnCertificate(
        for hosts: [String] = ["127.0.0.1", "::1", "localhost"]
    ) throws(EmbeddedBrokerError) -> String {
        do {
            let authority = try CertificateAuthority()
            try secure(by: authority, for: hosts)
            return authority.certificate
        } catch {
            throw EmbeddedBrokerError(.systemResources, "a certificate can't be made: \(error)")
        }
    }

    /// The names and addresses of a broker on this machine.
    package static let ownHosts = ["127.0.0.1", "::1", "localhost"]

    /// Secures connections by a certificate that an authority issues.
    package mutating func secure(by authority: CertificateAuthority, for hosts: [String] = ownHosts) throws {
        let issued = try authority.issue("embedded broker", hosts: hosts)
        identity = .pem(certificates: issued.certificate, key: issued.key)
    }
}
