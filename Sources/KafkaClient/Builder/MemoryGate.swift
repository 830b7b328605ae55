import KafkaQueues
import Synchronization

/// Lets one appender at a time wait for memory. Later appenders wait in line behind it, so that small batches don't overtake
/// a large one for ever.
final class MemoryGate: Sendable {
    private struct State {
        var isHeld = false
        var line = WaitingLine()
    }

    private let state = Mutex(State())

    var isHeld: Bool { state.withLock { $0.isHeld } }

    /// Returns when the caller holds the gate; at once when it is free.
    ///
    /// - Throws: `CancellationError` when the task is cancelled; the caller does not hold the gate then.
    nonisolated(nonsending) func enter() async throws {
        let waiter: Waiter<Void>? = state.withLock { state in
            if state.isHeld { return state.line.join() }
            state.isHeld = true
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

    /// Hands the gate to the next in line.
    func leave() {
        while true {
            let next: Waiter<Void>? = state.withLock { state in
                let next = state.line.takeFirst()
                if next == nil { state.isHeld = false }
                return next
            }
            // A waiter refuses the gate when its task was cancelled in the meantime: the next in line gets it.
            guard let next, !next.resume() else { return }
        }
    }
}
