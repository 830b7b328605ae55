import Synchronization

/// A number of permits that tasks take and give back. A task that gets none waits in line, and a permit that comes free is
/// handed to the first task of the line, so that no later task overtakes it.
package final class Permits: Sendable {
    private struct State {
        var free: Int
        var line = WaitingLine()
    }

    private let state: Mutex<State>

    /// - Precondition: there is at least one permit.
    package init(_ count: Int) {
        precondition(count > 0, "without a permit every task would wait for ever")
        state = Mutex(State(free: count))
    }

    /// Whether a task that takes a permit now would have to wait.
    package var areAllTaken: Bool { state.withLock { $0.free == 0 } }

    /// The number of tasks in the line.
    package var lineLength: Int { state.withLock { $0.line.count } }

    /// Takes a permit if one is free.
    package func tryTake() -> Bool {
        state.withLock { state in
            guard state.free > 0 else { return false }
            state.free -= 1
            return true
        }
    }

    /// Takes a permit, and waits in line for it.
    ///
    /// - Throws: `CancellationError`; no permit is taken then.
    package nonisolated(nonsending) func take() async throws {
        let waiter: Waiter<Void>? = state.withLock { state in
            if state.free == 0 { return state.line.join() }
            state.free -= 1
            return nil
        }
        guard let waiter else { return }
        do {
            try await waiter.wait()
        } catch {
            state.withLock { $0.line.leave(waiter) }
            throw error
        }
    }

    /// Gives a permit back, or on to the first task of the line.
    package func give() {
        while true {
            let next: Waiter<Void>? = state.withLock { state in
                // While tasks stand in line no permit is free.
                let next = state.line.takeFirst()
                if next == nil { state.free += 1 }
                return next
            }
            // A task that was cancelled meanwhile refuses it.
            guard let next, !next.resume() else { return }
        }
    }
}
