import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import Testing

@testable import KafkaClient

/// What a client says of servers that are none, each in bounded time.
@Suite(.serialized, .timeLimit(.minutes(1))) struct ConnectionFailureTests {
    /// Asks for metadata once, and gives the error and how long it took.
    private func ask(
        _ endpoint: Endpoint, connectTimeout: Duration = .seconds(5), requestTimeout: Duration = .seconds(5),
        responseByteCountMax: Int = 1 << 20
    ) async throws -> KafkaClientError {
        let loop = try EventLoop(name: "ask")
        let connection = ConnectionConfiguration(
            connectTimeout: connectTimeout, requestTimeout: requestTimeout, responseByteCountMax: responseByteCountMax)
        let cluster = try Cluster(bootstrap: [endpoint], on: loop, .fast(connection, attempts: 1))
        let begin = MonotonicInstant.now
        let error = try await clientError { _ = try await cluster.refresh([]) }
        #expect(MonotonicInstant.now - begin < .seconds(9))
        #expect(error.message.contains(endpoint.description), "the message names no broker: \(error)")
        await cluster.close()
        await loop.shutDown()
        return error
    }

    private func askFake(
        requestTimeout: Duration = .seconds(5), responseByteCountMax: Int = 1 << 20,
        onConnect: @escaping @Sendable (FakePeer) -> Void = { _ in },
        onFrame: @escaping @Sendable (FakePeer, [UInt8]) -> Void
    ) async throws -> KafkaClientError {
        let server = try await FakeServer(onConnect: onConnect, onFrame: onFrame)
        let error = try await ask(
            server.endpoint, requestTimeout: requestTimeout, responseByteCountMax: responseByteCountMax)
        await server.stop()
        return error
    }

    @Test func `a port where nobody listens`() async throws {
        let error = try await ask(.deserted)
        #expect(error.code == .connectionFailed)
        #expect(error.description.contains("ECONNREFUSED") && error.description.contains("is it running"))
    }

    @Test func `a host that does not exist`() async throws {
        let error = try await ask(Endpoint(host: "no-such-host.invalid", port: 9092))
        #expect(error.code == .connectionFailed || error.code == .requestTimedOut)
        #expect(error.description.contains("check the host"))
    }

    @Test func `a server that says nothing`() async throws {
        let server = try await FakeServer { _, _ in }
        let begin = MonotonicInstant.now
        let error = try await ask(server.endpoint, connectTimeout: .milliseconds(300))
        #expect(MonotonicInstant.now - begin < .seconds(3))
        #expect(error.code == .requestTimedOut)
        #expect(error.message.contains("is it a Kafka broker"))
        await server.stop()
    }

    @Test func `a server that closes during the handshake`() async throws {
        let error = try await askFake { peer, _ in peer.close() }
        #expect(error.code == .connectionFailed)
        #expect(error.message.contains("TLS"))
    }

    @Test(arguments: [
        ("HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP"), ("SSH-2.0-OpenSSH_9.6\r\n", "frame length"),
        ("\u{15}\u{3}\u{3}\u{0}\u{2}\u{2}\u{50}", "TLS"), ("\u{0}\u{0}\u{0}\u{9}something", "handshake"),
        ("\u{0}\u{0}\u{0}\u{2}ab", "handshake"), ("\u{0}\u{0}\u{0}\u{0}", "handshake"),
    ])
    func `a server that speaks something else`(text: String, guess: String) async throws {
        let error = try await askFake { peer, _ in peer.send(Array(text.utf8)) }
        #expect(error.code == .protocolViolation)
        #expect(error.message.contains(guess) && error.message.contains("Check"))
    }

    @Test(arguments: [Int32.max, -1, .min, 1 << 20 + 1])
    func `a length that is none`(length: Int32) async throws {
        let error = try await askFake { peer, _ in peer.send(withUnsafeBytes(of: length.bigEndian) { Array($0) }) }
        #expect(error.code == .protocolViolation)
        #expect(error.message.contains("frame length"))
    }

    @Test func `an answer to another question`() async throws {
        let error = try await askFake { peer, frame in
            let header = AskedHeader(frame)
            peer.sendFrame(encodeAnswer(versionsAnswer(), version: 3, correlationID: header.correlationID + 1))
        }
        #expect(error.code == .protocolViolation)
        #expect(error.message.contains("no answer to the handshake"))
    }

    @Test func `a frame without a request`() async throws {
        let error = try await askFake(onConnect: { peer in
            peer.sendFrame(encodeAnswer(versionsAnswer(), version: 3, correlationID: 99))
        }) { _, _ in }
        #expect(error.code == .protocolViolation)
        #expect(error.message.contains("no answer to the handshake"))
    }

    @Test func `an answer twice`() async throws {
        let error = try await askFake { peer, frame in
            let header = AskedHeader(frame)
            let answer = encodeAnswer(versionsAnswer(), version: header.version, correlationID: header.correlationID)
            peer.send(framed(answer) + framed(answer))
        }
        #expect(error.code == .protocolViolation)
        #expect(error.message.contains("not asked"))
    }

    @Test func `a frame that is longer than allowed`() async throws {
        let error = try await askFake(responseByteCountMax: 4096) { peer, frame in
            if peer.frameCount == 1 {
                let header = AskedHeader(frame)
                peer.sendFrame(
                    encodeAnswer(versionsAnswer(), version: header.version, correlationID: header.correlationID))
            } else {
                peer.sendFrame([UInt8](repeating: 0, count: 5000))
            }
        }
        #expect(error.code == .protocolViolation)
        #expect(error.message.contains("responseByteCountMax allows"))
    }

    @Test func `a handshake that is refused`() async throws {
        let error = try await askFake { peer, frame in
            let header = AskedHeader(frame)
            var answer = versionsAnswer()
            answer.errorCode = .unknownServerError
            peer.sendFrame(encodeAnswer(answer, version: header.version, correlationID: header.correlationID))
        }
        #expect(error.code == .brokerError)
        #expect(error.brokerError == .unknownServerError)
    }

    @Test func `a broker that knows no version in the handshake`() async throws {
        let error = try await askFake { peer, frame in
            var answer = ApiVersionsResponse()
            answer.errorCode = .unsupportedVersion
            answer.apiKeys = [.init()]
            answer.apiKeys[0].apiKey = 18
            answer.apiKeys[0].minVersion = -5
            answer.apiKeys[0].maxVersion = -3
            peer.sendFrame(encodeAnswer(answer, version: 0, correlationID: AskedHeader(frame).correlationID))
        }
        #expect(error.code == .unsupportedVersion)
        #expect(error.message.contains("ApiVersions"))
    }

    @Test func `a broker without a common version`() async throws {
        let error = try await askFake { peer, frame in
            let header = AskedHeader(frame)
            var answer = versionsAnswer()
            answer.apiKeys = [.init(.apiVersions, 0...4), .init(.metadata, 90...99)]
            peer.sendFrame(encodeAnswer(answer, version: header.version, correlationID: header.correlationID))
        }
        #expect(error.code == .unsupportedVersion)
        #expect(error.message.contains("90 to 99") && error.message.contains("Metadata"))
    }

    @Test func `a broker that answers the handshake and nothing more`() async throws {
        let error = try await askFake(requestTimeout: .milliseconds(300)) { peer, frame in
            let header = AskedHeader(frame)
            if header.key == .apiVersions {
                peer.sendFrame(
                    encodeAnswer(versionsAnswer(), version: header.version, correlationID: header.correlationID))
            }
        }
        #expect(error.code == .requestTimedOut)
        #expect(error.message.contains("Metadata"))
    }
}

extension Endpoint {
    /// Where nobody listens: no port that the system gives to somebody who asks for any.
    static let deserted = Endpoint(host: "127.0.0.1", port: 1)
}

/// An answer to the handshake that offers everything.
func versionsAnswer() -> ApiVersionsResponse {
    var answer = ApiVersionsResponse()
    answer.apiKeys = [
        .init(.apiVersions, 0...4), .init(.metadata, 1...13), .init(.produce, 3...13), .init(.fetch, 4...17),
        .init(.initProducerId, 0...5),
    ]
    return answer
}

/// A connection on a loop.
actor ConnectionHost {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private var connection: BrokerConnection?
    private(set) var idleCount = 0
    private(set) var lossCount = 0

    init(_ loop: EventLoop) { self.loop = loop }

    func open(
        _ endpoint: Endpoint, _ addresses: [SocketAddress], connectTimeout: Duration = .seconds(2),
        idleTimeout: Duration = .seconds(60), firstAddress: Int = 0
    ) async throws {
        let connection = BrokerConnection(
            to: endpoint, on: loop, ConnectionConfiguration(connectTimeout: connectTimeout, idleTimeout: idleTimeout),
            firstAddress: firstAddress
        ) { _, _, completion in completion(.success(addresses)) }
        self.connection = connection
        connection.onIdle = { [weak self] in self?.assumeIsolated { $0.idleCount += 1 } }
        connection.onLost = { [weak self] _ in self?.assumeIsolated { $0.lossCount += 1 } }
        try await connection.open()
    }

    var isClosed: Bool { connection?.isClosed ?? true }

    /// Asks for metadata.
    func ask() async throws { _ = try await connection?.exchange { _ in MetadataRequest(topicNames: []) } }

    func close() { connection?.close() }
}
