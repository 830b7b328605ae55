import KafkaSecurity
import Testing

@testable import KafkaTransport

/// Secured connections over loopback.
@Suite(.timeLimit(.minutes(1))) struct TLSStreamTests {
    private func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 ^ ($0 >> 11)) } }

    /// Runs `body` with two ends that have shaken hands.
    private func withSecured(
        _ version: TLSConfiguration.Version = .v1_3,
        _ body: (_ loop: EventLoop, _ client: SecuredPeer, _ server: SecuredPeer) async throws -> Void
    ) async throws {
        let certificates = try TestCertificates()
        let contexts = try (certificates.client { $0.versions = version...version }, certificates.server())
        try await withConnection { (loop, client, server) async throws in
            let ends = try await loop.run {
                (
                    try SecuredPeer(client: contexts.0, over: client.stream!),
                    try SecuredPeer(server: contexts.1, over: server.stream!)
                )
            }
            #expect(try await ends.0.told.next() == .secured)
            #expect(try await ends.1.told.next() == .secured)
            try await body(loop, ends.0, ends.1)
            await loop.run {
                ends.0.channel.close()
                ends.1.channel.close()
            }
        }
    }

    @Test(arguments: [TLSConfiguration.Version.v1_2, .v1_3])
    func `ten mebibytes to a slow reader arrive whole, and the write ends when all is taken`(
        version: TLSConfiguration.Version
    ) async throws {
        try await withSecured(version) { (loop, client, server) async throws in
            let sent = bytes(10 << 20)
            await loop.run { client.write(sent) }
            #expect(await loop.run { client.channel.queuedByteCount > 0 })
            await loop.run {
                server.channel.startReading()
                server.channel.stopReading()
                server.channel.startReading()
            }
            try await server.hasRead(sent.count)
            #expect(await loop.run { server.received == sent })
            #expect(try await client.told.next() == .written(nil))
            #expect(await loop.run { client.channel.queuedByteCount == 0 })
        }
    }

    @Test(arguments: [1, 61, 4095, 4096, 16_384, 16_385, 40_000])
    func `buffers of any size arrive in their order`(pieceByteCount: Int) async throws {
        try await withSecured { (loop, client, server) async throws in
            let sent = bytes(max(pieceByteCount * 20, 1000))
            await loop.run {
                server.channel.startReading()
                for begin in stride(from: 0, to: sent.count, by: sent.count / 3 + 1) {
                    client.write(
                        Array(sent[begin..<min(begin + sent.count / 3 + 1, sent.count)]), pieceByteCount: pieceByteCount
                    )
                }
            }
            try await server.hasRead(sent.count)
            #expect(await loop.run { server.received == sent })
        }
    }

    @Test func `both ends may speak at once, and stop reading at any moment`() async throws {
        try await withSecured { (loop, client, server) async throws in
            let sent = bytes(3 << 20)
            await loop.run {
                for end in [client, server] {
                    end.stopsEvery = 7
                    end.channel.startReading()
                    for begin in stride(from: 0, to: sent.count, by: 300_000) {
                        end.write(Array(sent[begin..<min(begin + 300_000, sent.count)]), pieceByteCount: 7777)
                    }
                }
            }
            for end in [client, server] {
                try await end.hasRead(sent.count)
                #expect(await loop.run { end.received == sent })
            }
        }
    }

    @Test func `what arrived while nobody read is there later`() async throws {
        try await withSecured { (loop, client, server) async throws in
            let sent = bytes(2000)
            await loop.run { client.write(sent) }
            #expect(try await client.told.next() == .written(nil))
            for _ in 0..<50 { await loop.nextTurnForTest() }
            await loop.run { server.channel.startReading() }
            try await server.hasRead(sent.count)
            #expect(await loop.run { server.received == sent })
        }
    }

    @Test func `one's own close is silent, and the other end hears an orderly end`() async throws {
        try await withSecured { (loop, client, server) async throws in
            await loop.run {
                client.channel.startReading()
                server.channel.close()
                server.channel.close()
            }
            guard case .ended(let reason) = try await client.told.next() else {
                Issue.record("no end was told")
                return
            }
            #expect(reason.isEndOfStream && reason.tls == nil)
        }
    }

    @Test func `an end of TCP alone is no orderly end`() async throws {
        try await withSecured { (loop, client, server) async throws in
            await loop.run {
                client.channel.startReading()
                server.stream.close()
            }
            guard case .ended(let reason) = try await client.told.next() else {
                Issue.record("no end was told")
                return
            }
            #expect(reason.tls?.kind == .truncated && !reason.isEndOfStream)
            #expect("\(reason)".contains("without TLS's closing word"))
        }
    }

    @Test func `a write to a closed channel ends with an error, and so does one that waits`() async throws {
        try await withSecured { (loop, client, _) async throws in
            await loop.run {
                client.write([UInt8](repeating: 7, count: 32 << 20))
                client.channel.close()
                client.write([1])
            }
            for _ in 0..<2 {
                guard case .written(let error?) = try await client.told.next() else {
                    Issue.record("a write did not fail")
                    return
                }
                #expect(error.name == "ECANCELED")
            }
        }
    }

    @Test func `a handshake that drips byte by byte comes to its end`() async throws {
        let certificates = try TestCertificates()
        let contexts = try (certificates.client(), certificates.server())
        try await withConnection { (loop, client, server) async throws in
            let ends = try await loop.run {
                (try SecuredPeer(client: contexts.0, over: client.stream!), server)
            }
            // The server is an engine whose bytes go out one by one.
            let engine = try TLSEngine(server: contexts.1)
            await loop.run { ends.1.stream!.startReading() }
            nonisolated(unsafe) var used = 0  // on the loop only
            while true {
                _ = try await ends.1.told.next()
                let progress = await loop.run { () -> ([UInt8], Bool) in
                    let input = Array(ends.1.received[used...])
                    used = ends.1.received.count
                    return input.withUnsafeBytes { bytes in
                        engine.give(bytes)
                        let progress = engine.shakeHands()
                        _ = engine.takeUnread()
                        if case .done = progress { return (engine.takeOutput(), true) }
                        return (engine.takeOutput(), false)
                    }
                }
                for byte in progress.0 {
                    await loop.run { ends.1.write([byte]) }
                    await loop.nextTurnForTest()
                }
                if progress.1 { break }
            }
            #expect(try await ends.0.told.next() == .secured)
            await loop.run { ends.0.channel.close() }
        }
    }

    @Test func `a stream that is closed while hands are shaken tells nothing and leaves nothing`() async throws {
        let certificates = try TestCertificates()
        let contexts = try (certificates.client(), certificates.server())
        try await withConnection { (loop, client, server) async throws in
            try await loop.run {
                let end = try SecuredPeer(client: contexts.0, over: client.stream!)
                let other = try SecuredPeer(server: contexts.1, over: server.stream!)
                end.channel.close()
                other.channel.reset()
                #expect(end.channel.queuedByteCount == 0)
            }
            for _ in 0..<50 { await loop.nextTurnForTest() }
        }
    }

    @Test func `handshakes don't hold up a loop that serves others`() async throws {
        let certificates = try TestCertificates()
        let contexts = try (certificates.client(), certificates.server())
        try await withLoop { (loop) async throws in
            var peers: [(Peer, SecuredPeer, SecuredPeer)] = []
            for _ in 0..<100 {
                let client = try await connectedPeer(on: loop)
                let server = try await client.acceptor!.accepted.next()
                peers.append(
                    try await loop.run {
                        (
                            client, try SecuredPeer(client: contexts.0, over: client.stream!),
                            try SecuredPeer(server: contexts.1, over: server.stream!)
                        )
                    })
            }
            // A turn of the loop is short, though the handshakes of all take a processor long.
            var longestNs: Int64 = 0
            var isOver = false
            let all = peers
            while !isOver {
                let began = MonotonicInstant.now
                await loop.nextTurnForTest()
                longestNs = max(longestNs, MonotonicInstant.now.nanoseconds(since: began))
                isOver = await loop.run { all.allSatisfy { $0.1.isSecured && $0.2.isSecured } }
            }
            print("100 handshakes: the longest turn took \(longestNs / 1000) us")
            await loop.run {
                for peer in all {
                    peer.1.channel.close()
                    peer.2.channel.close()
                    peer.0.acceptor?.close()
                }
            }
        }
    }
}

extension EventLoop {
    /// Lets the loop look at the network once.
    func nextTurnForTest() async {
        await Task(executorPreference: self) { await self.nextTurn() }.value
    }
}

/// An end of a secured connection that keeps what it reads.
final class SecuredPeer: ByteChannelHandler, @unchecked Sendable {
    // Unchecked: touched on its loop only.
    enum Event: Equatable, Sendable {
        case secured
        case notSecured(TransportError)
        case read(Int)
        case ended(TransportError)
        case written(TransportError?)
    }

    let told = Told<Event>()
    let channel: TLSStream
    let stream: TCPStream
    var received: [UInt8] = []
    var isSecured = false
    /// Reading stops for a turn at each so manieth read; zero for never.
    var stopsEvery = 0
    private var readCount = 0
    private let space = UnsafeMutableRawBufferPointer.allocate(byteCount: 50_000, alignment: 64)

    init(client context: TLSContext, over stream: TCPStream) throws {
        self.stream = stream
        channel = try TLSStream(client: context, host: "127.0.0.1", port: 1, over: stream)
        begin()
    }

    init(server context: TLSContext, over stream: TCPStream) throws {
        self.stream = stream
        channel = try TLSStream(server: context, over: stream)
        begin()
    }

    deinit { space.deallocate() }

    private func begin() {
        channel.shakeHands { [weak self] result in
            guard let self else { return }
            switch result {
            case .success:
                isSecured = true
                channel.handler = self
                told.tell(.secured)
            case .failure(let error): told.tell(.notSecured(error))
            }
        }
    }

    func channelNeedsSpace() -> UnsafeMutableRawBufferPointer { space }

    func channelDidRead(_ count: Int) {
        received.append(contentsOf: space[..<count])
        told.tell(.read(received.count))
        readCount += 1
        if stopsEvery > 0, readCount % stopsEvery == 0 {
            channel.stopReading()
            channel.loop.atEndOfTurn { [self] in channel.startReading() }
        }
    }

    func channelDidEnd(_ reason: TransportError) { told.tell(.ended(reason)) }

    func write(_ bytes: [UInt8], pieceByteCount: Int = .max) {
        channel.write(bytes, pieceByteCount: pieceByteCount) { [told] in told.tell(.written($0)) }
    }

    /// Waits until so many bytes have been read.
    func hasRead(_ byteCount: Int) async throws {
        while await channel.loop.run({ self.received.count < byteCount }) {
            let event = try await told.next()
            if case .ended(let reason) = event {
                Issue.record("it ended: \(reason)")
                return
            }
        }
    }
}
