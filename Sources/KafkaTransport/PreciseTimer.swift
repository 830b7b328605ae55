// libuv's timers count in milliseconds, and epoll rounds its timeouts up to them. A schedule of records needs microseconds.
// On Linux the kernel's own timer is a descriptor that the loop polls like a socket, so that no thread spins or blocks.

import CUV

#if canImport(Glibc)
    import Glibc
#endif

/// A timer of a loop with the system's own resolution: microseconds on Linux, a millisecond elsewhere. Used on its loop's
/// thread; the last reference to it may be released on any thread.
package final class PreciseTimer {
    #if os(Linux)
        private let handle: LoopHandle<uv_poll_t, PreciseTimer>
        private let descriptor: Int32
    #else
        private let timer: LoopTimer
    #endif
    private var waiter: CheckedContinuation<Void, Never>?
    private var action: (() -> Void)?

    /// - Throws: `TransportError` when the system has no timer or descriptor left.
    package init(on loop: EventLoop) throws(TransportError) {
        assert(loop.isCurrent)
        #if os(Linux)
            let descriptor = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK) | Int32(TFD_CLOEXEC))
            if descriptor < 0 { throw TransportError(code: -errno, "cannot make a timer") }
            self.descriptor = descriptor
            do throws(TransportError) {
                handle = try LoopHandle(on: loop, "cannot make a timer") { uv_poll_init($0, $1, descriptor) }
            } catch {
                _ = Glibc.close(descriptor)
                throw error
            }
            if handle.isClosed {
                _ = Glibc.close(descriptor)
                return
            }
            handle.user = self
            let owner = handle
            owner.whenReleased = { [weak owner] in
                _ = Glibc.close(descriptor)
                // The loop was shut down and the time never comes: a task that waits for it must go on.
                owner?.user?.resumeWaiter()
            }
            uv_poll_start(handle.raw, Int32(UV_READABLE.rawValue)) { raw, _, _ in
                LoopHandle<uv_poll_t, PreciseTimer>.of(raw).user?.didFire()
            }
        #else
            timer = LoopTimer(on: loop)
        #endif
    }

    deinit {
        #if os(Linux)
            handle.closeFromAnyThread()
        #endif
    }

    /// Waits until the monotonic clock shows `deadline`; returns at once if it has passed.
    ///
    /// - Precondition: no other task waits for this timer, and no action is scheduled.
    package nonisolated(nonsending) func wait(until deadline: MonotonicInstant) async {
        precondition(waiter == nil && action == nil, "a precise timer has one waiter")
        if deadline <= .now || isClosed { return }
        arm(deadline)
        await withCheckedContinuation { waiter = $0 }
    }

    /// Runs `action` once at a moment, or in the loop's next turn when the moment has passed. An action that was scheduled
    /// before is not run. On a loop that is shut down, the action never runs.
    ///
    /// - Precondition: no task waits for this timer.
    package func schedule(at moment: MonotonicInstant, _ action: @escaping () -> Void) {
        precondition(waiter == nil, "a precise timer has one waiter")
        if isClosed { return }
        self.action = action
        arm(moment)
    }

    /// Closes the timer, which then never runs an action. For one that no task waits for.
    package func close() {
        action = nil
        #if os(Linux)
            handle.close()
        #else
            timer.close()
            isClosed = true
        #endif
    }

    #if os(Linux)
        private var isClosed: Bool { handle.isClosed }
    #else
        private var isClosed = false
    #endif

    private func arm(_ moment: MonotonicInstant) {
        #if os(Linux)
            var time = itimerspec()
            // A time of zero would stop the timer, and negative ones are refused.
            let nanoseconds = max(1, moment.nanoseconds)
            time.it_value.tv_sec = Int(nanoseconds / 1_000_000_000)
            time.it_value.tv_nsec = Int(nanoseconds % 1_000_000_000)
            let status = timerfd_settime(descriptor, Int32(TFD_TIMER_ABSTIME), &time, nil)
            precondition(status == 0, "a time of the clock is a time that timerfd takes")
        #else
            timer.schedule(at: moment) { [weak self] in self?.didFire() }
        #endif
    }

    private func didFire() {
        #if os(Linux)
            var expirations: UInt64 = 0
            // When there is nothing to read, the timer was set anew in the meantime.
            guard read(descriptor, &expirations, 8) == 8 else { return }
        #endif
        let action = action
        self.action = nil
        action?()
        resumeWaiter()
    }

    private func resumeWaiter() {
        let continuation = waiter
        waiter = nil
        continuation?.resume()
    }
}
