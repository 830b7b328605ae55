import KafkaProtocol
import KafkaQueues

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
