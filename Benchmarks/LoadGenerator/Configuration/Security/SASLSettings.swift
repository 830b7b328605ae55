import KafkaClient
import KafkaSecurity

/// The SASL mechanism of a client's settings, be they Java's or librdkafka's.
struct SASLSettings {
    private let properties: SecurityProperties

    init(_ properties: SecurityProperties) { self.properties = properties }

    private static let mechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"]

    /// - Throws: `UsageError` that names the setting which is missing or can't be used.
    func mechanism() throws(UsageError) -> any SASLMechanism {
        guard let name = properties["sasl.mechanism"] else {
            throw UsageError("SASL needs sasl.mechanism: one of \(Self.mechanisms.joined(separator: ", "))")
        }
        var jaas: JAASConfiguration?
        if let text = properties["sasl.jaas.config"] {
            do throws(ValueError) {
                jaas = try JAASConfiguration(parsing: text)
            } catch {
                throw UsageError("sasl.jaas.config: \(error.description)")
            }
        }
        switch name.uppercased() {
        case "PLAIN":
            let (user, password, _) = try credentials(jaas, "PlainLoginModule")
            return .plain(user: user, password: password)
        case "SCRAM-SHA-256", "SCRAM-SHA-512":
            let (user, password, isToken) = try credentials(jaas, "ScramLoginModule")
            return SCRAMMechanism(
                name.uppercased() == "SCRAM-SHA-256" ? .sha256 : .sha512,
                PasswordCredentials(user: user, password: password), isDelegationToken: isToken)
        case "OAUTHBEARER": return try OAuthSettings(properties, jaas).mechanism()
        default:
            throw UsageError(
                "\(properties.givenName("sasl.mechanism"))=\(name): accepted are \(Self.mechanisms.joined(separator: ", "))"
            )
        }
    }

    private func credentials(
        _ jaas: JAASConfiguration?, _ module: String
    ) throws(UsageError) -> (user: String, password: Secret, isToken: Bool) {
        if let jaas {
            try Self.check(jaas, module)
            guard let user = jaas.options["username"], let password = jaas.options["password"] else {
                throw UsageError("sasl.jaas.config: \(module) needs username and password")
            }
            return (user, Secret(password), jaas.options["tokenauth"] == "true")
        }
        guard let user = properties["sasl.username"], let password = properties["sasl.password"] else {
            throw UsageError("SASL needs a user: sasl.jaas.config, or sasl.username and sasl.password")
        }
        return (user, Secret(password), false)
    }

    static func check(_ jaas: JAASConfiguration, _ module: String) throws(UsageError) {
        guard jaas.shortModule == module else {
            throw UsageError("sasl.jaas.config: the mechanism wants the login module \(module), not \(jaas.module)")
        }
    }
}
