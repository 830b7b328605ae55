import KafkaProtocol
import KafkaQueues
import Synchronization

/// A limit on the produce requests in flight that several lanes share, to all brokers together.
///
/// A lane needs a permit for each request. A lane that gets none waits in line, and a permit that is given back goes to the
/// first in line. So the lane that gives a permit back does not take it again before the others, and no lane starves.
public final class InFlightLimit: Sendable {
    /// The number of requests that may be in flight at once.
    public let limit: Int
    private let state = Mutex(State())

    private struct State {
        var used = 0
        var line = WaitingLine()
    }

    /// Creates a limit, to be given to each lane that shares it.
    ///
    /// - Parameter limit: the number of requests that may be in flight at once; at least one.
    /// - Throws: `KafkaClientError` with `.invalidArgument` when `limit` is zero or negative.
    public init(_ limit: Int) throws(KafkaClientError) {
        guard limit > 0 else {
            throw KafkaClientError(
                .invalidArgument, "a limit of \(limit) requests in flight lets none go; use 1 or more")
        }
        self.limit = limit
    }

    /// The number of lanes that wait for a permit.
    var lineLength: Int { state.withLock { $0.line.count } }

    /// Takes a permit if one is free and no lane waits for it.
    func tryTake() -> Bool {
        state.withLock { state in
            guard state.used < limit, state.line.isEmpty else { return false }
            state.used += 1
            return true
        }
    }

    /// Takes a permit, after waiting in line for it.
    ///
    /// - Throws: `CancellationError` when the task is cancelled; no permit is taken then.
    nonisolated(nonsending) func take() async throws {
        let waiter: Waiter<Void>? = state.withLock { state in
            if state.used < limit, state.line.isEmpty {
                state.used += 1
                return nil
            }
            return state.line.join()
        }
        guard let waiter else { return }
        do {
            try await waiter.wait()
        } catch {
            state.withLock { $0.line.leave(waiter) }
            throw error
        }
    }

    /// Gives a permit back. The first in line gets it.
    func give() {
        while true {
            let next: Waiter<Void>? = state.withLock { state in
                let next = state.line.takeFirst()
                if next == nil { state.used -= 1 }
                return next
            }
            // A waiter refuses the permit when its lane was closed in the meantime: the next in line gets it.
            guard let next, !next.resume() else { return }
        }
    }
}
