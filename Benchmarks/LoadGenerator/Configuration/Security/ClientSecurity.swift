import KafkaClient
import KafkaTransport

/// How the client's connections are secured and how it shows brokers who it is, made of the settings that name it.
package struct ClientSecurity: Sendable, Equatable {
    /// Kafka's `security.protocol`.
    package enum SecurityProtocol: String, Sendable, CaseIterable {
        case plaintext = "PLAINTEXT"
        case ssl = "SSL"
        case saslPlaintext = "SASL_PLAINTEXT"
        case saslSSL = "SASL_SSL"

        var isSecured: Bool { self == .ssl || self == .saslSSL }
        var authenticates: Bool { self == .saslPlaintext || self == .saslSSL }
    }

    package let securityProtocol: SecurityProtocol
    package let tls: TLSConfiguration?
    package let sasl: (any SASLMechanism)?

    /// In the clear, as nobody.
    package static let none = ClientSecurity(.plaintext)

    private init(_ securityProtocol: SecurityProtocol) {
        self.securityProtocol = securityProtocol
        tls = nil
        sasl = nil
    }

    /// - Throws: `UsageError` that names each setting which can't be used.
    init(_ properties: SecurityProperties, variables: [String: String]) throws(UsageError) {
        let text = properties["security.protocol"] ?? SecurityProtocol.plaintext.rawValue
        guard let securityProtocol = SecurityProtocol(rawValue: text.uppercased()) else {
            let known = SecurityProtocol.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError("security.protocol=\(text): accepted are \(known)")
        }
        if !properties.has("security.protocol"),
            let other = properties.first(withPrefix: "ssl.") ?? properties.first(withPrefix: "sasl.")
        {
            throw UsageError(
                "\(other) is set, but not security.protocol, which is PLAINTEXT then; set SSL, SASL_PLAINTEXT or SASL_SSL"
            )
        }
        self.securityProtocol = securityProtocol
        var problems = Problems()
        tls = problems.collect { () throws(UsageError) in
            securityProtocol.isSecured ? try TLSSettings(properties).configuration() : nil
        }.flatMap { $0 }
        sasl = problems.collect { () throws(UsageError) in
            securityProtocol.authenticates ? try SASLSettings(properties, variables: variables).mechanism() : nil
        }.flatMap { $0 }
        try problems.refuse()
    }

    /// The protocol and the mechanism: `SASL_SSL, SCRAM-SHA-512`.
    package var words: String {
        [securityProtocol.rawValue, sasl?.name].compactMap { $0 }.joined(separator: ", ")
    }

    /// Two are the same when they do the same; the secrets may differ.
    package static func == (a: ClientSecurity, b: ClientSecurity) -> Bool {
        a.securityProtocol == b.securityProtocol && a.sasl?.name == b.sasl?.name
    }
}
