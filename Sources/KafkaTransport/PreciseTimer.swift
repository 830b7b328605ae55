// libuv's timers count in milliseconds, and epoll rounds its timeouts up to them. A schedule of records needs microseconds.
// On Linux the loop itself waits as exactly as the kernel can (`PreciseAlarms`), so that no thread spins or blocks.

/// A timer of a loop with the system's own resolution: microseconds on Linux, a millisecond elsewhere. Used on its loop's
/// thread; the last reference to it may be released on any thread.
package final class PreciseTimer {
    #if os(Linux)
        private let loop: EventLoop
        private lazy var alarm = PreciseAlarms.Alarm(for: self)
    #else
        private let timer: LoopTimer
    #endif
    // Unchecked: `wait` and `resumeWaiter` are all that touch it, on one thread, and the loop's end resumes it.
    private var waiter: UnsafeContinuation<Void, Never>?
    private var action: (() -> Void)?
    private var isClosed = false
    /// How often the loop's thread slept until this timer's moment and woke for it alone: what its owner's waiting costs. Zero
    /// where the system's own timers are used.
    package private(set) var wakeUpCount = 0
    /// Of the last wake-up, if it is one of those that are measured.
    private var wakeUpCPUBeganNs: Int64?

    /// Makes a timer. Must be called on the loop. On a loop that was shut down, it never runs an action.
    package init(on loop: EventLoop) {
        assert(loop.isCurrent)
        #if os(Linux)
            self.loop = loop
            isClosed = loop.hasStopped
        #else
            timer = LoopTimer(on: loop)
        #endif
    }

    /// Waits until the monotonic clock shows `deadline`; returns at once if it has passed, and also when the loop ends.
    ///
    /// - Precondition: no other task waits for this timer, and no action is scheduled.
    package nonisolated(nonsending) func wait(until deadline: MonotonicInstant) async {
        precondition(waiter == nil && action == nil, "a precise timer has one waiter")
        if deadline <= .now || isClosed { return }
        await withUnsafeContinuation {
            waiter = $0
            arm(deadline)
        }
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
        isClosed = true
        #if os(Linux)
            loop.preciseAlarms.unset(alarm)
        #else
            timer.close()
        #endif
    }

    private func arm(_ moment: MonotonicInstant) {
        #if os(Linux)
            // The alarm of a timer that is let go of stays: the loop then wakes once in vain.
            loop.preciseAlarms.set(alarm, at: moment)
        #else
            timer.schedule(at: moment) { [weak self] in self?.didFire() }
        #endif
    }

    /// The thread's CPU time, in ns, from the begin of the sleep that ended for this timer until now: what a wake-up costs,
    /// measured for some of them. Nil when the last one was not measured, or was asked for before.
    package func takeWakeUpCPUNs() -> Int64? {
        guard let began = wakeUpCPUBeganNs.take() else { return nil }
        return ThreadCPU.nowNs() - began
    }

    #if os(Linux)
        /// - Parameter wakeUp: if the loop's thread slept until now for this timer.
        func didFire(_ wakeUp: PreciseAlarms.WakeUp?) {
            wakeUpCPUBeganNs = wakeUp?.cpuBeganNs
            if wakeUp != nil { wakeUpCount += 1 }
            didFire()
        }
    #endif

    /// The moment has come. Called on the loop.
    private func didFire() {
        let action = action
        self.action = nil
        action?()
        resumeWaiter()
    }

    /// The loop was shut down, and the time never comes: a task that waits for it must go on.
    func loopDidEnd() {
        isClosed = true
        action = nil
        resumeWaiter()
    }

    private func resumeWaiter() {
        let continuation = waiter
        waiter = nil
        continuation?.resume()
    }
}
