import CUV

/// A libuv handle of a loop: its memory, and whether it is still open.
///
/// libuv writes to a handle until its close callback. So the handle's memory must outlive the object that uses it: libuv's
/// handle holds this object until then, and this object holds its user weakly.
///
/// Used on the loop's thread only, except for `closeFromAnyThread`.
final class LoopHandle<Raw, User: AnyObject> {
    let loop: EventLoop
    let raw: UnsafeMutablePointer<Raw>
    /// The object that the handle's events are passed to.
    weak var user: User?
    /// Whether the handle is closing or closed, or was never opened. The user closes it, or the loop when it is shut down.
    private(set) var isClosed = false
    /// Called when the loop has let go of the handle, on its thread.
    var whenReleased: (() -> Void)?

    /// Makes a handle, which `open` initialises with libuv. On a loop that was shut down, the handle is closed from the
    /// start.
    ///
    /// - Throws: `TransportError` with `action`, when `open` returns an error of libuv.
    init(
        on loop: EventLoop, _ action: @autoclosure () -> String,
        _ open: (UnsafeMutablePointer<uv_loop_t>, UnsafeMutablePointer<Raw>) -> Int32
    ) throws(TransportError) {
        assert(loop.isCurrent)
        self.loop = loop
        raw = .allocate(capacity: 1)
        let status = loop.hasStopped ? 0 : open(loop.uv, raw)
        if loop.hasStopped || status < 0 {
            isClosed = true
            raw.deallocate()
            if status < 0 { throw TransportError(code: status, action()) }
            return
        }
        uv_handle_set_data(base, Unmanaged<AnyObject>.passRetained(self).toOpaque())
    }

    /// The handle as libuv's common type.
    var base: UnsafeMutablePointer<uv_handle_t> {
        UnsafeMutableRawPointer(raw).assumingMemoryBound(to: uv_handle_t.self)
    }

    /// The handle as a stream. For TCP connections, listeners and pipes only.
    var stream: UnsafeMutablePointer<uv_stream_t> {
        UnsafeMutableRawPointer(raw).assumingMemoryBound(to: uv_stream_t.self)
    }

    /// The value behind a handle that libuv calls back with.
    ///
    /// - Precondition: the handle was made by `init` with the same types.
    static func of<Handle>(_ handle: UnsafeMutablePointer<Handle>?) -> LoopHandle {
        let data = uv_handle_get_data(UnsafeMutableRawPointer(handle!).assumingMemoryBound(to: uv_handle_t.self))
        return Unmanaged<LoopHandle>.fromOpaque(data!).takeUnretainedValue()
    }

    /// Closes the handle; closing twice does nothing.
    func close() {
        if isClosed { return }
        assert(loop.isCurrent, "a handle is closed on its loop")
        isClosed = true
        // A loop that ends closes its handles itself. libuv then calls back for what was under way on them, and such a
        // callback may close a handle again.
        if uv_is_closing(base) == 0 { uv_close(base, releaseHandle) }
    }

    /// Closes the handle on its loop. For a `deinit`, because the last reference may be released on any thread.
    func closeFromAnyThread() {
        if loop.isCurrent { return close() }
        // A loop that was shut down has closed its handles itself.
        if loop.isGone { return }
        nonisolated(unsafe) let handle = self  // used on the loop's thread only
        Task(executorPreference: loop) { handle.close() }
    }

    fileprivate func release() {
        isClosed = true
        whenReleased?()
        raw.deallocate()
    }
}

/// A handle without its type, for the close callback, which is the same for handles of all types.
private protocol ReleasableHandle: AnyObject {
    func release()
}

extension LoopHandle: ReleasableHandle {}

/// The close callback of every handle made by `LoopHandle`, also when the loop closes it because it is shut down.
let releaseHandle: @convention(c) (UnsafeMutablePointer<uv_handle_t>?) -> Void = { handle in
    guard let data = uv_handle_get_data(handle!) else { return }
    let owner = Unmanaged<AnyObject>.fromOpaque(data).takeRetainedValue()
    (owner as? any ReleasableHandle)?.release()
}
