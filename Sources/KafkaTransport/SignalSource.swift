import CUV

/// Calls back on a loop when the process gets a signal, instead of the signal's default effect.
package final class SignalSource {
    private let handle: UnsafeMutablePointer<uv_signal_t>
    private let action: (Int32) -> Void

    private var isClosed = false

    private final class Box: HandleOwner {
        weak var source: SignalSource?
        func handleDidClose() { source?.isClosed = true }
    }

    /// - Throws: `TransportError` for a signal that can't be caught.
    package init(_ signal: Int32, on loop: EventLoop, _ action: @escaping (Int32) -> Void) throws(TransportError) {
        assert(loop.isCurrent)
        self.action = action
        let box = Box()
        handle = Handle.allocate(uv_signal_t.self, owner: box)
        uv_signal_init(loop.uv, handle)
        box.source = self
        try TransportError.check(
            uv_signal_start(
                handle, { Handle.owner($0, as: Box.self).source?.action($1) }, signal), "cannot catch signal \(signal)")
    }

    deinit { if !isClosed { Handle.close(handle) } }
}
