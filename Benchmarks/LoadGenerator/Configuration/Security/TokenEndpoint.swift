import CCurl
import KafkaClient
internal import KafkaJSON
import KafkaProtocol
import KafkaSecurity
import KafkaTransport

/// A server that gives out tokens for a client's id and secret (RFC 6749, section 4.4; KIP-768).
struct TokenEndpoint: Sendable {
    let url: String
    let clientID: String
    let clientSecret: Secret
    let scope: String?
    /// A PEM file of the authorities that vouch for the server; nil for the system's.
    let authorities: String?

    private static let timeoutSeconds = 10
    private static let answerByteCountMax = 1 << 20

    #if canImport(Darwin)
        private static let names = ["libcurl.4.dylib", "/usr/lib/libcurl.4.dylib"]
    #else
        private static let names = ["libcurl.so.4", "libcurl.so"]
    #endif
    private static let library = SharedLibrary(names)

    /// Asks for a token. It waits for the server, so it is not for a thread that has other things to do.
    ///
    /// - Throws: `KafkaClientError` that says what the server answered, without the secret.
    func token(_ extensions: [String: String]) throws -> OAuthToken {
        let (status, body) = try post()
        let answer = try? JSONValue(parsing: String(decoding: body, as: UTF8.self))
        guard status == 200, let answer, let token = answer["access_token"]?.string, !token.isEmpty else {
            let reason = [answer?["error"]?.string, answer?["error_description"]?.string].compactMap { $0 }
            // A client that the server does not know stays unknown.
            throw failure(
                (400..<500).contains(status) ? .authenticationFailed : .credentialsUnavailable,
                "it answered with status \(status)\(reason.isEmpty ? "" : ": " + reason.joined(separator: ": ").foreign)"
            )
        }
        let lifetime = answer["expires_in"]?.unsignedInteger.flatMap { Int64(exactly: $0) }
        // What the token itself says counts for brokers; where it says nothing, the server's word does.
        let own = try? OAuthToken(jwt: Secret(token), extensions: extensions)
        let now = WallTime.now.millisecondsSince1970
        let expires = lifetime.map { WallTime(millisecondsSince1970: now + min($0, 1 << 40) * 1000) }
        return OAuthToken(
            Secret(token), expires: own?.expires ?? expires, principal: own?.principal ?? clientID,
            extensions: extensions)
    }

    private func post() throws -> (status: Int, body: [UInt8]) {
        guard let library = Self.library, let make = library.find("curl_easy_init", kafka_curl_init.self),
            let free = library.find("curl_easy_cleanup", kafka_curl_cleanup.self),
            let perform = library.find("curl_easy_perform", kafka_curl_perform.self),
            let words = library.find("curl_easy_strerror", kafka_curl_strerror.self), let curl = make()
        else { throw failure(.credentialsUnavailable, "libcurl (\(Self.names[0])) can't be opened") }
        defer { free(curl) }
        let body = Body()
        var form = "grant_type=client_credentials"
        if let scope { form += "&scope=\(scope.percentEncoded)" }
        let settings: [(CURLoption, String)] = [
            (CURLOPT_URL, url), (CURLOPT_COPYPOSTFIELDS, form),
            (CURLOPT_USERAGENT, "kbench/\(KafkaClientVersion.current)"),
            // Both are encoded before they are given as a user's name and password (RFC 6749, section 2.3.1).
            (CURLOPT_USERNAME, clientID.percentEncoded), (CURLOPT_PASSWORD, clientSecret.text.percentEncoded),
            (CURLOPT_PROTOCOLS_STR, "http,https"),
        ]
        for (option, value) in settings { kafka_curl_set_text(library.handle, curl, option, value) }
        if let authorities { kafka_curl_set_text(library.handle, curl, CURLOPT_CAINFO, authorities) }
        kafka_curl_set_number(library.handle, curl, CURLOPT_TIMEOUT, Self.timeoutSeconds)
        kafka_curl_set_number(library.handle, curl, CURLOPT_NOSIGNAL, 1)
        kafka_curl_set_writer(
            library.handle, curl,
            { bytes, size, count, user in
                let body = Unmanaged<Body>.fromOpaque(user!).takeUnretainedValue()
                guard body.bytes.count + size * count <= TokenEndpoint.answerByteCountMax else { return 0 }
                body.bytes += UnsafeRawBufferPointer(start: bytes, count: size * count)
                return size * count
            }, Unmanaged.passUnretained(body).toOpaque())
        let status = withExtendedLifetime(body) { perform(curl) }
        guard status == CURLE_OK else {
            throw failure(.credentialsUnavailable, words(status).map { String(cString: $0) } ?? "error \(status)")
        }
        return (kafka_curl_status(library.handle, curl), body.bytes)
    }

    private final class Body {
        var bytes: [UInt8] = []
    }

    private func failure(_ code: KafkaClientError.Code, _ reason: String) -> KafkaClientError {
        KafkaClientError(code, "no token of \(url) for client \(clientID): \(reason)")
    }
}
