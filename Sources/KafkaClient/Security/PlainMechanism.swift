import KafkaProtocol
public import KafkaSecurity
public import KafkaTransport

/// A user's name and password as they are (RFC 4616). Whoever sees the connection has them: use it with TLS.
public struct PlainMechanism: SASLMechanism {
    private let source: PasswordSource

    /// Creates the mechanism for credentials that never change.
    public init(_ credentials: PasswordCredentials) { source = PasswordSource(credentials) }

    /// Creates the mechanism for credentials that are asked for each time a connection authenticates.
    public init(_ provide: @escaping @Sendable () async throws -> PasswordCredentials) {
        source = PasswordSource(provide)
    }

    /// `PLAIN`.
    public var name: String { "PLAIN" }

    /// A user without a name, or a zero byte in the name or the password.
    public var problems: [String] { source.fixed.map(Self.problems(of:)) ?? [] }

    private static func problems(of credentials: PasswordCredentials) -> [String] {
        let hasZero = credentials.user.utf8.contains(0) || credentials.password.withUnsafeBytes { $0.contains(0) }
        return credentials.problems + (hasZero ? ["has a zero byte in the user's name or password"] : [])
    }

    /// Asks for the credentials.
    public func makeExchange(with broker: Endpoint) async throws -> any SASLExchange {
        let credentials = try await source.provide()
        if let problem = Self.problems(of: credentials).first {
            throw KafkaClientError(.authenticationFailed, "PLAIN \(problem)")
        }
        return PlainExchange(credentials: credentials)
    }
}

extension SASLMechanism where Self == PlainMechanism {
    /// A user's name and password as they are. Whoever sees the connection has them: use it with TLS.
    public static func plain(user: String, password: Secret) -> PlainMechanism {
        PlainMechanism(PasswordCredentials(user: user, password: password))
    }

    /// The same, for credentials that are asked for each time a connection authenticates.
    public static func plain(
        _ provide: @escaping @Sendable () async throws -> PasswordCredentials
    ) -> PlainMechanism {
        PlainMechanism(provide)
    }
}

private struct PlainExchange: SASLExchange {
    let credentials: PasswordCredentials
    var user: String? { credentials.user }

    mutating func respond(to challenge: [UInt8]?) -> [UInt8]? {
        if challenge != nil { return nil }
        return [0] + Array(credentials.user.utf8) + [0] + credentials.password.bytes
    }
}
