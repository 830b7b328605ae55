import CUV

/// Calls back on a loop when the process gets a signal; the signal's default effect is suppressed. Made on its loop's
/// thread; the last reference to it may be released on any thread.
package final class SignalSource {
    private let handle: LoopHandle<uv_signal_t, SignalSource>
    private let action: (Int32) -> Void

    /// - Throws: `TransportError` for a signal that can't be caught.
    package init(_ signal: Int32, on loop: EventLoop, _ action: @escaping (Int32) -> Void) throws(TransportError) {
        self.action = action
        handle = try LoopHandle(on: loop, "cannot catch signal \(signal)") { uv_signal_init($0, $1) }
        handle.user = self
        if handle.isClosed { return }
        let status = uv_signal_start(
            handle.raw, { LoopHandle<uv_signal_t, SignalSource>.of($0).user?.action($1) }, signal)
        try TransportError.check(status, "cannot catch signal \(signal)")
    }

    deinit { handle.closeFromAnyThread() }
}
