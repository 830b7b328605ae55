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
        /// Those that were acquired and are not done, of all partitions.
        var recordCount = 0
        /// Fetches that wait, by group.
        var waiters: [String: [FetchWaiter]] = [:]
    }

    private let state = Mutex(State())
    private let partitionCountMax: Int
    private let recordCountMax: Int

    /// - Parameters:
    ///   - partitionCountMax: so many partitions of groups are kept; more can't be shared.
    ///   - recordCountMax: so many records may be with members or come again, of all groups together. Beyond them no others are acquired.
    init(partitionCountMax: Int = 100_000, recordCountMax: Int = 1_000_000) {
        self.partitionCountMax = partitionCountMax
        self.recordCountMax = recordCountMax
    }

    /// Does something with what a group has done with a partition.
    ///
    /// - Parameters:
    ///   - initial: makes it where there is nothing yet.
    ///   - body: is told how many records may be acquired that never were; returns its result, and whether records have become available.
    /// - Returns: nil when there is no room for it.
    func update<Result>(
        _ key: Key, initial: () -> SharePartition?,
        _ body: (inout SharePartition, _ room: Int) -> (Result, isFreed: Bool)
    ) -> Result? {
        let (result, waiters) = state.withLock { state -> (Result?, [FetchWaiter]) in
            var partition = state.take(key)
            if partition == nil, state.partitions.count < partitionCountMax { partition = initial() }
            guard var partition else { return (nil, []) }
            let (result, isFreed) = body(
                &partition, max(0, recordCountMax - state.recordCount - partition.entries.count))
            state.put(partition, key)
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
    ///
    /// - Returns: false when there is no room for it.
    func set(_ key: Key, _ partition: SharePartition) -> Bool {
        let (isSet, waiters) = state.withLock { state in
            let isKnown = state.take(key) != nil
            guard isKnown || state.partitions.count < partitionCountMax else { return (false, [FetchWaiter]()) }
            state.put(partition, key)
            return (true, state.takeWaiters(key.group))
        }
        for waiter in waiters { waiter.wake() }
        return isSet
    }

    /// Forgets what a group has done with a partition.
    func forget(_ key: Key) {
        let waiters = state.withLock { state in
            _ = state.take(key)
            return state.takeWaiters(key.group)
        }
        for waiter in waiters { waiter.wake() }
    }

    func forget(group: String) { forgetAll { $0.group == group } }

    func forget(topicID: KafkaUUID) { forgetAll { $0.topicID == topicID } }

    private func forgetAll(where isGone: (Key) -> Bool) {
        state.withLock { state in for key in state.partitions.keys.filter(isGone) { _ = state.take(key) } }
    }

    /// A partition has lost its records from an offset on.
    func cut(_ topicID: KafkaUUID, _ partition: Int32, from offset: Int64) {
        state.withLock { state in
            for key in state.partitions.keys.filter({ $0.topicID == topicID && $0.partition == partition }) {
                guard var cut = state.take(key) else { continue }
                cut.cut(from: offset)
                state.put(cut, key)
            }
        }
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
            state.dropDoneWaiters(group)
            state.waiters[group, default: []].append(waiter)
        }
    }

    /// Forgets fetches that wait no longer.
    func forgetDoneWaiters(of group: String) { state.withLock { $0.dropDoneWaiters(group) } }

    /// The groups with fetches that wait.
    var waitingGroupCount: Int { state.withLock { $0.waiters.count } }
}

extension ShareStore.State {
    fileprivate mutating func take(_ key: ShareStore.Key) -> SharePartition? {
        guard let partition = partitions.removeValue(forKey: key) else { return nil }
        recordCount -= partition.entries.count
        return partition
    }

    fileprivate mutating func put(_ partition: SharePartition, _ key: ShareStore.Key) {
        partitions[key] = partition
        recordCount += partition.entries.count
    }

    fileprivate mutating func takeWaiters(_ group: String) -> [FetchWaiter] {
        waiters.removeValue(forKey: group) ?? []
    }

    fileprivate mutating func dropDoneWaiters(_ group: String) {
        guard var left = waiters.removeValue(forKey: group) else { return }
        left.removeAll { $0.isDone }
        if !left.isEmpty { waiters[group] = left }
    }
}
