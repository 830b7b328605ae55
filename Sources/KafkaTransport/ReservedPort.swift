import CUV

/// A TCP port that is kept for a listener to come: bound, but not listened on. Connections to it are refused, and the system
/// gives it to nobody else who asks for a free one. Used on its loop's thread; the last reference to it may be released on any
/// thread.
package final class ReservedPort {
    private let handle: LoopHandle<uv_tcp_t, ReservedPort>

    /// - Parameters:
    ///   - address: with a port other than 0.
    /// - Throws: `TransportError` when the address is in use or not of this machine.
    package init(on loop: EventLoop, address: SocketAddress) throws(TransportError) {
        assert(loop.isCurrent)
        let action = "cannot reserve \(address)"
        handle = try LoopHandle(on: loop, action) { uv_tcp_init($0, $1) }
        handle.user = self
        if handle.isClosed { throw TransportError(code: UV_ECANCELED.rawValue, action) }
        do throws(TransportError) {
            // libuv binds with SO_REUSEADDR, as the listener does: on Linux it may be bound while this is. It keeps quiet about
            // a port in use until one listens.
            try TransportError.check(address.withSockaddr { uv_tcp_bind(handle.raw, $0, 0) }, action)
            if handle.localPort != address.withSockaddr({ SocketAddress.port(of: $0) }) {
                throw TransportError(code: UV_EADDRINUSE.rawValue, action)
            }
        } catch {
            close()
            throw error
        }
    }

    deinit { handle.closeFromAnyThread() }

    package func close() { handle.close() }
}
