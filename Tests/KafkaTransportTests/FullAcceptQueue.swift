@testable import KafkaTransport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A listening socket that nobody accepts from: once its short queue is full, connections to it stay on their way.
final class FullAcceptQueue: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        #if canImport(Glibc)
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        try TransportError.check(descriptor < 0 ? -errno : 0, "cannot make a socket")
        let address = try SocketAddress(numeric: "127.0.0.1", port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var storage = sockaddr_storage()
        let socket = descriptor
        var status = address.withSockaddr { bind(socket, $0, length) }
        if status == 0 { status = listen(socket, 0) }
        port = withUnsafeMutablePointer(to: &storage) { pointer in
            let raw = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self)
            if status == 0 { status = getsockname(socket, raw, &length) }
            return status == 0 ? SocketAddress.port(of: raw) : 0
        }
        try TransportError.check(status < 0 ? -errno : 0, "cannot listen")
    }

    deinit { close(descriptor) }
}
