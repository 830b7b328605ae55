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
                _ = close(descriptor)
                throw error
            }
            if handle.isClosed {
                _ = close(descriptor)
                return
            }
            handle.user = self
            let owner = handle
            owner.whenReleased = { [weak owner] in
                _ = close(descriptor)
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
    /// - Precondition: no other task waits for this timer.
    package nonisolated(nonsending) func wait(until deadline: MonotonicInstant) async {
        precondition(waiter == nil, "a precise timer has one waiter")
        if deadline <= .now { return }
        #if os(Linux)
            if handle.isClosed { return }
            var time = itimerspec()
            time.it_value.tv_sec = Int(deadline.nanoseconds / 1_000_000_000)
            time.it_value.tv_nsec = Int(deadline.nanoseconds % 1_000_000_000)
            let status = timerfd_settime(descriptor, Int32(TFD_TIMER_ABSTIME), &time, nil)
            precondition(status == 0, "a time after now is a time that timerfd takes")
        #endif
        await withCheckedContinuation { continuation in
            waiter = continuation
            #if !os(Linux)
                timer.schedule(at: deadline) { [weak self] in self?.didFire() }
            #endif
        }
    }

    private func didFire() {
        #if os(Linux)
            var expirations: UInt64 = 0
            // When there is nothing to read, the timer was set anew in the meantime.
            guard read(descriptor, &expirations, 8) == 8 else { return }
        #endif
        resumeWaiter()
    }

    private func resumeWaiter() {
        let continuation = waiter
        waiter = nil
        continuation?.resume()
    }
}
