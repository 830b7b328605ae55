import Testing

@testable import KafkaTransport

/// Runs a test's code on the thread of a loop.
actor LoopGuest {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(_ loop: EventLoop) { self.loop = loop }

    func run<R: Sendable>(_ work: @Sendable () throws -> R) rethrows -> R { try work() }
}

extension EventLoop {
    func run<R: Sendable>(_ work: @Sendable () -> R) async -> R { await LoopGuest(self).run(work) }
    func run<R: Sendable>(_ work: @Sendable () throws -> R) async throws -> R { try await LoopGuest(self).run(work) }
}

/// A loop that is shut down whatever the test does.
func withLoop(_ body: (EventLoop) async throws -> Void) async throws {
    let loop = try EventLoop(name: "test")
    do {
        try await body(loop)
    } catch {
        await loop.shutDown()
        throw error
    }
    await loop.shutDown()
}

/// What callbacks tell, awaited in order.
final class Told<Event: Sendable>: Sendable {
    private let stream: AsyncStream<Event>
    private let continuation: AsyncStream<Event>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func tell(_ event: Event) { continuation.yield(event) }

    /// Waits for the next one; the test's time limit is the bound.
    func next() async throws -> Event {
        var iterator = stream.makeAsyncIterator()
        return try #require(await iterator.next())
    }
}

/// A stream's owner that keeps what it reads.
final class Peer: ByteChannelHandler, @unchecked Sendable {
    // Unchecked: touched on its loop only.
    enum Event: Equatable, Sendable {
        case connected
        case notConnected(TransportError)
        case read(Int)
        case ended(TransportError)
        case written(TransportError?)
    }

    let told = Told<Event>()
    var stream: TCPStream?
    /// Who accepts this connection, when it lives as long as this end: what a listener has not accepted is reset with it.
    var acceptor: Acceptor?
    var received: [UInt8] = []
    private let space = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 64)

    deinit { space.deallocate() }

    func take(_ stream: TCPStream) {
        self.stream = stream
        stream.handler = self
    }

    func connect(to port: UInt16, on loop: EventLoop) throws {
        let address = try SocketAddress(numeric: "127.0.0.1", port: port)
        take(
            TCPStream.connect(to: address, on: loop) { [told] result in
                switch result {
                case .success: told.tell(.connected)
                case .failure(let error): told.tell(.notConnected(error))
                }
            })
    }

    func channelNeedsSpace() -> UnsafeMutableRawBufferPointer { space }

    func channelDidRead(_ count: Int) {
        received.append(contentsOf: space[..<count])
        told.tell(.read(received.count))
    }

    func channelDidEnd(_ reason: TransportError) { told.tell(.ended(reason)) }

    /// Writes the bytes as buffers of `pieceByteCount`.
    func write(_ bytes: [UInt8], pieceByteCount: Int = .max) {
        stream!.write(bytes, pieceByteCount: pieceByteCount) { [told] in told.tell(.written($0)) }
    }

    /// Waits until so many bytes have been read; gives what else was told before.
    func hasRead(_ byteCount: Int) async throws -> [Event] {
        var others: [Event] = []
        while true {
            let event = try await told.next()
            if case .read(let count) = event {
                if count >= byteCount { return others }
            } else {
                others.append(event)
            }
        }
    }
}

extension ByteChannel {
    /// Writes bytes as buffers of `pieceByteCount`.
    func write(_ bytes: [UInt8], pieceByteCount: Int, completion: @escaping (TransportError?) -> Void) {
        let memory = OwnedBytes(bytes)
        var buffers: [UnsafeRawBufferPointer] = []
        var offset = 0
        while offset < bytes.count {
            let count = min(pieceByteCount, bytes.count - offset)
            buffers.append(UnsafeRawBufferPointer(rebasing: memory.bytes[offset..<offset + count]))
            offset += count
        }
        buffers.withUnsafeBufferPointer { write($0, keeping: memory, completion: completion) }
    }
}

/// Bytes that stay where they are while a write needs them.
final class OwnedBytes {
    let bytes: UnsafeMutableRawBufferPointer

    init(_ source: [UInt8]) {
        bytes = .allocate(byteCount: source.count, alignment: 16)
        bytes.copyBytes(from: source)
    }

    deinit { bytes.deallocate() }
}

/// A listener and what it has accepted.
final class Acceptor: @unchecked Sendable {
    // Unchecked: touched on its loop only.
    let accepted = Told<Peer>()
    private(set) var listener: TCPListener?

    func listen(on loop: EventLoop) throws -> UInt16 {
        let address = try SocketAddress(numeric: "127.0.0.1", port: 0)
        listener = try TCPListener(on: loop, address: address) { [accepted] stream in
            let peer = Peer()
            peer.take(stream)
            accepted.tell(peer)
        }
        return listener!.port
    }

    func close() { listener?.close() }
}

/// A client that has connected over loopback, and who accepts it.
func connectedPeer(on loop: EventLoop) async throws -> Peer {
    let client = Peer()
    try await loop.run {
        let acceptor = Acceptor()
        let port = try acceptor.listen(on: loop)
        client.acceptor = acceptor
        try client.connect(to: port, on: loop)
    }
    #expect(try await client.told.next() == .connected)
    return client
}

/// Two ends of one connection over loopback.
func withConnection(_ body: (_ loop: EventLoop, _ client: Peer, _ server: Peer) async throws -> Void) async throws {
    try await withLoop { (loop) async throws in
        let client = try await connectedPeer(on: loop)
        let server = try await client.acceptor!.accepted.next()
        try await body(loop, client, server)
        await loop.run {
            client.stream?.close()
            server.stream?.close()
            client.acceptor?.close()
        }
    }
}
