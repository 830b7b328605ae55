import CUV

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

// A connection is accepted on the loop of its listener and may live on another: its descriptor is duplicated on the one
// and adopted on the other, because a libuv handle never leaves its loop.
extension TCPStream {
    /// Closes this stream, which has not been read, and gives the connection itself as a descriptor of the caller's.
    ///
    /// - Throws: `TransportError` when the stream is closed or no descriptor is left; the stream is closed then too.
    package func detach() throws(TransportError) -> Int32 {
        if isClosed { throw TransportError(code: UV_ENOTCONN.rawValue, "cannot hand over a connection") }
        defer { close() }
        var descriptor: uv_os_fd_t = -1
        try TransportError.check(uv_fileno(handle.base, &descriptor), "cannot hand over a connection")
        let duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        try TransportError.check(duplicate < 0 ? -errno : 0, "cannot hand over a connection")
        return duplicate
    }

    /// A stream of `loop` for a connection that `detach` gave. Must be called on the loop.
    ///
    /// - Throws: `TransportError` when the system refuses the descriptor, which is closed in any case.
    package convenience init(adopting descriptor: Int32, on loop: EventLoop) throws(TransportError) {
        self.init(loop: loop)
        let status = uv_tcp_open(handle.raw, descriptor)
        if status < 0 {
            TCPStream.discard(descriptor)
            close()
            throw TransportError(code: status, "cannot take over a connection")
        }
        uv_tcp_nodelay(handle.raw, 1)
    }

    /// Closes a connection that `detach` gave and nobody will adopt.
    package static func discard(_ descriptor: Int32) {
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
    }
}
