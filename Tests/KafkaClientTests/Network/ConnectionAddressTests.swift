import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaClient

/// Names of brokers that have several addresses, of which some are of no use.
@Suite(.serialized, .timeLimit(.minutes(1))) struct ConnectionAddressTests {
    private let refusing: SocketAddress

    init() throws { refusing = try SocketAddress(numeric: "127.0.0.1", port: 1) }

    /// Opens a connection to the addresses, and gives how long it took.
    private func open(
        _ addresses: [SocketAddress], connectTimeout: Duration = .seconds(4), firstAddress: Int = 0
    ) async throws -> Duration {
        let loop = try EventLoop(name: "addresses")
        let host = ConnectionHost(loop)
        let begin = MonotonicInstant.now
        var failure: (any Error)?
        do {
            try await host.open(
                Endpoint(host: "broker", port: 9092), addresses, connectTimeout: connectTimeout,
                firstAddress: firstAddress)
        } catch { failure = error }
        let took = MonotonicInstant.now - begin
        await host.close()
        await loop.shutDown()
        if let failure { throw failure }
        return took
    }

    @Test func `an address that swallows packets leaves time for the next one`() async throws {
        let silent = try FullAcceptQueue()
        let server = try await FakeServer.shakingHands()
        let took = try await open([
            try SocketAddress(numeric: "127.0.0.1", port: silent.port), try server.address,
        ])
        #expect(took >= .seconds(2))
        await server.stop()
    }

    @Test func `who begins with the second address does not wait for the first one`() async throws {
        let silent = try FullAcceptQueue()
        let server = try await FakeServer.shakingHands()
        let addresses = [try SocketAddress(numeric: "127.0.0.1", port: silent.port), try server.address]
        #expect(try await open(addresses, connectTimeout: .seconds(40), firstAddress: 3) < .seconds(20))
        await server.stop()
    }

    @Test func `when no address is of use, the error says of each why`() async throws {
        let silent = try FullAcceptQueue()
        let address = try SocketAddress(numeric: "127.0.0.1", port: silent.port)
        let error = try await clientError {
            _ = try await open([address, refusing, address], connectTimeout: .seconds(1))
        }
        try #require(error.causes.count == 3)
        #expect("\(error.causes[0])".hasPrefix("cannot connect to \(address) within 1000 ms"))
        #expect("\(error.causes[1])".hasPrefix("cannot connect to 127.0.0.1:1: "))
        #expect("\(error.causes[1])".contains("ECONNREFUSED"))
        #expect(error.isRetriable)
    }

    @Test func `addresses that the system refuses at once are passed over`() async throws {
        let server = try await FakeServer.shakingHands()
        // Of TCP, a broadcast address is refused before the call returns.
        _ = try await open([try SocketAddress(numeric: "255.255.255.255", port: 9), try server.address])
        await server.stop()
    }

    @Test func `addresses of both families are tried`() async throws {
        let server = try await FakeServer.shakingHands()
        _ = try await open([try SocketAddress(numeric: "::1", port: 1), refusing, try server.address])
        await server.stop()
    }

    @Test func `a hundred addresses of which the last one answers`() async throws {
        let server = try await FakeServer.shakingHands()
        _ = try await open([SocketAddress](repeating: refusing, count: 99) + [try server.address])
        await server.stop()
    }

    @Test func `a name without an address is told of at once`() async throws {
        let error = try await clientError { _ = try await open([]) }
        #expect(
            error.code == .connectionFailed && error.message == "cannot find broker broker:9092; check the host's name")
    }
}

extension FakeServer {
    /// One that answers every request as if it were a handshake.
    static func shakingHands() async throws -> FakeServer {
        try await FakeServer { peer, frame in
            let header = AskedHeader(frame)
            peer.sendFrame(encodeAnswer(versionsAnswer(), version: header.version, correlationID: header.correlationID))
        }
    }

    var address: SocketAddress {
        get throws { try SocketAddress(numeric: endpoint.host, port: endpoint.port) }
    }
}
