import Synchronization

/// A timer that any thread may set, and that fires on its loop at the earliest of the moments that were asked for.
///
/// To set it costs nothing when it is set for an earlier moment already.
package final class LoopAlarm: Sendable {
    private let loop: EventLoop
    private let action: @Sendable () -> Void
    private let state = Mutex(State())

    private struct State: @unchecked Sendable {
        // Unchecked: the timer is used on the loop only.
        var due = MonotonicInstant.distantFuture
        var timer: LoopTimer?
        var isClosed = false
    }

    /// - Parameter action: runs on the loop. It may set the alarm again.
    package init(on loop: EventLoop, _ action: @escaping @Sendable () -> Void) {
        self.loop = loop
        self.action = action
    }

    /// Fires at this moment at the latest, up to a millisecond late. From any thread.
    package func set(at moment: MonotonicInstant) {
        let isEarlier = state.withLock { state in
            if state.isClosed || moment >= state.due { return false }
            state.due = moment
            return true
        }
        if isEarlier { Task(executorPreference: loop) { [self] in arm() } }
    }

    /// Never fires again. From any thread.
    package func close() {
        let timer = state.withLock { state in
            state.isClosed = true
            return state.timer.take()
        }
        // A timer's handle is closed on the loop.
        _ = timer
    }

    private func arm() {
        state.withLock { state in
            if state.isClosed || state.due == .distantFuture { return }
            let timer = state.timer ?? LoopTimer(on: loop)
            state.timer = timer
            timer.schedule(at: state.due) { [weak self] in self?.fire() }
        }
    }

    private func fire() {
        let isDue = state.withLock { state in
            if state.isClosed || state.due > .now { return false }
            state.due = .distantFuture
            return true
        }
        if isDue { action() } else { arm() }
    }
}
