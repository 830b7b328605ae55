import KafkaClient
internal import KafkaJSON
import KafkaSecurity
import KafkaTransport

/// Where the tokens of OAUTHBEARER come from.
struct OAuthSettings {
    private let properties: SecurityProperties
    private let jaas: JAASConfiguration?

    /// In seconds, up to a year.
    private static let lifetimes: ClosedRange<Int64> = 1...31_536_000

    init(_ properties: SecurityProperties, _ jaas: JAASConfiguration?) {
        self.properties = properties
        self.jaas = jaas
    }

    /// - Throws: `UsageError` that names the setting which is missing or can't be used.
    func mechanism() throws(UsageError) -> OAuthMechanism {
        if let jaas { try SASLSettings.check(jaas, "OAuthBearerLoginModule") }
        let extensions = try extensions()
        let url = properties["sasl.oauthbearer.token.endpoint.url"]
        let ways = ["token.endpoint.url", "token.file", "token.command"].map { "sasl.oauthbearer.\($0)" }
            .filter { properties[$0] != nil }
        if ways.count > 1 { throw UsageError("\(ways[0]) and \(ways[1]) say the same; give one of them") }
        if let method = properties["sasl.oauthbearer.method"], method != "oidc", method != "default" {
            throw UsageError("sasl.oauthbearer.method=\(method): accepted are default and oidc")
        }
        let file = url.flatMap { $0.hasPrefix("file://") ? String($0.dropFirst("file://".count)) : nil }
        if let path = properties["sasl.oauthbearer.token.file"] ?? file {
            guard TextFile.exists(path) else { throw UsageError("the token's file \(path) can't be read") }
            return .oauthBearer { try OAuthToken.reading(path, extensions) }
        }
        if let command = properties["sasl.oauthbearer.token.command"] {
            return .oauthBearer { try await OAuthToken.asking(command, extensions) }
        }
        if let url { return try clientCredentials(url, extensions) }
        if let unsecured = try unsecured() { return .oauthBearer { unsecured.token(extensions) } }
        throw UsageError(
            """
            OAUTHBEARER needs tokens: sasl.oauthbearer.token.endpoint.url with a client's id and secret, \
            sasl.oauthbearer.token.file, sasl.oauthbearer.token.command, or, for experiments, unsecuredLoginStringClaim_sub in sasl.jaas.config
            """)
    }

    private func clientCredentials(
        _ url: String, _ extensions: [String: String]
    ) throws(UsageError) -> OAuthMechanism {
        guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
            throw UsageError("sasl.oauthbearer.token.endpoint.url=\(url): accepted are https://, http:// and file://")
        }
        guard let id = jaas?.options["clientId"] ?? properties["sasl.oauthbearer.client.id"],
            let secret = jaas?.options["clientSecret"] ?? properties["sasl.oauthbearer.client.secret"]
        else {
            throw UsageError(
                """
                sasl.oauthbearer.token.endpoint.url needs a client: clientId and clientSecret in sasl.jaas.config, or \
                sasl.oauthbearer.client.id and sasl.oauthbearer.client.secret
                """)
        }
        let endpoint = TokenEndpoint(
            url: url, clientID: id, clientSecret: Secret(secret),
            scope: jaas?.options["scope"] ?? properties["sasl.oauthbearer.scope"],
            authorities: properties["https.ca.location"])
        return .oauthBearer { try await OwnThread.run { try endpoint.token(extensions) } }
    }

    private func extensions() throws(UsageError) -> [String: String] {
        var extensions: [String: String] = [:]
        for (name, value) in jaas?.options ?? [:] where name.hasPrefix("extension_") {
            extensions[String(name.dropFirst("extension_".count))] = value
        }
        for pair in (properties["sasl.oauthbearer.extensions"] ?? "").split(separator: ",") {
            guard let sign = pair.firstIndex(of: "=") else {
                throw UsageError("sasl.oauthbearer.extensions: '\(pair)' is not NAME=VALUE")
            }
            extensions[String(pair[..<sign]).trimmed] = String(pair[pair.index(after: sign)...]).trimmed
        }
        return extensions
    }

    /// Tokens that this client makes itself, for brokers that believe whoever comes.
    private func unsecured() throws(UsageError) -> UnsecuredToken? {
        if let subject = jaas?.options["unsecuredLoginStringClaim_sub"] {
            let lifetime = jaas?.options["unsecuredLoginLifetimeSeconds"].map { Int64($0) } ?? 3600
            guard let lifetime, Self.lifetimes.contains(lifetime) else {
                throw UsageError(
                    "sasl.jaas.config: unsecuredLoginLifetimeSeconds is a number of seconds, at most a year of them")
            }
            return UnsecuredToken(subject: subject, lifetimeSeconds: lifetime)
        }
        guard properties["enable.sasl.oauthbearer.unsecure.jwt"] == "true" else { return nil }
        var subject = ""
        var lifetime: Int64? = 3600
        for word in (properties["sasl.oauthbearer.config"] ?? "").split(separator: " ") {
            if word.hasPrefix("principal=") { subject = String(word.dropFirst("principal=".count)) }
            if word.hasPrefix("lifeSeconds=") { lifetime = Int64(word.dropFirst("lifeSeconds=".count)) }
        }
        guard !subject.isEmpty, let lifetime, Self.lifetimes.contains(lifetime) else {
            throw UsageError("sasl.oauthbearer.config: it is like principal=alice lifeSeconds=3600")
        }
        return UnsecuredToken(subject: subject, lifetimeSeconds: lifetime)
    }
}

/// A JSON Web Token that nobody has signed (RFC 7515, appendix A.5).
private struct UnsecuredToken {
    let subject: String
    let lifetimeSeconds: Int64

    func token(_ extensions: [String: String]) -> OAuthToken {
        let now = WallTime.now.millisecondsSince1970 / 1000
        let header = JSONValue.object([("alg", .string("none"))])
        let claims = JSONValue.object([
            ("sub", .string(subject)), ("iat", .integer(now)), ("exp", .integer(now + lifetimeSeconds)),
        ])
        let parts = [header, claims].map { Base64.encodeForURL(Array($0.compactText.utf8)) }
        return OAuthToken(
            Secret("\(parts[0]).\(parts[1])."),
            expires: WallTime(millisecondsSince1970: (now + lifetimeSeconds) * 1000), principal: subject,
            extensions: extensions)
    }
}

extension OAuthToken {
    /// A token of a text. One that is no JSON Web Token may be a good one all the same: it is then got for each connection.
    init(text: String, _ extensions: [String: String]) throws {
        let text = text.trimmed
        if text.isEmpty { throw KafkaClientError(.authenticationFailed, "there is no token in it") }
        let token = Secret(text)
        if text.split(separator: ".", omittingEmptySubsequences: false).count == 3 {
            try self.init(jwt: token, extensions: extensions)
        } else {
            self.init(token, extensions: extensions)
        }
    }

    static func reading(_ path: String, _ extensions: [String: String]) throws -> OAuthToken {
        guard let text = TextFile.text(path) else {
            throw KafkaClientError(.authenticationFailed, "the file of the token, \(path), can't be read")
        }
        return try OAuthToken(text: text, extensions)
    }
}
