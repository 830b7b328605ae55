import Synchronization

/// One task that waits for a result, and whoever gives it.
///
/// The result may come before the task waits. The first one counts: what is given later, and what is given after the task
/// was cancelled, is refused.
package final class Waiter<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<Value, any Error>)
        case ended(Result<Value, any Error>)
    }

    private let state = Mutex(State.empty)

    package init() {}

    /// Gives the result. From any thread.
    ///
    /// - Returns: whether it was the first one. When it was not, the task will not see it: a permit that was to be handed
    ///   over goes to somebody else.
    @discardableResult
    package func resume(_ result: Result<Value, any Error>) -> Bool {
        let previous = state.withLock { state in
            let previous = state
            if case .ended = previous {} else { state = .ended(result) }
            return previous
        }
        switch previous {
        case .empty: return true
        case .waiting(let continuation):
            continuation.resume(with: result)
            return true
        case .ended: return false
        }
    }

    /// Waits for the result. Called once.
    ///
    /// - Throws: the error that was given, or `CancellationError` when the task is cancelled first.
    package nonisolated(nonsending) func wait() async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let ended: Result<Value, any Error>? = state.withLock { state in
                    if case .ended(let result) = state { return result }
                    state = .waiting(continuation)
                    return nil
                }
                if let ended { continuation.resume(with: ended) }
            }
        } onCancel: {
            resume(.failure(CancellationError()))
        }
    }
}

extension Waiter where Value == Void {
    @discardableResult
    package func resume() -> Bool { resume(.success(())) }
}
