import KafkaProtocol
import KafkaSecurity
import KafkaTransport
import Synchronization
import Testing

@testable import KafkaClient

/// What the mechanisms say, and where they have it from.
@Suite(.timeLimit(.minutes(1))) struct MechanismTests {
    private static let broker = Endpoint(host: "broker", port: 9092)

    private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    private func first(_ mechanism: any SASLMechanism) async throws -> String? {
        var exchange = try await mechanism.makeExchange(with: Self.broker)
        return text(try await exchange.respond(to: nil))
    }

    @Test func `PLAIN says user and password`() async throws {
        var exchange = try await PlainMechanism(PasswordCredentials(user: "ü", password: "p,=")).makeExchange(
            with: Self.broker)
        #expect(text(try await exchange.respond(to: nil)) == "\0ü\0p,=" && exchange.user == "ü")
        #expect(try await exchange.respond(to: []) == nil)
    }

    @Test func `what PLAIN can't say is a problem of the configuration`() throws {
        for (user, password) in [("", "p"), ("a\0b", "p"), ("a", "p\0")] {
            var configuration = ConnectionConfiguration()
            configuration.sasl = .plain(user: user, password: Secret(password))
            #expect(configuration.problems.map(\.setting) == ["ConnectionConfiguration.sasl"])
        }
        var configuration = ConnectionConfiguration()
        configuration.tls = TLSConfiguration(authorities: .pemFile("/no/such/file"))
        #expect(configuration.problems.map(\.setting) == ["ConnectionConfiguration.tls"])
        #expect(configuration.problems[0].message.contains("/no/such/file can't be read"))
    }

    @Test func `credentials are asked for each time`() async throws {
        let count = Mutex(0)
        let mechanism = PlainMechanism {
            let number = count.withLock { count -> Int in
                count += 1
                return count
            }
            return PasswordCredentials(user: "user\(number)", password: "p")
        }
        #expect(try await first(mechanism) == "\0user1\0p")
        #expect(try await first(mechanism) == "\0user2\0p")
    }

    @Test func `OAUTHBEARER says the token and its extensions`() async throws {
        let mechanism = OAuthMechanism { OAuthToken("abc.d", extensions: ["b": "2", "a": "1"]) }
        var exchange = try await mechanism.makeExchange(with: Self.broker)
        #expect(text(try await exchange.respond(to: nil)) == "n,,\u{1}auth=Bearer abc.d\u{1}a=1\u{1}b=2\u{1}\u{1}")
        // Why it is refused comes first, the refusal after an answer to that.
        #expect(try await exchange.respond(to: Array(#"{"status":"invalid_token"}"#.utf8)) == [1])
        #expect(try await exchange.respond(to: []) == nil)
        await #expect(throws: KafkaClientError.self) { try await exchange.respond(to: [65]) }
    }

    @Test(arguments: [
        (OAuthToken("abc", expires: WallTime(millisecondsSince1970: 1000)), "has expired"),
        (OAuthToken(""), "is empty"),
        (OAuthToken("a b"), "is empty, or has characters"), (OAuthToken("a\u{1}b"), "has characters"),
        (OAuthToken("a", extensions: ["auth": "x"]), "'auth' is no SASL extension"),
        (OAuthToken("a", extensions: ["x1": "x"]), "'x1' is no SASL extension"),
        (OAuthToken("a", extensions: ["x": "a\u{1}b"]), "'x' is no SASL extension"),
    ])
    func `a token that can't be used is not sent`(token: OAuthToken, words: String) async throws {
        let mechanism = OAuthMechanism { token }
        let error = await #expect(throws: KafkaClientError.self) { try await mechanism.makeExchange(with: Self.broker) }
        #expect(
            error?.code == .authenticationFailed && error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    /// A time of day that passes when a test lets it.
    private final class Clock: Sendable {
        private let ms = Mutex<Int64>(1_700_000_000_000)
        var now: WallTime { WallTime(millisecondsSince1970: ms.withLock { $0 }) }
        func pass(_ ms: Int64) { self.ms.withLock { $0 += ms } }
        func later(_ ms: Int64) -> WallTime { WallTime(millisecondsSince1970: now.millisecondsSince1970 + ms) }
    }

    @Test func `a token is got once for all connections, and anew when it is old or was refused`() async throws {
        let clock = Clock()
        let count = Mutex(0)
        let mechanism = OAuthMechanism(now: { clock.now }) {
            let number = count.withLock { count -> Int in
                count += 1
                return count
            }
            try await Task.sleep(for: .milliseconds(5))
            return OAuthToken(Secret("token\(number)"), expires: clock.later(1000))
        }
        let firsts = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<50 { group.addTask { try await self.first(mechanism) } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(firsts.count == 1 && count.withLock { $0 } == 1)
        clock.pass(799)
        #expect(try await first(mechanism)?.contains("token1") == true)
        clock.pass(1)
        #expect(try await first(mechanism)?.contains("token2") == true)
        mechanism.wasRefused()
        #expect(try await first(mechanism)?.contains("token3") == true)
    }

    @Test func `when there is no new token, one of old is used while it is valid`() async throws {
        let clock = Clock()
        let isBroken = Mutex(false)
        struct Broken: Error {}
        let cache = TokenCache(now: { clock.now }) {
            if isBroken.withLock({ $0 }) { throw Broken() }
            return OAuthToken("t", expires: clock.later(1000))
        }
        _ = try await cache.token()
        isBroken.withLock { $0 = true }
        clock.pass(999)
        #expect(try await cache.token().value.text == "t")
        clock.pass(1)
        await #expect(throws: Broken.self) { try await cache.token() }
    }
}
