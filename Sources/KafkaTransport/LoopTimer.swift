import CUV

/// A timer of a loop, with the loop's resolution of one millisecond. Lives on its loop's thread.
package final class LoopTimer {
    private let handle: UnsafeMutablePointer<uv_timer_t>
    private var action: (() -> Void)?
    private var isClosed = false

    private final class Box: HandleOwner {
        weak var timer: LoopTimer?
        func handleDidClose() { timer?.isClosed = true }
    }

    package init(on loop: EventLoop) {
        assert(loop.isCurrent)
        let box = Box()
        handle = Handle.allocate(uv_timer_t.self, owner: box)
        if loop.hasStopped {
            isClosed = true
            Handle.discard(handle)
            return
        }
        uv_timer_init(loop.uv, handle)
        box.timer = self
    }

    deinit { if !isClosed { Handle.close(handle) } }

    /// Runs `action` once after `delayMs`, or every `repeatMs` from then on when that is not zero.
    ///
    /// Replaces what was scheduled before. A delay below one millisecond runs at the loop's next turn.
    package func schedule(afterMs delayMs: Int64, repeatMs: Int64 = 0, _ action: @escaping () -> Void) {
        if isClosed { return }
        self.action = action
        uv_update_time(uv_handle_get_loop(Handle.base(handle)))
        uv_timer_start(
            handle,
            { raw in
                guard let timer = Handle.owner(raw, as: Box.self).timer, let action = timer.action else { return }
                if uv_timer_get_repeat(raw) == 0 { timer.action = nil }
                action()
            }, UInt64(max(0, delayMs)), UInt64(max(0, repeatMs)))
    }

    package var isScheduled: Bool { action != nil }

    package func cancel() {
        action = nil
        if !isClosed { uv_timer_stop(handle) }
    }

    /// Gives the timer back to the loop; it can't be scheduled again.
    package func close() {
        cancel()
        if isClosed { return }
        isClosed = true
        Handle.close(handle)
    }
}
