import KafkaProtocol
import KafkaTransport
import Synchronization

/// What share groups have done with partitions, whichever node leads them: as if a log had been replayed, all but the locks.
final class ShareStore: Sendable {
    struct Key: Hashable, Sendable {
        let group: String
        let topicID: KafkaUUID
        let partition: Int32
    }

    fileprivate struct State {
        var partitions: [Key: SharePartition] = [:]
        /// Fetches that wait, by group.
        var waiters: [String: [FetchWaiter]] = [:]
    }

    private let state = Mutex(State())

    /// So many partitions of groups are kept; more can't be shared.
    static let partitionCountMax = 100_000

    /// Does something with what a group has done with a partition.
    ///
    /// - Parameters:
    ///   - initial: makes it where there is nothing yet.
    ///   - body: returns its result, and whether records have become available.
    /// - Returns: nil when there is no room for it.
    func update<Result>(
        _ key: Key, initial: () -> SharePartition?, _ body: (inout SharePartition) -> (Result, isFreed: Bool)
    ) -> Result? {
        let (result, waiters) = state.withLock { state -> (Result?, [FetchWaiter]) in
            var partition = state.partitions.removeValue(forKey: key)
            if partition == nil, state.partitions.count < Self.partitionCountMax { partition = initial() }
            guard var partition else { return (nil, []) }
            let (result, isFreed) = body(&partition)
            state.partitions[key] = partition
            return (result, isFreed ? state.takeWaiters(key.group) : [])
        }
        for waiter in waiters { waiter.wake() }
        return result
    }

    /// What is known of a group's partitions.
    func partitions(of group: String) -> [Key: SharePartition] {
        state.withLock { $0.partitions.filter { $0.key.group == group } }
    }

    subscript(key: Key) -> SharePartition? { state.withLock { $0.partitions[key] } }

    /// Sets where a group goes on.
    func set(_ key: Key, _ partition: SharePartition?) {
        let waiters = state.withLock { state in
            state.partitions[key] = partition
            return state.takeWaiters(key.group)
        }
        for waiter in waiters { waiter.wake() }
    }

    func forget(group: String) { state.withLock { $0.partitions = $0.partitions.filter { $0.key.group != group } } }

    func forget(topicID: KafkaUUID) {
        state.withLock { $0.partitions = $0.partitions.filter { $0.key.topicID != topicID } }
    }

    /// Gives back what a member has.
    ///
    /// - Parameter node: at this node only; nil for everywhere.
    func release(_ member: String, of group: String, at node: Int32?) {
        let waiters = state.withLock { state in
            var isFreed = false
            for key in state.partitions.keys.filter({ $0.group == group }) {
                guard node == nil || state.partitions[key]!.node == node else { continue }
                if state.partitions[key]!.release(member: member) { isFreed = true }
            }
            return isFreed ? state.takeWaiters(group) : []
        }
        for waiter in waiters { waiter.wake() }
    }

    /// Wakes a fetch when records of its group become available.
    func notify(_ waiter: FetchWaiter, of group: String) {
        state.withLock { state in
            state.waiters[group, default: []].removeAll { $0.isDone }
            state.waiters[group]!.append(waiter)
        }
    }
}

extension ShareStore.State {
    fileprivate mutating func takeWaiters(_ group: String) -> [FetchWaiter] {
        waiters.removeValue(forKey: group) ?? []
    }
}
