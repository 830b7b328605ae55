import Synchronization

/// A number of produce requests that several lanes share, whatever brokers they go to.
///
/// A lane that finds no room leaves its name, and all who did are called when there is, in that order: one alone might
/// have nothing to send any more, and the others would wait for ever.
public final class InFlightLimit: Sendable {
    public let limit: Int
    private let state: Mutex<State>

    private struct State {
        var used = 0
        var waiters: [@Sendable () -> Void] = []
    }

    /// - Precondition: `limit` is positive.
    public init(_ limit: Int) {
        precondition(limit > 0)
        self.limit = limit
        state = Mutex(State())
    }

    /// Takes a place, or remembers to call `whenFree` once when one may be free.
    func take(whenFree: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            if state.used < limit {
                state.used += 1
                return true
            }
            state.waiters.append(whenFree)
            return false
        }
    }

    /// Gives a place back.
    func give() {
        let waiters = state.withLock { state in
            state.used -= 1
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter() }
    }
}
