import Synchronization

/// A number of produce requests that several lanes share, whatever brokers they go to.
///
/// A lane that finds no room waits in line, and a place that comes free is handed to the first in it: who gives it back
/// can't take it again before the others, so no lane starves.
public final class InFlightLimit: Sendable {
    public let limit: Int
    private let state: Mutex<State>

    private struct State {
        var used = 0
        var waiters: [(owner: ObjectIdentifier, whenGranted: @Sendable () -> Void)] = []
    }

    /// - Precondition: `limit` is positive.
    public init(_ limit: Int) {
        precondition(limit > 0)
        self.limit = limit
        state = Mutex(State())
    }

    /// Takes a place; without one the caller waits in line, and `whenGranted` is called once with a place in its hand,
    /// which it uses or gives back.
    func take(for owner: ObjectIdentifier, whenGranted: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            if state.used < limit {
                state.used += 1
                return true
            }
            state.waiters.append((owner, whenGranted))
            return false
        }
    }

    /// Gives a place back, or on to the first in line.
    func give() {
        let next = state.withLock { state -> (@Sendable () -> Void)? in
            if !state.waiters.isEmpty { return state.waiters.removeFirst().whenGranted }
            state.used -= 1
            return nil
        }
        next?()
    }

    /// Leaves the line. False when the caller does not stand in it, perhaps because a place is on its way to it.
    func withdraw(_ owner: ObjectIdentifier) -> Bool {
        state.withLock { state in
            let count = state.waiters.count
            state.waiters.removeAll { $0.owner == owner }
            return state.waiters.count < count
        }
    }
}
