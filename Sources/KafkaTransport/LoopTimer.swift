import CUV

/// A timer of a loop. Used on its loop's thread; the last reference to it may be released on any thread.
///
/// It never fires early, and up to a millisecond late, because libuv counts in whole milliseconds. `PreciseTimer` is finer.
package final class LoopTimer {
    private let handle: LoopHandle<uv_timer_t, LoopTimer>
    private var action: (() -> Void)?
    /// Whether it is started when the loop's turn ends.
    private var waitsForNextTurn = false

    /// Must be called on the loop. On a loop that was shut down, the timer never fires.
    package init(on loop: EventLoop) {
        // libuv has no error for the initialisation of a timer.
        handle = try! LoopHandle(on: loop, "cannot make a timer") { uv_timer_init($0, $1) }
        handle.user = self
    }

    deinit { handle.closeFromAnyThread() }

    /// Runs `action` once at a moment, or in the loop's next turn when the moment has passed. An action that was scheduled
    /// before is not run.
    ///
    /// So a timer that its own action sets to a past moment, again and again, keeps the loop busy, but not from its other work.
    package func schedule(at moment: MonotonicInstant, _ action: @escaping () -> Void) {
        if handle.isClosed { return }
        self.action = action
        // libuv adds the delay to the time at which its turn began, on the same clock. The delay is counted from that time
        // too, so that the timer is due in the right millisecond, however long ago the turn began.
        let turnBegan = Int64(clamping: uv_now(uv_handle_get_loop(handle.base)))
        let due = moment <= .now ? turnBegan : Self.millisecond(atOrAfter: moment)
        let delayMs = max(0, due - turnBegan)
        // libuv before 1.48 fires timers until none is due, those too that are started meanwhile.
        if delayMs == 0, handle.loop.isFiringTimer { return startInNextTurn() }
        waitsForNextTurn = false
        start(delayMs)
    }

    private func start(_ delayMs: Int64) {
        uv_timer_start(
            handle.raw, { LoopHandle<uv_timer_t, LoopTimer>.of($0).user?.fire() }, UInt64(delayMs), 0)
    }

    private func startInNextTurn() {
        uv_timer_stop(handle.raw)
        if waitsForNextTurn { return }
        waitsForNextTurn = true
        handle.loop.atEndOfTurn { [weak self] in
            guard let self, waitsForNextTurn else { return }
            waitsForNextTurn = false
            if !handle.isClosed { start(0) }
        }
    }

    /// Runs `action` once after so many nanoseconds. An action that was scheduled before is not run.
    package func schedule(afterNanoseconds delay: Int64, _ action: @escaping () -> Void) {
        schedule(at: MonotonicInstant.now.advanced(byNanoseconds: delay), action)
    }

    private static func millisecond(atOrAfter moment: MonotonicInstant) -> Int64 {
        let whole = moment.nanoseconds / 1_000_000
        return moment.nanoseconds % 1_000_000 > 0 ? whole + 1 : whole
    }

    private func fire() {
        let action = action
        self.action = nil
        let loop = handle.loop
        loop.isFiringTimer = true
        action?()
        loop.isFiringTimer = false
    }

    package var isScheduled: Bool { action != nil }

    package func cancel() {
        action = nil
        waitsForNextTurn = false
        if !handle.isClosed { uv_timer_stop(handle.raw) }
    }

    /// Closes the timer's handle. The timer can't be scheduled again.
    package func close() {
        action = nil
        handle.close()
    }
}
