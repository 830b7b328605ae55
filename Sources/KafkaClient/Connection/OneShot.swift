import Synchronization

/// A result that one task waits for and anybody gives, once; what is given later is dropped.
final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<Value, any Error>)
        case given(Result<Value, any Error>)
    }

    private let state = Mutex(State.empty)

    /// Gives the result. From any thread.
    func resume(_ result: Result<Value, any Error>) {
        let continuation: CheckedContinuation<Value, any Error>? = state.withLock { state in
            switch state {
            case .empty:
                state = .given(result)
                return nil
            case .waiting(let continuation):
                state = .given(result)
                return continuation
            case .given: return nil
            }
        }
        continuation?.resume(with: result)
    }

    /// Waits for the result; once.
    ///
    /// - Throws: what was given, or `CancellationError` when the task is cancelled first.
    nonisolated(nonsending) func wait() async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let given: Result<Value, any Error>? = state.withLock { state in
                    if case .given(let result) = state { return result }
                    state = .waiting(continuation)
                    return nil
                }
                if let given { continuation.resume(with: given) }
            }
        } onCancel: {
            resume(.failure(CancellationError()))
        }
    }
}
