public import KafkaProtocol
public import KafkaSecurity
public import KafkaTransport

/// A token that somebody whom the brokers trust has issued.
public struct OAuthToken: Sendable {
    /// The token itself, as it is sent.
    public let value: Secret
    /// When it expires; nil when that is not known, and then a token is got for each connection. A new one is asked for when four fifths of its time are over.
    public let expires: WallTime?
    /// Whose token it is, for messages and events.
    public let principal: String?
    /// SASL extensions that are sent along (KIP-342), such as `logicalCluster`.
    public let extensions: [String: String]

    /// Creates a token.
    public init(
        _ value: Secret, expires: WallTime? = nil, principal: String? = nil, extensions: [String: String] = [:]
    ) {
        self.value = value
        self.expires = expires
        self.principal = principal
        self.extensions = extensions
    }

    /// Creates a token of a JSON Web Token (RFC 7519), which says itself when it expires and whose it is. It is not verified:
    /// that is for the brokers.
    ///
    /// - Throws: `KafkaClientError` with `.authenticationFailed` when it is none.
    public init(jwt value: Secret, extensions: [String: String] = [:]) throws(KafkaClientError) {
        let token: JSONWebToken
        do throws(JSONWebToken.Malformed) {
            token = try JSONWebToken(value)
        } catch {
            throw KafkaClientError(.authenticationFailed, error.description)
        }
        self.init(
            value, expires: token.expires.map { WallTime(millisecondsSince1970: Int64($0 * 1000)) },
            principal: token.subject, extensions: extensions)
    }
}
