import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// What one attempt came to, for `Cluster.retrying`.
enum Attempt<Value> {
    case done(Value)
    /// Try again after a pause. The error is thrown when there is no time for it.
    case again(KafkaClientError)
    /// The same without a pause.
    case againAtOnce(KafkaClientError)
}

extension Cluster {
    /// Repeats an attempt until it is done, it fails for good, or its time is over. The pauses between attempts grow.
    ///
    /// - Parameters:
    ///   - timeout: no attempt begins after it. Nil for the request timeout.
    ///   - attempt: gets whether there is no time for another one.
    /// - Throws: what the attempt throws, or the error of the last one; `CancellationError`; `KafkaClientError` with `.closed`.
    func retrying<Value>(
        timeout: Duration? = nil, _ attempt: (_ isTimeOver: () -> Bool) async throws -> Attempt<Value>
    ) async throws -> Value {
        let deadline = MonotonicInstant.now + (timeout ?? configuration.connection.requestTimeout)
        let backoff = Backoff(configuration.retryBackoff, max: configuration.retryBackoffMax)
        var pauseCount = 0
        while true {
            switch try await attempt({ deadline <= .now }) {
            case .done(let value): return value
            case .again(let error):
                if deadline <= .now { throw error }
                pauseCount += 1
                try await pause(nanoseconds: backoff.delayNs(attempt: pauseCount, chance: .random(in: -1...1)))
            case .againAtOnce(let error):
                if deadline <= .now { throw error }
            }
        }
    }

    /// Waits, unless the task is cancelled or the client is closed.
    private func pause(nanoseconds: Int64) async throws {
        try checkOpen()
        let end = Waiter<Void>()
        let timer = LoopTimer(on: loop)
        timer.schedule(afterNanoseconds: nanoseconds) { end.resume() }
        pauses[ObjectIdentifier(end)] = end
        defer {
            timer.close()
            pauses[ObjectIdentifier(end)] = nil
        }
        try await wait(for: end)
    }
}
