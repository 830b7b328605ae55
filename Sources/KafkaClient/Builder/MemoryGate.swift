import KafkaQueues
import Synchronization

/// Lets one appender at a time wait for memory; those that come meanwhile wait behind it in their order. So small batches
/// don't overtake a large one for ever.
final class MemoryGate: Sendable {
    private struct State {
        var isHeld = false
        var line = WaitingLine()
    }

    private let state = Mutex(State())

    var isHeld: Bool { state.withLock { $0.isHeld } }

    /// Returns when the caller holds the gate; at once when nobody does.
    ///
    /// - Throws: `CancellationError`; the gate is not held then.
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
            // Refused by one whose task was cancelled meanwhile.
            guard let next, !next.resume() else { return }
        }
    }
}
