import CUV

/// A listening TCP socket of a loop. Used on its loop's thread; the last reference to it may be released on any thread.
///
/// Connections are accepted on the loop of the listener. A port has one listener (`SO_REUSEPORT` is not used).
package final class TCPListener {
    package let loop: EventLoop
    private let handle: LoopHandle<uv_tcp_t, TCPListener>
    private let onStream: (TCPStream) -> Void

    /// Binds and listens.
    ///
    /// - Parameters:
    ///   - address: with port 0 the system chooses a free one.
    ///   - onStream: called on the loop for each accepted connection, which is not read before `startReading`.
    /// - Throws: `TransportError` when the address is in use or not of this machine.
    package init(
        on loop: EventLoop, address: SocketAddress, backlog: Int32 = 512, onStream: @escaping (TCPStream) -> Void
    ) throws(TransportError) {
        assert(loop.isCurrent)
        self.loop = loop
        self.onStream = onStream
        let action = "cannot listen on \(address)"
        handle = try LoopHandle(on: loop, action) { uv_tcp_init($0, $1) }
        handle.user = self
        if handle.isClosed { throw TransportError(code: UV_ECANCELED.rawValue, action) }
        do throws(TransportError) {
            try TransportError.check(address.withSockaddr { uv_tcp_bind(handle.raw, $0, 0) }, action)
            try TransportError.check(
                uv_listen(handle.stream, backlog) { handle, status in
                    if status >= 0 { LoopHandle<uv_tcp_t, TCPListener>.of(handle).user?.accept() }
                }, action)
        } catch {
            close()
            throw error
        }
    }

    deinit { handle.closeFromAnyThread() }

    /// The port that the listener listens on; 0 when it is closed.
    package var port: UInt16 { handle.localPort }

    private func accept() {
        let stream = TCPStream(loop: loop)
        guard uv_accept(handle.stream, stream.handle.stream) == 0 else { return stream.close() }
        uv_tcp_nodelay(stream.handle.raw, 1)
        onStream(stream)
    }

    package func close() { handle.close() }
}

extension LoopHandle where Raw == uv_tcp_t {
    /// The port that the socket is bound to; 0 when it is closed.
    var localPort: UInt16 {
        if isClosed { return 0 }
        var storage = sockaddr_storage()
        var length = Int32(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            let address = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self)
            guard uv_tcp_getsockname(raw, address, &length) == 0 else { return 0 }
            return SocketAddress.port(of: address)
        }
    }
}
