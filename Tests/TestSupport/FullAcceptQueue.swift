#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A listening socket of 127.0.0.1 that nobody accepts from: its short queue is full, and further connections to it stay on
/// their way.
package final class FullAcceptQueue: Sendable {
    package let port: UInt16
    private let listener: Int32
    /// What fills the queue.
    private let clients: [Int32]

    /// - Throws: `SystemCallFailed`.
    package init() throws {
        let listener = try Self.makeSocket()
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var clients: [Int32] = []
        try withUnsafeMutablePointer(to: &address) { pointer in
            let raw = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self)
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            try SystemCallFailed.check(bind(listener, raw, length), "bind")
            try SystemCallFailed.check(listen(listener, 0), "listen")
            try SystemCallFailed.check(getsockname(listener, raw, &length), "getsockname")
            // Linux keeps one more than was asked for, and other systems some more.
            for _ in 0..<4 {
                let client = try Self.makeSocket()
                _ = fcntl(client, F_SETFL, O_NONBLOCK)
                _ = connect(client, raw, length)
                clients.append(client)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        self.listener = listener
        self.clients = clients
    }

    private static func makeSocket() throws -> Int32 {
        #if canImport(Glibc)
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        try SystemCallFailed.check(descriptor, "socket")
        return descriptor
    }

    deinit {
        for client in clients { close(client) }
        close(listener)
    }
}

/// The system refused what a test needs.
package struct SystemCallFailed: Error, CustomStringConvertible {
    let call: String
    let code: Int32

    package var description: String { "\(call): \(String(cString: strerror(code)))" }

    static func check(_ status: Int32, _ call: String) throws {
        if status < 0 { throw SystemCallFailed(call: call, code: errno) }
    }
}
