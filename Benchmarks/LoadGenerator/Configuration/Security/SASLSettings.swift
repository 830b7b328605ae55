import KafkaClient
import KafkaSecurity

/// The SASL mechanism of a client's settings, be they Java's or librdkafka's.
struct SASLSettings {
    private let properties: SecurityProperties
    private let variables: [String: String]

    /// - Parameter variables: those of the environment, in which some mechanisms have their credentials.
    init(_ properties: SecurityProperties, variables: [String: String]) {
        self.properties = properties
        self.variables = variables
    }

    private static let mechanisms = [
        "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER", "GSSAPI", "AWS_MSK_IAM",
    ]

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
        try refuseHandlers()
        switch name.uppercased() {
        case "PLAIN":
            let (user, password, _) = try credentials(jaas, "PlainLoginModule")
            return .plain(user: user, password: password)
        case "SCRAM-SHA-256", "SCRAM-SHA-512":
            let (user, password, isToken) = try credentials(jaas, "ScramLoginModule")
            return SCRAMMechanism(
                name.uppercased() == "SCRAM-SHA-256" ? .sha256 : .sha512,
                PasswordCredentials(user: user, password: password), isDelegationToken: isToken)
        case "GSSAPI": return try kerberos(jaas)
        case "AWS_MSK_IAM":
            if let jaas {
                try Self.check(jaas, "IAMLoginModule")
                if let other = jaas.options.keys.sorted().first(where: { $0 != "awsProfileName" }) {
                    throw UsageError(
                        "sasl.jaas.config: \(other) is not supported; awsProfileName is, and the environment")
                }
            }
            let finder = AWSCredentialsFinder(variables: variables, profile: jaas?.options["awsProfileName"])
            return .awsMSKIAM(region: finder.region) { try finder.find() }
        case "OAUTHBEARER": return try OAuthSettings(properties, jaas).mechanism()
        default:
            throw UsageError(
                "\(properties.givenName("sasl.mechanism"))=\(name): accepted are \(Self.mechanisms.joined(separator: ", "))"
            )
        }
    }

    /// Classes that do in Java what is done here anyway.
    private static let handlers = [
        "OAuthBearerLoginCallbackHandler", "OAuthBearerUnsecuredLoginCallbackHandler", "IAMClientCallbackHandler",
    ]

    /// A class of the user's own is not passed over: it would say who this client is.
    private func refuseHandlers() throws(UsageError) {
        for name in ["sasl.login.callback.handler.class", "sasl.client.callback.handler.class", "sasl.login.class"] {
            guard let value = properties[name] else { continue }
            guard Self.handlers.contains(String(value.split(separator: ".").last ?? "")) else {
                throw UsageError("\(name)=\(value): Java classes can't be used; sasl.oauthbearer.token.command may do")
            }
        }
    }

    private func kerberos(_ jaas: JAASConfiguration?) throws(UsageError) -> any SASLMechanism {
        var keytab = properties["sasl.kerberos.keytab"]
        var principal = properties["sasl.kerberos.principal"]
        if let jaas {
            try Self.check(jaas, "Krb5LoginModule")
            if jaas.options["useKeyTab"] == "true" {
                guard let path = jaas.options["keyTab"] else {
                    throw UsageError("sasl.jaas.config: useKeyTab needs keyTab")
                }
                keytab = path
            }
            principal = jaas.options["principal"] ?? principal
        }
        if let keytab, !TextFile.exists(keytab) { throw UsageError("the key table \(keytab) can't be read") }
        let service = properties["sasl.kerberos.service.name"] ?? jaas?.options["serviceName"] ?? "kafka"
        return .gssapi(service: service, principal: principal, keytab: keytab)
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
