import KafkaProtocol
import KafkaQueues
import Synchronization

/// A number of produce requests that several lanes share, whatever brokers they go to.
///
/// A lane that gets no permit waits in line, and a permit that comes free is handed to the first in it: the lane that gives
/// it back can't take it again before the others, so no lane starves.
public final class InFlightLimit: Sendable {
    /// Requests that may be in flight at once.
    public let limit: Int
    private let state = Mutex(State())

    private struct State {
        var used = 0
        var line = WaitingLine()
    }

    /// - Parameter limit: requests that may be in flight at once; at least one.
    /// - Throws: `KafkaClientError` with `.invalidArgument`.
    public init(_ limit: Int) throws(KafkaClientError) {
        guard limit > 0 else {
            throw KafkaClientError(
                .invalidArgument, "a limit of \(limit) requests in flight lets none go; use 1 or more")
        }
        self.limit = limit
    }

    /// Lanes that wait for a permit.
    var lineLength: Int { state.withLock { $0.line.count } }

    /// Takes a permit if one is free and nobody waits for it.
    func tryTake() -> Bool {
        state.withLock { state in
            guard state.used < limit, state.line.isEmpty else { return false }
            state.used += 1
            return true
        }
    }

    /// Takes a permit, and waits in line for it.
    ///
    /// - Throws: `CancellationError`; no permit is taken then.
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

    /// Gives a permit back, or on to the first in line.
    func give() {
        while true {
            let next: Waiter<Void>? = state.withLock { state in
                let next = state.line.takeFirst()
                if next == nil { state.used -= 1 }
                return next
            }
            // Refused by a lane that was closed meanwhile.
            guard let next, !next.resume() else { return }
        }
    }
}
