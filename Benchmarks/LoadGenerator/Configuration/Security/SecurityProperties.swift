/// The settings of security by the names of Kafka's clients and of librdkafka, as they were given.
struct SecurityProperties {
    /// Every name that is understood. Those of a row mean the same.
    static let names: [[String]] = [
        ["security.protocol"],
        ["ssl.truststore.location"], ["ssl.truststore.type"], ["ssl.truststore.password"],
        ["ssl.truststore.certificates"],
        ["ssl.keystore.location"], ["ssl.keystore.type"], ["ssl.keystore.password"], ["ssl.keystore.key"],
        ["ssl.keystore.certificate.chain"], ["ssl.key.password"],
        ["ssl.endpoint.identification.algorithm"], ["ssl.enabled.protocols"], ["ssl.protocol"],
        ["ssl.cipher.suites"],
        ["ssl.ca.location"], ["ssl.ca.pem"], ["ssl.certificate.location"], ["ssl.certificate.pem"],
        ["ssl.key.location"], ["ssl.key.pem"], ["enable.ssl.certificate.verification"],
        ["sasl.mechanism", "sasl.mechanisms"], ["sasl.jaas.config"], ["sasl.username"], ["sasl.password"],
        ["sasl.oauthbearer.config"], ["enable.sasl.oauthbearer.unsecure.jwt"],
        ["sasl.oauthbearer.token.endpoint.url"], ["sasl.oauthbearer.token.file"], ["sasl.oauthbearer.token.command"],
        ["sasl.oauthbearer.extensions"],
        ["sasl.oauthbearer.method"], ["sasl.oauthbearer.client.id", "sasl.oauthbearer.client.credentials.client.id"],
        ["sasl.oauthbearer.client.secret", "sasl.oauthbearer.client.credentials.client.secret"],
        ["sasl.oauthbearer.scope"], ["https.ca.location"],
        ["sasl.kerberos.service.name"], ["sasl.kerberos.principal"], ["sasl.kerberos.keytab"],
        ["sasl.login.callback.handler.class"], ["sasl.client.callback.handler.class"], ["sasl.login.class"],
    ]

    static let allNames = names.flatMap { $0 }

    private var values: [String: String] = [:]
    /// The names under which they were given, for messages.
    private var givenNames: [String: String] = [:]

    /// Whether a setting is one of security.
    static func knows(_ name: String) -> Bool { names.contains { $0.contains(name) } }

    mutating func set(_ name: String, _ value: String) {
        guard let row = Self.names.first(where: { $0.contains(name) }) else { return }
        values[row[0]] = value
        givenNames[row[0]] = name
    }

    /// A value by the first name of its row; nil when it was not given or is empty.
    subscript(name: String) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        return value
    }

    /// Whether it was given, be it empty.
    func has(_ name: String) -> Bool { values[name] != nil }

    /// The name under which a setting was given.
    func givenName(_ name: String) -> String { givenNames[name] ?? name }

    /// The first of the settings that were given whose names begin so.
    func first(withPrefix prefix: String) -> String? {
        givenNames.values.filter { $0.hasPrefix(prefix) && self[canonical($0)] != nil }.min()
    }

    private func canonical(_ name: String) -> String { Self.names.first { $0.contains(name) }?[0] ?? name }
}
