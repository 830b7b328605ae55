// libuv's timers count in milliseconds, and epoll rounds its timeouts up to them. A schedule of records needs microseconds:
// on Linux the kernel's own timer is a descriptor that the loop polls like a socket, so nobody spins and nobody blocks.

import CUV

#if canImport(Glibc)
    import Glibc
#endif

/// A timer of a loop with the system's own resolution: microseconds on Linux, a millisecond elsewhere. Lives on its loop's
/// thread.
package final class PreciseTimer {
    #if os(Linux)
        private let handle: UnsafeMutablePointer<uv_poll_t>
        private let descriptor: Int32
        private var isClosed = false

        private final class Box: HandleOwner {
            let descriptor: Int32
            weak var timer: PreciseTimer?

            init(_ descriptor: Int32) { self.descriptor = descriptor }

            func handleDidClose() {
                _ = close(descriptor)
                timer?.didClose()
            }
        }
    #else
        private let timer: LoopTimer
    #endif
    private var waiter: CheckedContinuation<Void, Never>?

    /// - Throws: `TransportError` when the system has no timer or descriptor left.
    package init(on loop: EventLoop) throws(TransportError) {
        assert(loop.isCurrent)
        #if os(Linux)
            descriptor = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK) | Int32(TFD_CLOEXEC))
            if descriptor < 0 { throw TransportError(code: -errno, "cannot make a timer") }
            let box = Box(descriptor)
            handle = Handle.allocate(uv_poll_t.self, owner: box)
            if loop.hasStopped {
                isClosed = true
                Handle.discard(handle)
                return
            }
            let status = uv_poll_init(loop.uv, handle, descriptor)
            if status != 0 {
                isClosed = true
                Handle.discard(handle)
                throw TransportError(code: status, "cannot make a timer")
            }
            box.timer = self
            uv_poll_start(handle, Int32(UV_READABLE.rawValue)) { raw, _, _ in
                Handle.owner(raw, as: Box.self).timer?.didFire()
            }
        #else
            timer = LoopTimer(on: loop)
        #endif
    }

    deinit {
        #if os(Linux)
            if !isClosed { Handle.close(handle) }
        #endif
    }

    /// Waits until the monotonic clock shows `deadlineNs`; returns at once if it has passed.
    ///
    /// - Precondition: nobody else waits for this timer.
    package nonisolated(nonsending) func wait(untilNs deadlineNs: Int64) async {
        precondition(waiter == nil, "a precise timer has one waiter")
        let now = MonotonicClock.nowNs()
        if deadlineNs <= now { return }
        #if os(Linux)
            if isClosed { return }
            var time = itimerspec()
            time.it_value.tv_sec = Int(deadlineNs / 1_000_000_000)
            time.it_value.tv_nsec = Int(deadlineNs % 1_000_000_000)
            let status = timerfd_settime(descriptor, Int32(TFD_TIMER_ABSTIME), &time, nil)
            precondition(status == 0, "a time after now is a time that timerfd takes")
        #endif
        await withCheckedContinuation { continuation in
            waiter = continuation
            #if !os(Linux)
                timer.schedule(afterMs: (deadlineNs - now + 999_999) / 1_000_000) { [weak self] in self?.didFire() }
            #endif
        }
    }

    #if os(Linux)
        /// The loop was shut down: nobody waits for a time that no longer comes.
        private func didClose() {
            isClosed = true
            resumeWaiter()
        }
    #endif

    private func didFire() {
        #if os(Linux)
            var expirations: UInt64 = 0
            // Nothing to read: the timer was set anew meanwhile.
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
