import CUV

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

// A connection is accepted on the loop of its listener, and may then be moved to another loop. A libuv handle can't leave
// its loop, so that the descriptor is duplicated on the first loop, and a handle is made for it on the other.
extension TCPStream {
    /// Closes this stream, which must not have been read, and returns its connection as a descriptor, which the caller owns.
    ///
    /// - Throws: `TransportError` when the stream is closed or the system has no descriptor left. The stream is closed then
    ///   too.
    package func detach() throws(TransportError) -> Int32 {
        if isClosed { throw TransportError(code: UV_ENOTCONN.rawValue, "cannot hand over a connection") }
        defer { close() }
        var descriptor: uv_os_fd_t = -1
        try TransportError.check(uv_fileno(handle.base, &descriptor), "cannot hand over a connection")
        let duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        try TransportError.check(duplicate < 0 ? -errno : 0, "cannot hand over a connection")
        return duplicate
    }

    /// A stream on `loop` for a connection that `detach` returned. Must be called on the loop. The stream owns the
    /// descriptor.
    ///
    /// - Throws: `TransportError` when the system refuses the descriptor, which is then closed.
    package convenience init(adopting descriptor: Int32, on loop: EventLoop) throws(TransportError) {
        self.init(loop: loop)
        // A loop that was shut down has closed the handle already.
        let status = isClosed ? UV_ECANCELED.rawValue : uv_tcp_open(handle.raw, descriptor)
        if status < 0 {
            TCPStream.discard(descriptor)
            close()
            throw TransportError(code: status, "cannot take over a connection")
        }
        uv_tcp_nodelay(handle.raw, 1)
    }

    /// Closes a connection that `detach` returned and that is not adopted.
    package static func discard(_ descriptor: Int32) {
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
    }
}
