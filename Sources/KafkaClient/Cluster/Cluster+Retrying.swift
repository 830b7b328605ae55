import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// The outcome of one attempt of `Cluster.retrying`.
enum Attempt<Value> {
    case done(Value)
    /// Try again after a pause. The error is thrown when the time is over.
    case again(KafkaClientError)
    /// Try again without a pause. The error is thrown when the time is over.
    case againAtOnce(KafkaClientError)
}

extension Cluster {
    /// Repeats an attempt until it is done, it throws, or the time is over. The pauses between attempts grow.
    ///
    /// - Parameters:
    ///   - timeout: no attempt begins after this time. Nil for the request timeout.
    ///   - attempt: gets a function that says whether the time is over, so that no other attempt follows.
    /// - Throws: what the attempt throws; the error of the last attempt when the time is over; `CancellationError`;
    ///   `KafkaClientError` with `.closed`.
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
    func pause(nanoseconds: Int64) async throws {
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
