import Synchronization

/// The sessions of members of share groups at one node, so many at most (KIP-932).
final class ShareSessionRoom: Sendable {
    /// The partitions of all sessions of a node. Kafka has no such bound.
    static let partitionCountMax = 1_000_000

    private struct State {
        var sessionCount = 0
        var partitionCount = 0
    }

    private let sessionCountMax: Int
    private let state = Mutex(State())

    init(sessionCountMax: Int) { self.sessionCountMax = sessionCountMax }

    /// - Returns: false when there are as many as there may be.
    func takeSession() -> Bool {
        state.withLock { state in
            guard state.sessionCount < sessionCountMax else { return false }
            state.sessionCount += 1
            return true
        }
    }

    /// - Parameter change: how many more a session has, or fewer when it is negative.
    /// - Returns: false when there would be too many; nothing has changed then.
    func changePartitions(by change: Int) -> Bool {
        state.withLock { state in
            guard change <= Self.partitionCountMax - state.partitionCount else { return false }
            state.partitionCount += change
            return true
        }
    }

    /// A session is over, which had so many partitions.
    func giveBackSession(partitionCount: Int) {
        state.withLock { state in
            state.sessionCount -= 1
            state.partitionCount -= partitionCount
        }
    }
}
