package import KafkaJSON

/// What a JSON Web Token says (RFC 7519), whether it is true or not.
package struct JSONWebToken {
    package struct Malformed: Error, CustomStringConvertible {
        package let description: String
    }

    package let header: JSONValue
    package let claims: JSONValue
    /// Whether it ends with a signature.
    package let isSigned: Bool

    /// - Throws: `Malformed` when it is not three parts in Base64 of which two are JSON objects.
    package init(_ token: Secret) throws(Malformed) {
        let parts = token.text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else {
            throw Malformed(
                description: "the token is no JSON Web Token: it does not have three parts with dots between")
        }
        header = try Self.object(parts[0], "header")
        claims = try Self.object(parts[1], "claims")
        isSigned = !parts[2].isEmpty
    }

    private static func object(_ part: Substring, _ name: String) throws(Malformed) -> JSONValue {
        if let bytes = Base64.decodeFromURL(part), let text = String(validating: bytes, as: UTF8.self),
            let value = try? JSONValue(parsing: text), case .object = value
        {
            return value
        }
        throw Malformed(description: "the token is no JSON Web Token: its \(name) are no JSON object in Base64")
    }

    /// Whose token it is: the claim `sub`.
    package var subject: String? { claims["sub"]?.string }
    /// The algorithm of its signature.
    package var algorithm: String? { header["alg"]?.string }
    /// When it was issued, in seconds since 1970.
    package var issued: Double? { Self.seconds(claims["iat"]) }
    /// When it expires, in seconds since 1970.
    package var expires: Double? { Self.seconds(claims["exp"]) }

    private static func seconds(_ value: JSONValue?) -> Double? {
        let seconds: Double? =
            switch value {
            case .integer(let seconds): Double(seconds)
            case .double(let seconds): seconds
            default: nil
            }
        // Later than the year 9999 is no time.
        return seconds.flatMap { $0 >= 0 && $0 < 253_402_300_800 ? $0 : nil }
    }
}
