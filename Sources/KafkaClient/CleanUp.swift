import KafkaProtocol
import KafkaQueues
import Synchronization

/// Does `work`, and then `cleanUp`, whatever came of the work.
nonisolated(nonsending) package func always<Result>(
    _ work: () async throws -> Result, thenCleanUp cleanUp: () async -> Void
) async throws -> Result {
    let result: Result
    do {
        result = try await work()
    } catch {
        await cleanUp()
        throw error
    }
    await cleanUp()
    return result
}

/// Starts `work`, and waits for it. When the task is cancelled, or the time is over, the wait ends and the work goes on.
///
/// - Parameters:
///   - limit: how long to wait.
///   - timeout: the error to throw then.
/// - Throws: what `work` throws, `timeout`, or `CancellationError`.
nonisolated(nonsending) func abandoning<Value: Sendable>(
    after limit: Duration, _ timeout: KafkaClientError,
    _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try Task.checkCancellation()
    let end = Waiter<Value>()
    Task {
        do { end.resume(.success(try await work())) } catch { end.resume(.failure(error)) }
    }
    let clock = Task {
        try await Task.sleep(for: limit)
        end.resume(.failure(timeout))
    }
    defer { clock.cancel() }
    return try await end.wait()
}

/// The end of something, which happens once, however many ask for it. All of them wait for it.
final class SharedEnd: Sendable {
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// Whether somebody has asked for it.
    var hasBegun: Bool { task.withLock { $0 != nil } }

    /// - Parameter work: is done by the first call. It goes on when a caller is cancelled.
    func reach(_ work: @escaping @Sendable () async -> Void) async {
        let task = task.withLock { task in
            let begun = task ?? Task { await work() }
            task = begun
            return begun
        }
        await task.value
    }
}
