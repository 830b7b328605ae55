import KafkaProtocol
public import KafkaTransport
import Synchronization

/// A token of an OAuth server (RFC 7628, KIP-255). Whoever sees the connection has it: use it with TLS.
///
/// All connections use the same token, as long as it says when it expires. A new one is asked for when four fifths of its time are over, or a broker has refused it.
public final class OAuthMechanism: SASLMechanism {
    private let tokens: TokenCache
    private let now: @Sendable () -> WallTime

    /// Creates the mechanism.
    ///
    /// - Parameter provide: gets a token; it is called by one task at a time, unless the last call has not come back for 30 s.
    public convenience init(_ provide: @escaping @Sendable () async throws -> OAuthToken) {
        self.init(now: { .now }, provide)
    }

    init(now: @escaping @Sendable () -> WallTime, _ provide: @escaping @Sendable () async throws -> OAuthToken) {
        self.now = now
        tokens = TokenCache(now: now, provide)
    }

    /// `OAUTHBEARER`.
    public var name: String { "OAUTHBEARER" }

    /// Gets a token, unless there is one.
    public func makeExchange(with broker: Endpoint) async throws -> any SASLExchange {
        let token = try await tokens.token()
        if let problem = Self.problem(of: token, now: now()) {
            wasRefused()
            throw KafkaClientError(.authenticationFailed, "OAUTHBEARER can't be used: \(problem)")
        }
        return OAuthExchange(token: token)
    }

    /// Forgets the token.
    public func wasRefused() { tokens.forget() }

    private static func problem(of token: OAuthToken, now: WallTime) -> String? {
        if let expires = token.expires, expires <= now {
            let agoMs = now.millisecondsSince1970 - expires.millisecondsSince1970
            return "the token that was provided has expired \(agoMs / 1000) s ago"
        }
        // RFC 6750: letters, digits and a few signs.
        let isToken = token.value.withUnsafeBytes { bytes in
            !bytes.isEmpty && bytes.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "\"") }
        }
        if !isToken { return "the token that was provided is empty, or has characters that no token has" }
        for (name, value) in token.extensions {
            // RFC 7628, section 3.1.
            let isName = !name.isEmpty && name.allSatisfy { $0.isASCII && $0.isLetter } && name != "auth"
            let isValue = value.utf8.allSatisfy { $0 >= 32 && $0 < 127 || [9, 10, 13].contains($0) }
            if !isName || !isValue { return "'\(name)' is no SASL extension: letters are, but not 'auth'" }
        }
        return nil
    }
}

extension SASLMechanism where Self == OAuthMechanism {
    /// A token of an OAuth server.
    ///
    /// - Parameter provide: gets a token; it is called by one task at a time, unless the last call has not come back for 30 s.
    public static func oauthBearer(
        _ provide: @escaping @Sendable () async throws -> OAuthToken
    ) -> OAuthMechanism {
        OAuthMechanism(provide)
    }
}

private struct OAuthExchange: SASLExchange {
    let token: OAuthToken
    private var wasRefused = false
    var user: String? { token.principal }

    init(token: OAuthToken) { self.token = token }

    mutating func respond(to challenge: [UInt8]?) throws -> [UInt8]? {
        guard let challenge else {
            var message = Array("n,,\u{1}auth=Bearer ".utf8) + token.value.bytes + [1]
            for (name, value) in token.extensions.sorted(by: { $0.key < $1.key }) {
                message += Array("\(name)=\(value)\u{1}".utf8)
            }
            return message + [1]
        }
        // A server that refuses says why, in JSON, and wants to hear of that before it ends: its error comes then.
        if challenge.isEmpty { return nil }
        if wasRefused {
            throw KafkaClientError(
                .authenticationFailed,
                "the broker refuses the token: \(String(decoding: challenge.prefix(1000), as: UTF8.self).foreign)")
        }
        wasRefused = true
        return [1]
    }
}

/// The token of all connections.
final class TokenCache: Sendable {
    private struct State {
        var token: OAuthToken?
        /// When it was got.
        var got = WallTime(millisecondsSince1970: 0)
        var asking: Task<OAuthToken, any Error>?
        var askedAt = MonotonicInstant.distantPast
    }

    /// Who has not answered for so long is asked once more.
    private static let patience = Duration.seconds(30)

    private let now: @Sendable () -> WallTime
    private let provide: @Sendable () async throws -> OAuthToken
    private let state = Mutex(State())

    init(now: @escaping @Sendable () -> WallTime, _ provide: @escaping @Sendable () async throws -> OAuthToken) {
        self.now = now
        self.provide = provide
    }

    /// The token, of which at least a fifth of its time is left, or a new one. When there is none to be had, one of old that is
    /// still valid.
    func token() async throws -> OAuthToken {
        let (fresh, asking) = state.withLock { state -> (OAuthToken?, Task<OAuthToken, any Error>?) in
            if let token = state.token, Self.isFresh(token, got: state.got, now: now()) { return (token, nil) }
            if let asking = state.asking, MonotonicInstant.now - state.askedAt < Self.patience { return (nil, asking) }
            let asking = Task.detached { [self] in
                let result = await Result { try await self.provide() }
                self.state.withLock { state in
                    state.asking = nil
                    if case .success(let token) = result {
                        state.token = token
                        state.got = self.now()
                    }
                }
                return try result.get()
            }
            state.asking = asking
            state.askedAt = .now
            return (nil, asking)
        }
        if let fresh { return fresh }
        do {
            return try await asking!.value
        } catch {
            let old = state.withLock { $0.token }
            if let old, let expires = old.expires, expires > now() { return old }
            throw error
        }
    }

    func forget() { state.withLock { $0.token = nil } }

    /// A token that does not say when it expires is got anew each time.
    private static func isFresh(_ token: OAuthToken, got: WallTime, now: WallTime) -> Bool {
        guard let expires = token.expires else { return false }
        let lifetimeMs = expires.millisecondsSince1970 - got.millisecondsSince1970
        return now.millisecondsSince1970 - got.millisecondsSince1970 < lifetimeMs / 5 * 4
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
