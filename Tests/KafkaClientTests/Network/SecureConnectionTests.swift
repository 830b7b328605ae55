import Foundation
import KafkaEmbeddedBroker
import KafkaJSON
import KafkaProtocol
import KafkaSecurity
import KafkaTransport
import Synchronization
import Testing

@testable import KafkaClient

/// A client and brokers that want TLS, SASL or both, over loopback.
@Suite(.timeLimit(.minutes(1))) struct SecureConnectionTests {
    /// What both ends are set up with.
    struct Setup {
        let authority: CertificateAuthority
        var broker = EmbeddedBrokerSecurity()
        var connection = ConnectionConfiguration(connectTimeout: .seconds(5), requestTimeout: .seconds(10))

        init() throws { authority = try CertificateAuthority() }

        mutating func secure(_ versions: ClosedRange<TLSConfiguration.Version> = .v1_2 ... .v1_3) throws {
            let issued = try authority.issue("broker", hosts: ["127.0.0.1"])
            broker.identity = .pem(certificates: issued.certificate, key: issued.key)
            connection.tls = TLSConfiguration(authorities: .pem(authority.certificate), versions: versions)
        }

        mutating func authenticate(_ mechanism: EmbeddedBrokerSecurity.Mechanism) {
            broker.mechanisms = [mechanism]
            broker.users = ["alice": "alice-secret"]
            connection.sasl = Self.mechanism(mechanism, "alice", "alice-secret")
        }

        static func mechanism(
            _ mechanism: EmbeddedBrokerSecurity.Mechanism, _ user: String, _ password: Secret
        ) -> any SASLMechanism {
            switch mechanism {
            case .plain: .plain(user: user, password: password)
            case .scramSHA256: .scram(.sha256, user: user, password: password)
            case .scramSHA512: .scram(.sha512, user: user, password: password)
            case .oauthBearer: .oauthBearer { token(user) }
            }
        }

        static func token(_ user: String, seconds: Int64 = 600) -> OAuthToken {
            let now = WallTime.now.millisecondsSince1970 / 1000
            let header = JSONValue.object([("alg", .string("none"))])
            let claims = JSONValue.object([
                ("sub", .string(user)), ("iat", .integer(now)), ("exp", .integer(now + seconds)),
            ])
            let parts = [header, claims].map { Base64.encodeForURL(Array($0.compactText.utf8)) }
            return OAuthToken(
                Secret("\(parts[0]).\(parts[1])."),
                expires: WallTime(millisecondsSince1970: (now + seconds) * 1000), principal: user)
        }
    }

    /// Runs `body` with brokers, and a client that has the connection's configuration.
    private func withClient(
        _ setup: Setup, brokers: Int = 1, onEvent: (@Sendable (ClientEvent) -> Void)? = nil,
        _ body: (EmbeddedBroker, Client, [Endpoint]) async throws -> Void
    ) async throws {
        var configuration = EmbeddedBrokerConfiguration()
        configuration.security = setup.broker
        configuration.brokerCount = brokers
        configuration.defaultPartitionCount = 8
        let broker = try EmbeddedBroker(configuration)
        let endpoints = try await broker.start()
        var cluster = ClusterConfiguration.fast(setup.connection)
        cluster.autoCreatesTopics = true
        cluster.onEvent = onEvent
        let client = try Client(to: endpoints.map(\.description), cluster)
        var failure: (any Error)?
        do { try await body(broker, client, endpoints) } catch { failure = error }
        await client.shutDown()
        await broker.stop()
        if let failure { throw failure }
    }

    private func produce(_ client: Client, _ count: Int) async throws {
        try await client.withProducer(.init(strategy: .sharded(lanes: 2))) { producer in
            for index in 0..<count { try await producer.append(value: "record \(index)", to: "t") }
            try await producer.flush()
        }
    }

    static let ways: [(isSecured: Bool, EmbeddedBrokerSecurity.Mechanism?)] =
        [(true, nil)] + EmbeddedBrokerSecurity.Mechanism.allCases.flatMap { [(false, $0), (true, $0)] }

    @Test(arguments: ways)
    func `records come through in each way`(isSecured: Bool, mechanism: EmbeddedBrokerSecurity.Mechanism?) async throws
    {
        var setup = try Setup()
        if isSecured { try setup.secure() }
        if let mechanism { setup.authenticate(mechanism) }
        let told = Mutex<[String]>([])
        try await withClient(
            setup, brokers: 3,
            onEvent: { event in
                switch event.kind {
                case .secured(_, _, let version, _, _): told.withLock { $0.append(version) }
                case .authenticated(_, _, let mechanism, let user):
                    told.withLock { $0.append("\(mechanism) \(user ?? "-")") }
                default: break
                }
            }
        ) { broker, client, _ in
            try await produce(client, 10_000)
            #expect(broker.statistics.recordCount == 10_000 && broker.statistics.failedAuthenticationCount == 0)
        }
        let words = Set(told.withLock { $0 })
        #expect(words == Set((isSecured ? ["TLSv1.3"] : []) + (mechanism.map { ["\($0.rawValue) alice"] } ?? [])))
    }

    @Test func `files that can't be used any more are told of once, and connections go on with those before`()
        async throws
    {
        var setup = try Setup()
        try setup.secure()
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(
            "ca-\(UInt64.random(in: 0 ... .max)).pem"
        ).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        guard case .pem(let authority)? = setup.connection.tls?.authorities else {
            Issue.record("the authority is no text")
            return
        }
        try authority.write(toFile: path, atomically: true, encoding: .utf8)
        setup.connection.tls?.authorities = .pemFile(path)
        let told = Mutex<[String]>([])
        try await withClient(
            setup,
            onEvent: { event in
                if case .unusableFiles(let error) = event.kind { told.withLock { $0.append(error.description) } }
            }
        ) { broker, client, _ in
            try await produce(client, 100)
            #expect(told.withLock { $0 }.isEmpty)
            try "-----BEGIN CERTIFICATE-----\nhalf of one".write(toFile: path, atomically: true, encoding: .utf8)
            for _ in 0..<3 { try await produce(client, 100) }
            #expect(broker.statistics.recordCount == 400)
        }
        #expect(told.withLock { $0 }.count == 1 && told.withLock { $0 }[0].contains(path))
    }

    @Test(arguments: [EmbeddedBrokerSecurity.Mechanism.plain, .scramSHA256, .scramSHA512])
    func `who is not known is told so at once, with his name`(mechanism: EmbeddedBrokerSecurity.Mechanism) async throws
    {
        for (user, password) in [("alice", "wrong"), ("mallory", "alice-secret")] {
            var setup = try Setup()
            setup.authenticate(mechanism)
            setup.connection.sasl = Setup.mechanism(mechanism, user, Secret(password))
            try await withClient(setup) { broker, client, _ in
                let error = await #expect(throws: KafkaClientError.self) { _ = try await client.cluster.describe("t") }
                #expect(error?.code == .authenticationFailed && error?.isRetriable == false)
                #expect(error?.message.contains(user) == true && error?.message.contains(password) == false)
                // Once for the call, and perhaps once more for the keeper of metadata.
                #expect((1...2).contains(broker.statistics.failedAuthenticationCount))
            }
        }
    }

    @Test func `a token that is none, or has expired, is refused with the broker's reason`() async throws {
        for token in [OAuthToken("abc"), OAuthToken("a.b.c"), Setup.token("alice", seconds: -5)] {
            var setup = try Setup()
            setup.authenticate(.oauthBearer)
            // As one whose end the client does not know.
            setup.connection.sasl = .oauthBearer { OAuthToken(token.value) }
            try await withClient(setup) { _, client, _ in
                let error = await #expect(throws: KafkaClientError.self) { _ = try await client.cluster.describe("t") }
                #expect(error?.code == .authenticationFailed)
                #expect(error?.message.contains("invalid_token") == true, "\(error?.message ?? "")")
            }
        }
    }

    @Test func `credentials that don't come are not waited for longer than connecting may take`() async throws {
        var setup = try Setup()
        setup.authenticate(.plain)
        setup.connection.connectTimeout = .milliseconds(200)
        setup.connection.requestTimeout = .milliseconds(300)
        setup.connection.sasl = .plain {
            try await Task.sleep(for: .seconds(3600))
            return PasswordCredentials(user: "u", password: "p")
        }
        try await withClient(setup) { _, client, _ in
            let error = await #expect(throws: KafkaClientError.self) { _ = try await client.cluster.describe("t") }
            #expect(error?.code == .requestTimedOut && error?.message.contains("no credentials") == true)
        }
    }

    @Test func `credentials that can't be had are told with their cause`() async throws {
        struct VaultIsSealed: Error {}
        var setup = try Setup()
        setup.authenticate(.scramSHA256)
        setup.connection.sasl = .scram(.sha256) { throw VaultIsSealed() }
        try await withClient(setup) { _, client, _ in
            let error = await #expect(throws: KafkaClientError.self) { _ = try await client.cluster.describe("t") }
            // It may be open later.
            #expect(error?.code == .credentialsUnavailable && error?.isRetriable == true)
            #expect(error?.underlying is VaultIsSealed)
        }
    }

    @Test func `each of the two may lack what the other wants, and both are told`() async throws {
        func refusal(_ change: (inout Setup) throws -> Void) async throws -> String {
            var setup = try Setup()
            try change(&setup)
            var words = ""
            try await withClient(setup) { _, client, _ in
                let error = await #expect(throws: KafkaClientError.self) { _ = try await client.cluster.describe("t") }
                words = error?.description ?? ""
            }
            return words
        }
        #expect(
            try await refusal {
                try $0.secure()
                $0.connection.tls = nil
            }.contains("TLS"))
        let inTheClear = try await refusal {
            try $0.secure()
            $0.broker.identity = nil
            $0.connection.connectTimeout = .seconds(2)
        }
        #expect(inTheClear.contains("TLS handshake"), "\(inTheClear)")
        #expect(
            try await refusal {
                $0.authenticate(.plain)
                $0.connection.sasl = nil
            }.contains("does its listener want SASL?"))
        #expect(
            try await refusal {
                $0.authenticate(.plain)
                $0.broker.mechanisms = []
            }.contains("does not authenticate clients"))
        #expect(
            try await refusal {
                $0.authenticate(.plain)
                $0.broker.mechanisms = [.scramSHA512]
            }.contains("it offers SCRAM-SHA-512"))
    }

    @Test func `with mutual TLS a client without the right certificate is refused, and told what to do`() async throws {
        var setup = try Setup()
        try setup.secure()
        setup.broker.clientAuthorities = .pem(setup.authority.certificate)
        let foreign = try CertificateAuthority().issue("mallory")
        for identity in [nil, TLSConfiguration.Identity.pem(certificates: foreign.certificate, key: foreign.key)] {
            setup.connection.tls?.identity = identity
            try await withClient(setup) { _, client, _ in
                let error = await #expect(throws: KafkaClientError.self) { _ = try await client.cluster.describe("t") }
                #expect(
                    error?.code == .tlsFailed && error?.message.contains("give this client a certificate") == true,
                    "\(String(describing: error))")
            }
        }
        let own = try setup.authority.issue("alice")
        setup.connection.tls?.identity = .pem(certificates: own.certificate, key: own.key)
        try await withClient(setup) { broker, client, _ in
            try await produce(client, 1000)
            #expect(broker.statistics.recordCount == 1000)
        }
    }

    @Test(arguments: [EmbeddedBrokerSecurity.Mechanism.plain, .scramSHA256, .oauthBearer])
    func `a client that authenticates again and again loses nothing and no connection`(
        mechanism: EmbeddedBrokerSecurity.Mechanism
    ) async throws {
        var setup = try Setup()
        try setup.secure()
        setup.authenticate(mechanism)
        // Renewed some tenths of a second before the end, which may be late where all tests run at once.
        setup.broker.reauthenticationTime = .seconds(6)
        let counts = Mutex((again: 0, lost: 0))
        try await withClient(
            setup,
            onEvent: { event in
                counts.withLock { counts in
                    switch event.kind {
                    case .reauthenticated: counts.again += 1
                    case .disconnected, .connectFailed, .retried: counts.lost += 1
                    default: break
                    }
                }
            }
        ) { broker, client, _ in
            let end = MonotonicInstant.now + .seconds(30)
            let count = try await client.withProducer(.init(strategy: .sharded(lanes: 2))) { producer in
                var count = 0
                while counts.withLock({ $0.again }) < 5, MonotonicInstant.now < end {
                    for _ in 0..<100 { try await producer.append(value: "record", to: "t") }
                    count += 100
                    try await Task.sleep(for: .milliseconds(5))
                }
                try await producer.flush()
                return count
            }
            #expect(broker.statistics.recordCount == count)
        }
        #expect(counts.withLock { $0.again } >= 4 && counts.withLock { $0.lost } == 0)
    }

    @Test func `records for a broker that refuses this client fail after a while, with the reason`() async throws {
        var setup = try Setup()
        setup.authenticate(.plain)
        let password = Mutex<Secret>("alice-secret")
        setup.connection.sasl = .plain { PasswordCredentials(user: "alice", password: password.withLock { $0 }) }
        let failures = Mutex<[KafkaClientError]>([])
        try await withClient(setup) { broker, client, endpoints in
            var configuration = Producer.Configuration(strategy: .sharded(lanes: 1))
            configuration.onDelivery = { delivery in
                if let error = delivery.error { failures.withLock { $0.append(error) } }
            }
            let producer = try client.makeProducer(configuration)
            try await producer.append(value: "before", to: "t")
            try await producer.flush()
            password.withLock { $0 = "changed" }
            try await broker.stopNode(1)
            try await broker.startNode(1)
            let began = MonotonicInstant.now
            try await producer.append(value: "after", to: "t")
            try? await producer.flush()
            let tookMs = MonotonicInstant.now.nanoseconds(since: began) / 1_000_000
            #expect((1500...15_000).contains(tookMs), "\(tookMs) ms")
            #expect(failures.withLock { $0.map(\.code) } == [.authenticationFailed])
            // It is tried on, and works when the password is right again.
            password.withLock { $0 = "alice-secret" }
            try await producer.append(value: "again", to: "t")
            try? await producer.flush()
            #expect(broker.statistics.recordCount == 2)
            await producer.close()
        }
    }

    @Test func `hundreds of connections to a secured broker open at once`() async throws {
        var setup = try Setup()
        try setup.secure()
        var configuration = EmbeddedBrokerConfiguration()
        configuration.security = setup.broker
        let broker = try EmbeddedBroker(configuration)
        let endpoint = try await broker.start()[0]
        let loop = try EventLoop(name: "test")
        let count = 300
        let connection = setup.connection
        let connections = try await Task(executorPreference: loop) {
            nonisolated(unsafe) var connections: [BrokerConnection] = []
            for _ in 0..<count { connections.append(BrokerConnection(to: endpoint, on: loop, connection)) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in connections.indices {
                    nonisolated(unsafe) let connection = connections[index]
                    group.addTask(executorPreference: loop) { try await connection.open() }
                }
                try await group.waitForAll()
            }
            let areReady = connections.allSatisfy { $0.isReady }
            #expect(areReady)
            for connection in connections { connection.close() }
            return connections.count
        }.value
        #expect(connections == count && broker.statistics.acceptedConnectionCount == count)
        await broker.stop()
        await loop.shutDown()
    }
}
