import CUV

/// A listening TCP socket of a loop. Lives on its loop's thread.
///
/// A stream is accepted on the loop of its listener. A port has one listener (`SO_REUSEPORT` is not used).
package final class TCPListener {
    package let loop: EventLoop
    private let handle: UnsafeMutablePointer<uv_tcp_t>
    private let onStream: (TCPStream) -> Void
    private var isClosed = false

    private final class Box: HandleOwner {
        weak var listener: TCPListener?
        func handleDidClose() { listener?.isClosed = true }
    }

    /// Binds and listens.
    ///
    /// - Parameters:
    ///   - address: the port may be 0, the system then picks a free one.
    ///   - onStream: called on the loop for each accepted connection; it is not read before `startReading`.
    /// - Throws: `TransportError` when the address is taken or not ours.
    package init(
        on loop: EventLoop, address: SocketAddress, backlog: Int32 = 512, onStream: @escaping (TCPStream) -> Void
    ) throws(TransportError) {
        assert(loop.isCurrent)
        self.loop = loop
        self.onStream = onStream
        let box = Box()
        handle = Handle.allocate(uv_tcp_t.self, owner: box)
        uv_tcp_init(loop.uv, handle)
        box.listener = self
        let action = "cannot listen on \(address)"
        do throws(TransportError) {
            try TransportError.check(address.withSockaddr { uv_tcp_bind(handle, $0, 0) }, action)
            try TransportError.check(
                uv_listen(streamHandle, backlog) { handle, status in
                    if status >= 0 { Handle.owner(handle, as: Box.self).listener?.accept() }
                }, action)
        } catch {
            close()
            throw error
        }
    }

    deinit { close() }

    /// The port that is listened on; 0 when the listener is closed.
    package var port: UInt16 {
        if isClosed { return 0 }
        var storage = sockaddr_storage()
        var length = Int32(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            let raw = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self)
            guard uv_tcp_getsockname(handle, raw, &length) == 0 else { return 0 }
            return SocketAddress.port(of: raw)
        }
    }

    private var streamHandle: UnsafeMutablePointer<uv_stream_t> {
        UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)
    }

    private func accept() {
        let stream = TCPStream(loop: loop)
        guard uv_accept(streamHandle, stream.streamHandle) == 0 else { return stream.close() }
        uv_tcp_nodelay(stream.handle, 1)
        onStream(stream)
    }

    package func close() {
        if isClosed { return }
        isClosed = true
        Handle.close(handle)
    }
}
