import Synchronization

/// Who waits for memory holds the gate, and all who come meanwhile wait behind it in their order: a large batch is not
/// overtaken for ever by small ones.
final class MemoryGate: Sendable {
    private struct State {
        var isHeld = false
        var waiters: [(id: UInt64, continuation: CheckedContinuation<Void, any Error>)] = []
        var nextWaiter: UInt64 = 0
    }

    private let state = Mutex(State())

    var isHeld: Bool { state.withLock { $0.isHeld } }

    /// Returns at once when nobody holds it.
    ///
    /// - Throws: `CancellationError`; the gate is not held then.
    nonisolated(nonsending) func enter() async throws {
        let id: UInt64? = state.withLock { state in
            if state.isHeld {
                state.nextWaiter += 1
                return state.nextWaiter
            }
            state.isHeld = true
            return nil
        }
        guard let id else { return }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let isFree = state.withLock { state in
                    if !state.isHeld {
                        state.isHeld = true
                        return true
                    }
                    state.waiters.append((id, continuation))
                    return false
                }
                if isFree {
                    continuation.resume()
                } else if Task.isCancelled {
                    cancel(id)
                }
            }
        } onCancel: {
            cancel(id)
        }
    }

    /// Lets the next one in.
    func leave() {
        let next = state.withLock { state in
            if state.waiters.isEmpty {
                state.isHeld = false
                return nil as CheckedContinuation<Void, any Error>?
            }
            return state.waiters.removeFirst().continuation
        }
        next?.resume()
    }

    private func cancel(_ id: UInt64) {
        let waiter = state.withLock { state in
            state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(throwing: CancellationError())
    }
}
