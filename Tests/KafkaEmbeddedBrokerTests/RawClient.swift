import KafkaProtocol
import KafkaTransport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A client that does nothing of its own: a blocking socket with a time limit, and KafkaProtocol's encoders around it.
final class RawClient {
    enum Failure: Error, Equatable {
        case cannotConnect
        /// The broker closed the connection.
        case closed
        case timedOut
    }

    private var descriptor: Int32
    private var correlationID: Int32 = 0

    init(_ endpoint: Endpoint, timeoutMs: Int = 5000) throws {
        descriptor = socket(AF_INET, socketStream, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = endpoint.port.bigEndian
        inet_pton(AF_INET, endpoint.host, &address.sin_addr)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            close()
            throw Failure.cannotConnect
        }
        setTimeout(timeoutMs)
    }

    /// Whether the address is free, so that the system could give it to anybody.
    static func canBind(_ endpoint: Endpoint) throws -> Bool {
        let descriptor = socket(AF_INET, socketStream, 0)
        defer { _ = closeDescriptor(descriptor) }
        return try SocketAddress(numeric: endpoint.host, port: endpoint.port).withSockaddr {
            bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }

    deinit { close() }

    func close() {
        if descriptor >= 0 { _ = closeDescriptor(descriptor) }
        descriptor = -1
    }

    func setTimeout(_ timeoutMs: Int) {
        var limit = timeval(tv_sec: timeoutMs / 1000, tv_usec: .init(timeoutMs % 1000 * 1000))
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    }

    // MARK: Bytes

    func write(_ bytes: some Collection<UInt8>) throws {
        let bytes = Array(bytes)
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                sendBytes(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw errno == EAGAIN ? Failure.timedOut : Failure.closed }
            sent += count
        }
    }

    func read(_ count: Int) throws -> [UInt8] {
        var result = [UInt8](repeating: 0, count: count)
        var received = 0
        while received < count {
            let got = result.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress! + received, count - received, 0)
            }
            if got == 0 { throw Failure.closed }
            guard got > 0 else { throw errno == EAGAIN ? Failure.timedOut : Failure.closed }
            received += got
        }
        return result
    }

    /// Says that nothing more will be written, and reads until the broker closes the connection.
    func finishAndReadAll() throws -> [UInt8] {
        shutdown(descriptor, Int32(SHUT_WR))
        var received: [UInt8] = []
        do {
            while true { received += try read(1) }
        } catch Failure.closed {
            return received
        }
    }

    /// Whether the broker closes the connection, before the time limit, without sending anything.
    func isClosedByBroker() -> Bool {
        do {
            _ = try read(1)
            return false
        } catch {
            return error as? Failure == .closed
        }
    }

    // MARK: Messages

    /// A request's frame, with its size; records as `.bytes`.
    static func frame<Request: KafkaRequest>(
        _ request: Request, version: Int16, correlationID: Int32 = 1, clientID: String? = "test"
    ) throws -> [UInt8] {
        var writer = WireWriter()
        try RequestFrame.encode(
            request, version: version, correlationID: correlationID, clientID: clientID, into: &writer)
        return writer.withUnsafeBytes { [UInt8]($0) }
    }

    func send<Request: KafkaRequest>(_ request: Request, version: Int16) throws {
        correlationID += 1
        try write(Self.frame(request, version: version, correlationID: correlationID))
    }

    /// The next frame, without its size.
    func receiveFrame() throws -> [UInt8] {
        let size = try read(4).reduce(0) { $0 << 8 | Int($1) }
        return try read(size)
    }

    func receive<Response: KafkaResponse>(_ type: Response.Type, version: Int16) throws -> Response {
        try Self.decode(type, version: version, try receiveFrame()).response
    }

    static func decode<Response: KafkaResponse>(
        _ type: Response.Type, version: Int16, _ frame: [UInt8]
    ) throws -> (correlationID: Int32, response: Response) {
        try frame.withUnsafeBytes { bytes in
            var reader = WireReader(bytes)
            return try ResponseFrame.decode(type, version: version, from: &reader)
        }
    }

    func call<Request: KafkaRequest>(_ request: Request, version: Int16? = nil) throws -> Request.Response {
        let version = version ?? Request.versions.upperBound
        try send(request, version: version)
        return try receive(Request.Response.self, version: version)
    }
}

#if canImport(Glibc)
    private let socketStream = Int32(SOCK_STREAM.rawValue)
    private func closeDescriptor(_ descriptor: Int32) -> Int32 { Glibc.close(descriptor) }
#else
    private let socketStream = SOCK_STREAM
    private func closeDescriptor(_ descriptor: Int32) -> Int32 { Darwin.close(descriptor) }
#endif

/// The system's `send`, which a method of the client hides.
private func sendBytes(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int, _ flags: Int32) -> Int {
    send(descriptor, bytes, count, flags)
}
