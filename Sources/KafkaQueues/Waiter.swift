import Synchronization

/// Passes one result to one task that waits for it.
///
/// The result may be given before the task waits. Only the first one counts: later ones are refused, and all are refused
/// after the task was cancelled.
///
/// The continuation is an unchecked one: the state sees to it that it is resumed once, and a checked one, whose layout is
/// known only at run time, costs a wait some 1,600 instructions more.
package final class Waiter<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case waiting(UnsafeContinuation<Value, any Error>)
        case ended(Result<Value, any Error>)
    }

    private let state = Mutex(State.empty)

    package init() {}

    /// Gives the result. Called from any thread.
    ///
    /// - Returns: whether the task gets it. When it is refused, the caller still has what it wanted to hand over, such as a
    ///   permit, and passes it to the next waiter.
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

    /// Waits for the result. Must be called only once.
    ///
    /// - Throws: the error that was given as the result, or `CancellationError` when the task is cancelled first.
    package nonisolated(nonsending) func wait() async throws -> Value {
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
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
    /// Lets the task go on. The result is that of `resume(_:)`.
    @discardableResult
    package func resume() -> Bool { resume(.success(())) }
}
