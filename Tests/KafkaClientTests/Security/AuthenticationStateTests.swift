import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// Each transition of a connection that is secured and shows who its client is, without a socket.
@Suite struct AuthenticationStateTests {
    private typealias Bench = ConnectionBench

    private static let security = ConnectionSecurity(isSecured: true, mechanism: "SCRAM-SHA-256")

    private func bench(_ security: ConnectionSecurity = security, clusterID: String? = nil) -> ConnectionBench {
        var bench = ConnectionBench(clusterID: clusterID, security: security)
        _ = bench.machine.open(now: bench.now)
        _ = bench.lookUp(1)
        return bench
    }

    private var versions: ApiVersionsResponse {
        var versions = ApiVersionsResponse()
        versions.apiKeys = [.init(.metadata, 0...13), .init(.saslHandshake, 0...1), .init(.saslAuthenticate, 0...2)]
        return versions
    }

    private func authenticating() -> ConnectionBench {
        var bench = bench()
        _ = bench.connect()
        _ = bench.machine.didSecure(.success(()))
        _ = bench.receive(versions)
        return bench
    }

    private func ready(lifetimeMs: Int64 = 0) -> ConnectionBench {
        var bench = authenticating()
        bench.authenticate(lifetimeMs: lifetimeMs)
        return bench
    }

    @Test func `connecting, connected: secured, asked for versions, authenticated, ready`() {
        var bench = bench(clusterID: "c")
        #expect(name(bench.connect()) == "secure" && !bench.machine.isReceiving)
        #expect(name(bench.machine.didSecure(.success(()))) == "ask versions 4")
        #expect(name(bench.receive(versions)) == "begin authentication" && !bench.machine.isReady)
        #expect(name(bench.machine.didPrepare(.success(Array("first".utf8)), now: bench.now)) == "name mechanism")
        #expect(name(bench.machine.didReceiveMechanisms(SASLHandshakeResponse())) == "send first")
        #expect(name(bench.token("challenge")) == "answer challenge")
        #expect(name(bench.answer("second")) == "send second")
        #expect(name(bench.token("last")) == "answer last")
        #expect(name(bench.answer(nil)) == "ask cluster" && !bench.machine.isReady)
        #expect(name(bench.machine.didReceiveCluster("c", now: bench.now)) == "tell opened" && bench.machine.isReady)
    }

    @Test func `without SASL a secured connection is ready with its versions`() {
        var bench = bench(ConnectionSecurity(isSecured: true))
        _ = bench.connect()
        _ = bench.machine.didSecure(.success(()))
        #expect(name(bench.receive(versions)) == "tell opened")
    }

    @Test(arguments: [
        (
            TransportError(TLSFailure(.certificate, "it has expired"), "x"), KafkaClientError.Code.tlsFailed,
            "it has expired"
        ),
        (TransportError(TLSFailure(.notTLS, "no TLS"), "x"), .tlsFailed, "may be PLAINTEXT"),
        (TransportError(TLSFailure(.identity, "none shown"), "x"), .tlsFailed, "give this client a certificate"),
        (TransportError(TLSFailure(.truncated, "cut"), "x"), .connectionFailed, "cut"),
        (Bench.reset, .connectionFailed, "does its listener speak TLS"),
    ])
    func `securing, failed: closed, and the opener is told why`(
        error: TransportError, code: KafkaClientError.Code, words: String
    ) throws {
        var bench = bench()
        _ = bench.connect()
        let ending = try ending(bench.machine.didSecure(.failure(error)))
        #expect(ending.listener == .opener && ending.error.code == code)
        #expect(ending.error.isRetriable == (code == .connectionFailed))
        #expect(ending.error.message.contains(words), "\(ending.error.message)")
    }

    @Test func `securing, authenticating: what takes too long is closed with what was waited for`() throws {
        var securing = bench()
        _ = securing.connect()
        #expect(securing.machine.nextDeadline == securing.now + .seconds(10))
        #expect(try ending(securing.wait(.seconds(10))).error.message.contains("did not answer the TLS handshake"))
        var preparing = authenticating()
        #expect(try ending(preparing.wait(.seconds(10))).error.message.contains("had no credentials"))
        var waiting = authenticating()
        _ = waiting.machine.didPrepare(.success([]), now: waiting.now)
        let error = try ending(waiting.wait(.seconds(10))).error
        #expect(error.code == .requestTimedOut && error.message.contains("did not answer in time"))
    }

    @Test func `a listener without SASL is told from one that lacks the mechanism`() throws {
        var bench = bench()
        _ = bench.connect()
        _ = bench.machine.didSecure(.success(()))
        var plain = ApiVersionsResponse()
        plain.apiKeys = [.init(.metadata, 0...13)]
        let without = try ending(bench.receive(plain))
        #expect(without.error.code == .authenticationFailed && without.error.message.contains("connect without SASL"))
        var lacking = authenticating()
        _ = lacking.machine.didPrepare(.success([]), now: lacking.now)
        var answer = SASLHandshakeResponse()
        answer.errorCode = .unsupportedSaslMechanism
        answer.mechanisms = ["PLAIN", "GSSAPI"]
        let error = try ending(lacking.machine.didReceiveMechanisms(answer)).error
        #expect(error.code == .authenticationFailed && !error.isRetriable)
        #expect(error.message.contains("SCRAM-SHA-256") && error.message.contains("it offers PLAIN, GSSAPI"))
    }

    @Test func `a broker that refuses is told with its words, the user and what to do`() throws {
        var bench = authenticating()
        _ = bench.machine.didPrepare(.success([]), now: bench.now)
        _ = bench.machine.didReceiveMechanisms(SASLHandshakeResponse())
        var answer = SASLAuthenticateResponse()
        answer.errorCode = .saslAuthenticationFailed
        answer.errorMessage = "no such user"
        let error = try ending(bench.machine.didReceiveToken(answer, user: "alice", now: bench.now)).error
        #expect(error.code == .authenticationFailed && !error.isRetriable)
        for word in ["alice", "SCRAM-SHA-256", "no such user", "check the credentials"] {
            #expect(error.message.contains(word))
        }
    }

    @Test func `a mechanism without credentials, or that refuses the broker, closes the connection`() throws {
        var bench = authenticating()
        let reason = KafkaClientError(.authenticationFailed, "no token")
        #expect(try ending(bench.machine.didPrepare(.failure(reason), now: bench.now)).error.message == "no token")
        var later = authenticating()
        _ = later.machine.didPrepare(.success([]), now: later.now)
        _ = later.machine.didReceiveMechanisms(SASLHandshakeResponse())
        _ = later.token("x")
        let action = later.machine.didAnswerChallenge(.failure(reason), now: later.now, chance: 0)
        #expect(try ending(action).listener == .opener)
    }

    @Test func `with TLS 1.3 a missing certificate is told when versions are asked for`() throws {
        var bench = bench()
        _ = bench.connect()
        _ = bench.machine.didSecure(.success(()))
        let reason = TransportError(TLSFailure(.identity, "none was shown"), "reading")
        let error = try ending(bench.machine.didEnd(reason)).error
        #expect(error.code == .tlsFailed && error.message.contains("none was shown"))
    }

    @Test func `a broker that ends the connection at the first request may want SASL`() throws {
        var bench = bench(ConnectionSecurity(isSecured: true))
        _ = bench.connect()
        _ = bench.machine.didSecure(.success(()))
        _ = bench.receive(versions)
        let id = bench.write("a")
        var other = bench
        let end = TransportError(code: -4095, "reading from the connection")
        #expect(try ending(bench.machine.didEnd(end)).error.message.contains("does its listener want SASL?"))
        _ = other.machine.didReceive(correlationID: id)
        _ = other.write("b")
        #expect(try !ending(other.machine.didEnd(end)).error.message.contains("SASL"))
    }

    // MARK: Requests meanwhile

    @Test func `securing, authenticating: requests are held with their deadlines, and written when all is done`() throws
    {
        var bench = bench()
        _ = bench.connect()
        bench.hold("a", timeout: .seconds(5))
        #expect(bench.machine.nextDeadline == bench.now + .seconds(5))
        _ = bench.machine.didSecure(.success(()))
        bench.hold("b")
        _ = bench.receive(versions)
        bench.hold("c")
        var late = bench
        bench.authenticate()
        #expect(bench.machine.takeHeld() == ["a", "b", "c"] && bench.machine.takeHeld().isEmpty)
        let ending = try ending(late.wait(.seconds(5)))
        #expect(ending.error.code == .requestTimedOut && ending.unanswered == ["a", "b", "c"])
    }

    // MARK: Again

    @Test func `ready, its time over: new credentials are got while requests go on, then they are held`() {
        var bench = ready(lifetimeMs: 10_000)
        #expect(bench.machine.nextDeadline == bench.now + .milliseconds(8500))
        let first = bench.write("first")
        #expect(name(bench.wait(.milliseconds(8499))) == "none")
        #expect(name(bench.wait(.milliseconds(1))) == "begin authentication" && bench.machine.isReady)
        let second = bench.write("second")
        #expect(name(bench.wait(.milliseconds(1))) == "none")
        #expect(name(bench.machine.didPrepare(.success(Array("new".utf8)), now: bench.now)) == "name mechanism")
        #expect(bench.machine.isReady && bench.machine.isReceiving)
        bench.hold("third")
        // What was under way is answered first.
        #expect(name(bench.machine.didReceive(correlationID: first)) == "complete first")
        #expect(name(bench.machine.didReceive(correlationID: second)) == "complete second")
        #expect(name(bench.machine.didReceiveMechanisms(SASLHandshakeResponse())) == "send new")
        #expect(name(bench.token("ok", lifetimeMs: 10_000)) == "answer ok")
        #expect(name(bench.answer(nil)) == "tell reauthenticated")
        #expect(bench.machine.takeHeld() == ["third"])
        _ = bench.write("fourth")
        #expect(bench.machine.nextDeadline == bench.now + .milliseconds(8500))
    }

    @Test func `chance spreads renewals, and none comes within a second`() {
        var bench = authenticating()
        bench.authenticate(lifetimeMs: 10_000, chance: 1)
        #expect(bench.machine.nextDeadline == bench.now + .milliseconds(9500))
        var short = authenticating()
        short.authenticate(lifetimeMs: 1100)
        #expect(short.machine.nextDeadline == short.now + .milliseconds(1010))
        // A time that is over before that does not end the connection: a broker takes it late, too.
        var shorter = authenticating()
        shorter.authenticate(lifetimeMs: 100)
        #expect(name(shorter.wait(.milliseconds(1010))) == "begin authentication" && shorter.machine.isReady)
        var never = authenticating()
        never.authenticate()
        #expect(never.machine.nextDeadline == never.now + .seconds(540))
    }

    @Test func `ready, no new credentials: asked again until the time is over, and closed then`() throws {
        var bench = ready(lifetimeMs: 10_000)
        let reason = KafkaClientError(.authenticationFailed, "the server of tokens is down")
        #expect(name(bench.wait(.milliseconds(8500))) == "begin authentication")
        #expect(name(bench.machine.didPrepare(.failure(reason), now: bench.now)) == "none")
        #expect(bench.machine.nextDeadline == bench.now + .milliseconds(375))
        _ = bench.write("goes on")
        #expect(name(bench.wait(.milliseconds(375))) == "begin authentication")
        // Nobody answers.
        let late = try ending(bench.wait(.milliseconds(1125)))
        #expect(late.listener == .owner && late.error.code == .authenticationFailed)
        #expect(late.unanswered == ["goes on"])
    }

    @Test func `reauthenticating behind slow answers: waits as long as for a request`() throws {
        var bench = ready(lifetimeMs: 10_000)
        _ = bench.write("slow", timeout: .seconds(60))
        _ = bench.wait(.milliseconds(8500))
        _ = bench.machine.didPrepare(.success([]), now: bench.now)
        #expect(name(bench.wait(.seconds(29))) == "none")
        #expect(try ending(bench.wait(.seconds(1))).listener == .owner)
    }

    @Test func `a broker that asks on and on is closed, as is one that sends too much`() throws {
        var bench = authenticating()
        _ = bench.machine.didPrepare(.success([]), now: bench.now)
        _ = bench.machine.didReceiveMechanisms(SASLHandshakeResponse())
        var last = ""
        for _ in 0..<30 where !bench.machine.isClosed {
            _ = bench.token("more")
            last = name(bench.answer("x"))
        }
        #expect(last == "close, tell opener")
        var other = authenticating()
        _ = other.machine.didPrepare(.success([]), now: other.now)
        var huge = SASLAuthenticateResponse()
        huge.authBytes = [UInt8](repeating: 65, count: 600_000)
        #expect(
            try ending(other.machine.didReceiveToken(huge, user: nil, now: other.now)).error.code == .protocolViolation)
    }

    @Test func `what a broker says is told without what a terminal obeys`() throws {
        var bench = authenticating()
        _ = bench.machine.didPrepare(.success([]), now: bench.now)
        _ = bench.machine.didReceiveMechanisms(SASLHandshakeResponse())
        var answer = SASLAuthenticateResponse()
        answer.errorCode = .saslAuthenticationFailed
        answer.errorMessage = "\u{1b}[2Jgone\r\nü" + String(repeating: "x", count: 10_000)
        let message = try ending(bench.machine.didReceiveToken(answer, user: nil, now: bench.now)).error.message
        #expect(message.contains("[2Jgone  ü") && !message.contains("\u{1b}") && message.count < 800)
    }

    @Test func `reauthenticating, refused: the owner is told, and what was held fails`() throws {
        var bench = ready(lifetimeMs: 10_000)
        _ = bench.wait(.milliseconds(8500))
        _ = bench.machine.didPrepare(.success([]), now: bench.now)
        bench.hold("held")
        _ = bench.machine.didReceiveMechanisms(SASLHandshakeResponse())
        var answer = SASLAuthenticateResponse()
        answer.errorCode = .saslAuthenticationFailed
        let ending = try ending(bench.machine.didReceiveToken(answer, user: nil, now: bench.now))
        #expect(ending.listener == .owner && ending.unanswered == ["held"])
    }

    @Test func `closed: what the mechanism says later is not looked at`() {
        var bench = authenticating()
        _ = bench.machine.close()
        #expect(name(bench.machine.didPrepare(.success([]), now: bench.now)) == "none")
        #expect(name(bench.machine.didReceiveMechanisms(SASLHandshakeResponse())) == "none")
        #expect(name(bench.token("x")) == "none" && name(bench.answer("x")) == "none")
        #expect(name(bench.machine.didSecure(.success(()))) == "none")
    }
}

extension ConnectionBench {
    mutating func token(_ text: String, lifetimeMs: Int64 = 0) -> Machine.Action {
        var answer = SASLAuthenticateResponse()
        answer.authBytes = Array(text.utf8)
        answer.sessionLifetimeMs = lifetimeMs
        return machine.didReceiveToken(answer, user: nil, now: now)
    }

    mutating func answer(_ text: String?, chance: Double = 0) -> Machine.Action {
        machine.didAnswerChallenge(.success(text.map { Array($0.utf8) }), now: now, chance: chance)
    }

    /// Authenticates in one step.
    mutating func authenticate(lifetimeMs: Int64 = 0, chance: Double = 0) {
        _ = machine.didPrepare(.success([]), now: now)
        _ = machine.didReceiveMechanisms(SASLHandshakeResponse())
        _ = token("", lifetimeMs: lifetimeMs)
        _ = answer(nil, chance: chance)
        #expect(machine.isReady)
    }
}
