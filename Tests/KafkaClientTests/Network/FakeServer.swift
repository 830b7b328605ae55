import KafkaProtocol
import KafkaTransport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A server that does what its script says with the bytes it is sent.
final class FakeServer: Sendable {
    let loop: EventLoop
    let endpoint: Endpoint
    private let parts: Parts

    /// Touched on the loop.
    private final class Parts: @unchecked Sendable {
        var listener: TCPListener?
        var peers: [FakePeer] = []
    }

    /// - Parameters:
    ///   - onConnect: when a client has come.
    ///   - onFrame: for each frame, without its length.
    init(
        onConnect: @escaping @Sendable (FakePeer) -> Void = { _ in },
        onFrame: @escaping @Sendable (FakePeer, [UInt8]) -> Void
    ) async throws {
        signal(SIGPIPE, SIG_IGN)
        let loop = try EventLoop(name: "fake")
        let parts = Parts()
        let port = try await Task(executorPreference: loop) {
            let listener = try TCPListener(on: loop, address: SocketAddress(numeric: "127.0.0.1", port: 0)) { stream in
                let peer = FakePeer(stream, onFrame)
                parts.peers.append(peer)
                onConnect(peer)
                peer.start()
            }
            parts.listener = listener
            return listener.port
        }.value
        self.loop = loop
        self.parts = parts
        endpoint = Endpoint(host: "127.0.0.1", port: port)
    }

    func stop() async {
        await Task(executorPreference: loop) { [parts] in
            parts.listener?.close()
            for peer in parts.peers { peer.close() }
            parts.peers = []
        }.value
        await loop.shutDown()
    }
}

/// A client of a fake server, or what a fake server is itself connected to. Touched on its loop.
final class FakePeer: ByteChannelHandler, @unchecked Sendable {
    let stream: TCPStream
    private let onFrame: (FakePeer, [UInt8]) -> Void
    private var accumulator = FrameAccumulator(capacity: 1 << 16, frameBytesMax: 1 << 28)
    /// Of use to the script.
    var frameCount = 0
    var upstream: FakePeer?
    var holder: PeerHolder?
    var asked: [(key: ApiKey, version: Int16)] = []
    var onEnd: (() -> Void)?

    init(_ stream: TCPStream, _ onFrame: @escaping (FakePeer, [UInt8]) -> Void) {
        self.stream = stream
        self.onFrame = onFrame
    }

    func start() {
        stream.handler = self
        stream.startReading()
    }

    func channelNeedsSpace() -> UnsafeMutableRawBufferPointer { accumulator.freeSpace() }

    func channelDidRead(_ count: Int) {
        accumulator.didReceive(count)
        while case .frame(let frame) = accumulator.takeFrame() {
            frameCount += 1
            onFrame(self, [UInt8](frame))
        }
    }

    func channelDidEnd(_ reason: TransportError) {
        upstream?.close()
        onEnd?()
    }

    func close() {
        stream.close()
        upstream?.close()
    }

    private final class Bytes {
        let memory: UnsafeMutableRawBufferPointer
        init(_ bytes: [UInt8]) {
            memory = .allocate(byteCount: max(1, bytes.count), alignment: 1)
            memory.copyBytes(from: bytes)
        }
        deinit { memory.deallocate() }
    }

    func send(_ bytes: [UInt8]) {
        let owned = Bytes(bytes)
        withUnsafePointer(to: UnsafeRawBufferPointer(rebasing: owned.memory.prefix(bytes.count))) {
            stream.write(UnsafeBufferPointer(start: $0, count: 1), keeping: owned)
        }
    }

    /// Sends a frame's content with its length in front.
    func sendFrame(_ content: [UInt8]) { send(framed(content)) }
}

func framed(_ content: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: Int32(content.count).bigEndian) { Array($0) } + content
}

/// The header of a request.
struct AskedHeader {
    var key: ApiKey
    var version: Int16
    var correlationID: Int32

    init(_ frame: [UInt8]) {
        func int16(_ at: Int) -> Int16 { Int16(bitPattern: UInt16(frame[at]) << 8 | UInt16(frame[at + 1])) }
        key = ApiKey(rawValue: int16(0))
        version = int16(2)
        correlationID = frame[4..<8].reduce(0) { $0 << 8 | Int32($1) }
    }
}

/// The content of a response's frame.
func encodeAnswer<R: KafkaResponse>(_ response: R, version: Int16, correlationID: Int32) -> [UInt8] {
    var writer = WireWriter()
    do {
        try ResponseFrame.encode(response, version: version, correlationID: correlationID, into: &writer)
    } catch {
        fatalError("\(error)")
    }
    return writer.withUnsafeBytes { Array($0.dropFirst(4)) }
}

func decodeAnswer<R: KafkaResponse>(_ type: R.Type, version: Int16, _ frame: [UInt8]) throws -> R {
    try frame.withUnsafeBytes { bytes in
        var reader = WireReader(bytes)
        return try ResponseFrame.decode(type, version: version, from: &reader).response
    }
}

extension FakePeer {
    /// Answers what every client asks at first: which versions there are, and for a producer id.
    ///
    /// - Returns: whether it was such a question.
    func answerBeginning(_ header: AskedHeader) -> Bool {
        switch header.key {
        case .apiVersions:
            sendFrame(encodeAnswer(versionsAnswer(), version: header.version, correlationID: header.correlationID))
        case .initProducerId:
            var answer = InitProducerIDResponse()
            answer.producerID = 1
            sendFrame(encodeAnswer(answer, version: header.version, correlationID: header.correlationID))
        default: return false
        }
        return true
    }
}

/// A server that knows of a topic "t" with one partition, as `describe` says, and of a broker 1 that nobody reaches.
func makeMetadataServer(
    _ describe: @escaping @Sendable (FakePeer) -> MetadataResponse.Partition
) async throws -> FakeServer {
    try await FakeServer { peer, frame in
        let header = AskedHeader(frame)
        if peer.answerBeginning(header) { return }
        var topic = MetadataResponse.Topic()
        topic.name = "t"
        topic.partitions = [describe(peer)]
        var answer = MetadataResponse()
        answer.brokers = [.init(nodeID: 1, host: "127.0.0.1", port: 1)]
        answer.topics = [topic]
        peer.sendFrame(encodeAnswer(answer, version: header.version, correlationID: header.correlationID))
    }
}

/// Stands between a client and a real (embedded) broker and may change what is answered. Brokers are told to be here.
func makeProxy(
    to broker: Endpoint, versions: [ApiKey: ClosedRange<Int16>] = [:],
    answer: @escaping @Sendable (FakePeer, ApiKey, _ frame: [UInt8]) -> Void = { client, _, frame in
        client.sendFrame(frame)
    }
) async throws -> FakeServer {
    let ownPort = PortBox()
    let server = try await FakeServer { client in
        let loop = client.stream.loop
        guard let address = try? SocketAddress(numeric: broker.host, port: broker.port) else { return }
        let holder = PeerHolder()
        let stream = TCPStream.connect(to: address, on: loop) { result in
            guard case .success = result, let upstream = holder.peer else { return client.close() }
            upstream.start()
            for frame in holder.waiting { upstream.sendFrame(frame) }
            holder.isOpen = true
        }
        let upstream = FakePeer(stream) { [unowned client] _, frame in
            let (key, version) = client.asked.removeFirst()
            answer(client, key, rewritten(frame, key, version, versions, port: ownPort.port))
        }
        upstream.onEnd = { [weak client] in client?.close() }
        holder.peer = upstream
        client.upstream = upstream
        client.holder = holder
    } onFrame: { client, frame in
        let header = AskedHeader(frame)
        client.asked.append((header.key, header.version))
        if client.holder?.isOpen == true {
            client.upstream?.sendFrame(frame)
        } else {
            client.holder?.waiting.append(frame)
        }
    }
    ownPort.port = server.endpoint.port
    return server
}

final class PeerHolder {
    var peer: FakePeer?
    var waiting: [[UInt8]] = []
    var isOpen = false
}

/// Set before the first client comes.
private final class PortBox: @unchecked Sendable { var port: UInt16 = 0 }

/// What the client is told of versions and ports.
private func rewritten(
    _ frame: [UInt8], _ key: ApiKey, _ version: Int16, _ versions: [ApiKey: ClosedRange<Int16>], port: UInt16
) -> [UInt8] {
    let correlationID = frame[..<4].reduce(0) { $0 << 8 | Int32($1) }
    if key == .apiVersions, !versions.isEmpty,
        var response = try? decodeAnswer(ApiVersionsResponse.self, version: version, frame)
    {
        response.apiKeys = versions.map { .init($0, $1) }
        return encodeAnswer(response, version: version, correlationID: correlationID)
    }
    if key == .metadata, var response = try? decodeAnswer(MetadataResponse.self, version: version, frame) {
        for index in response.brokers.indices { response.brokers[index].port = Int32(port) }
        return encodeAnswer(response, version: version, correlationID: correlationID)
    }
    return frame
}
