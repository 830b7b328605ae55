import KafkaProtocol
import KafkaSecurity
import KafkaTransport
import Testing

@testable import KafkaEmbeddedBroker

/// What a broker lets a client do before it has shown who it is, and after.
@Suite(.timeLimit(.minutes(1))) struct SecurityTests {
    private func withSASL(
        _ mechanisms: [EmbeddedBrokerSecurity.Mechanism] = [.plain],
        _ change: (inout EmbeddedBrokerSecurity) -> Void = { _ in },
        _ body: (EmbeddedBroker, Endpoint) async throws -> Void
    ) async throws {
        try await withBroker {
            $0.security.mechanisms = mechanisms
            $0.security.users = ["alice": "alice-secret", "bob": "bob-secret"]
            change(&$0.security)
        } _: { broker, endpoints in
            try await body(broker, endpoints[0])
        }
    }

    private func plain(_ user: String, _ password: String, authorization: String = "") -> SASLAuthenticateRequest {
        SASLAuthenticateRequest(authBytes: Array("\(authorization)\0\(user)\0\(password)".utf8))
    }

    private func signIn(_ client: RawClient, _ user: String = "alice") throws -> SASLAuthenticateResponse {
        let named = try client.call(SASLHandshakeRequest(mechanism: "PLAIN"), version: 1)
        #expect(named.errorCode == .none && named.mechanisms.contains("PLAIN"))
        return try client.call(plain(user, "\(user)-secret"))
    }

    @Test func `who has not shown who he is gets versions and mechanisms, and nothing else`() async throws {
        try await withSASL { broker, endpoint in
            let client = try RawClient(endpoint)
            let versions = try client.call(ApiVersionsRequest())
            #expect(versions.versions(of: .saslHandshake) == 0...1 && versions.versions(of: .saslAuthenticate) == 0...2)
            try client.send(MetadataRequest(topicNames: []), version: 1)
            #expect(client.isClosedByBroker())
            let hasty = try RawClient(endpoint)
            try hasty.send(plain("alice", "alice-secret"), version: 1)
            #expect(hasty.isClosedByBroker())
            let known = try RawClient(endpoint)
            #expect(try signIn(known).errorCode == .none)
            #expect(try known.call(MetadataRequest(topicNames: [])).brokers.count == 1)
            #expect(broker.statistics.malformedRequestCount == 2)
        }
    }

    @Test func `a broker without SASL offers none and refuses it`() async throws {
        try await withBroker { _ in
        } _: { _, endpoints in
            let client = try RawClient(endpoints[0])
            #expect(try client.call(ApiVersionsRequest()).versions(of: .saslHandshake) == nil)
            let answer = try client.call(SASLHandshakeRequest(mechanism: "PLAIN"), version: 1)
            #expect(answer.errorCode == .illegalSaslState)
        }
    }

    @Test func `a mechanism that is not offered is refused with those that are`() async throws {
        try await withSASL([.scramSHA256, .plain]) { _, endpoint in
            let client = try RawClient(endpoint)
            let answer = try client.call(SASLHandshakeRequest(mechanism: "GSSAPI"), version: 1)
            #expect(answer.errorCode == .unsupportedSaslMechanism && answer.mechanisms == ["SCRAM-SHA-256", "PLAIN"])
            #expect(try client.call(SASLHandshakeRequest(mechanism: "PLAIN"), version: 1).errorCode == .none)
        }
    }

    @Test(arguments: [
        "\0alice\0wrong", "\0nobody\0x", "mallory\0alice\0alice-secret", "", "\0\0", "alice", "\0alice\0alice-secret\0",
    ])
    func `what PLAIN does not accept is answered, and the connection closed`(message: String) async throws {
        try await withSASL { broker, endpoint in
            let client = try RawClient(endpoint)
            _ = try client.call(SASLHandshakeRequest(mechanism: "PLAIN"), version: 1)
            let answer = try client.call(SASLAuthenticateRequest(authBytes: Array(message.utf8)))
            #expect(answer.errorCode == .saslAuthenticationFailed && answer.errorMessage != nil)
            #expect(client.isClosedByBroker())
            #expect(broker.statistics.failedAuthenticationCount == 1)
        }
    }

    @Test(arguments: [
        "", "n", "n,,", "n,,n=alice", "n,,r=a,n=alice", "p=tls-unique,,n=alice,r=a", "n,,n=a=,r=x", "n,,n=,r=",
        "\u{ff}",
        "n,,n=nobody,r=abc",
    ])
    func `what SCRAM does not accept is answered, and the connection closed`(message: String) async throws {
        try await withSASL([.scramSHA512]) { _, endpoint in
            let client = try RawClient(endpoint)
            _ = try client.call(SASLHandshakeRequest(mechanism: "SCRAM-SHA-512"), version: 1)
            let answer = try client.call(SASLAuthenticateRequest(authBytes: Array(message.utf8)))
            #expect(answer.errorCode == .saslAuthenticationFailed)
            #expect(client.isClosedByBroker())
        }
    }

    @Test(arguments: [
        "c=biws,r=NONCE,p=AAAA", "c=biws,r=other,p=AAAA", "c=eSws,r=NONCE,p=AAAA", "r=NONCE,p=AAAA", "p=AAAA", "x",
    ])
    func `a proof that is none lets nobody in`(message: String) async throws {
        try await withSASL([.scramSHA256]) { _, endpoint in
            let client = try RawClient(endpoint)
            _ = try client.call(SASLHandshakeRequest(mechanism: "SCRAM-SHA-256"), version: 1)
            let first = try client.call(SASLAuthenticateRequest(authBytes: Array("n,,n=alice,r=abc".utf8)))
            let text = String(decoding: first.authBytes, as: UTF8.self)
            #expect(first.errorCode == .none && text.hasPrefix("r=abc") && text.hasSuffix(",i=4096"))
            let nonce = text.split(separator: ",")[0].dropFirst(2)
            let last = Array(message.replacing("NONCE", with: nonce).utf8)
            let answer = try client.call(SASLAuthenticateRequest(authBytes: last))
            #expect(answer.errorCode == .saslAuthenticationFailed)
        }
    }

    @Test func `a client that is not known yet says little, or is closed`() async throws {
        try await withSASL([.plain, .scramSHA256]) { _, endpoint in
            let long = try RawClient(endpoint)
            _ = try long.call(SASLHandshakeRequest(mechanism: "SCRAM-SHA-256"), version: 1)
            let message = Array(("n,,n=" + String(repeating: "e\u{301}", count: 100_000)).utf8)
            let began = MonotonicInstant.now
            #expect(try long.call(SASLAuthenticateRequest(authBytes: message)).errorCode == .saslAuthenticationFailed)
            #expect(MonotonicInstant.now - began < .seconds(1))
            let longer = try RawClient(endpoint)
            _ = try longer.call(SASLHandshakeRequest(mechanism: "PLAIN"), version: 1)
            try? longer.send(SASLAuthenticateRequest(authBytes: [UInt8](repeating: 0, count: 600 << 10)), version: 1)
            #expect(longer.isClosedByBroker())
            let known = try RawClient(endpoint)
            _ = try signIn(known)
        }
    }

    @Test func `who shows nothing in time is closed`() async throws {
        try await withSASL([.plain], { $0.handshakeTimeout = .milliseconds(100) }) { _, endpoint in
            let silent = try RawClient(endpoint)
            #expect(silent.isClosedByBroker())
            let known = try RawClient(endpoint)
            _ = try signIn(known)
            try await Task.sleep(for: .milliseconds(200))
            #expect(try known.call(MetadataRequest(topicNames: [])).brokers.count == 1)
        }
    }

    @Test func `a client of a secured broker that does not shake hands is closed, as is one that can't`() async throws {
        let issued = try CertificateAuthority().issue("broker", hosts: ["127.0.0.1"])
        try await withBroker {
            $0.security.identity = .pem(certificates: issued.certificate, key: issued.key)
            $0.security.handshakeTimeout = .milliseconds(200)
        } _: { broker, endpoints in
            let silent = try RawClient(endpoints[0])
            let plain = try RawClient(endpoints[0])
            try plain.send(ApiVersionsRequest(), version: 0)
            #expect((try? plain.finishAndReadAll()) != nil)
            let dripping = try RawClient(endpoints[0])
            try dripping.write([0x16, 0x03])
            #expect(silent.isClosedByBroker() && dripping.isClosedByBroker())
            #expect(broker.statistics.failedHandshakeCount == 3)
        }
    }

    @Test func `a broker that stops while hands are shaken closes those connections`() async throws {
        let issued = try CertificateAuthority().issue("broker", hosts: ["127.0.0.1"])
        try await withBroker {
            $0.security.identity = .pem(certificates: issued.certificate, key: issued.key)
        } _: { broker, endpoints in
            let client = try RawClient(endpoints[0])
            try client.write([0x16])
            try await Task.sleep(for: .milliseconds(50))
            await broker.stop()
            #expect(client.isClosedByBroker())
        }
    }

    @Test func `who does not show anew in time who he is gets no more answers`() async throws {
        try await withSASL([.plain], { $0.reauthenticationTime = .seconds(6) }) { _, endpoint in
            let idle = try RawClient(endpoint)
            #expect(try signIn(idle).sessionLifetimeMs == 6000)
            let active = try RawClient(endpoint)
            _ = try signIn(active)
            let other = try RawClient(endpoint)
            _ = try signIn(other)
            // With seconds between, because other tests may take the processors.
            try await Task.sleep(for: .seconds(3))
            #expect(try signIn(active).sessionLifetimeMs == 6000)
            // Somebody else can't go on with a connection.
            #expect(try signIn(other, "bob").errorCode == .saslAuthenticationFailed)
            try await Task.sleep(for: .seconds(4))
            #expect(try active.call(MetadataRequest(topicNames: [])).brokers.count == 1)
            try idle.send(MetadataRequest(topicNames: []), version: 1)
            #expect(idle.isClosedByBroker())
        }
    }

    @Test func `without a time to show it anew, that is refused`() async throws {
        try await withSASL { _, endpoint in
            let client = try RawClient(endpoint)
            #expect(try signIn(client).sessionLifetimeMs == 0)
            #expect(
                try client.call(SASLHandshakeRequest(mechanism: "PLAIN"), version: 1).errorCode == .illegalSaslState)
        }
    }

    @Test func `settings that can't be used are named`() throws {
        func problems(_ change: (inout EmbeddedBrokerSecurity) -> Void) -> String {
            var configuration = EmbeddedBrokerConfiguration()
            change(&configuration.security)
            do {
                _ = try EmbeddedBroker(configuration)
                return ""
            } catch {
                return error.message
            }
        }
        #expect(problems { $0.mechanisms = [.plain] }.contains("security.users: are none"))
        #expect(problems { $0.mechanisms = [.oauthBearer] }.isEmpty)
        #expect(problems { $0.scramIterations = 1 }.contains("security.scramIterations"))
        #expect(problems { $0.reauthenticationTime = .seconds(1) }.contains("security.reauthenticationTime"))
        #expect(problems { $0.clientAuthorities = .system }.contains("security.clientAuthorities"))
        #expect(problems { $0.identity = .pemFiles(certificates: "/no/c.pem", key: "/no/k.pem") }.contains("/no/c.pem"))
    }
}
