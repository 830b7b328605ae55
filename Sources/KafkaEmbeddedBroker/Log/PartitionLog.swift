import KafkaProtocol
import Synchronization

/// One partition: its leader, its offsets, its producers' sequences and, when logs are kept, its batches.
///
/// Any connection of any loop may append and read; each does so under the partition's own lock, for far less than a
/// microsecond.
final class PartitionLog: Sendable {
    let index: Int32
    /// The node that led the partition first.
    let preferredLeader: Int32
    /// Whether batches are kept.
    let isKeeping: Bool
    /// Bytes kept. `Cluster` reads it without the lock when it makes room.
    let keptByteCount = Atomic<Int>(0)
    let state: Mutex<State>

    struct State {
        /// -1 without one.
        var leader: Int32
        /// Whether the leader left when no other node was there to lead.
        var isOrphaned = false
        var leaderEpoch: Int32 = 0
        var isDeleted = false
        var startOffset: Int64 = 0
        var endOffset: Int64 = 0
        var batches = BatchQueue()
        var segments = SegmentChain()
        /// Which leaders have appended, and where they began.
        var epochs = EpochHistory()
        var producers = ProducerSequences()
        var transactions = PartitionTransactions()
        var batchCount = 0
        var recordCount = 0
        var byteCount = 0
        var duplicateCount = 0
        var waiters: [FetchWaiter] = []
    }

    init(index: Int32, leader: Int32, isKeeping: Bool) {
        self.index = index
        preferredLeader = leader
        self.isKeeping = isKeeping
        state = Mutex(State(leader: leader))
    }

    /// The leader's node id (-1 without one) and epoch.
    var leadership: LeaderIDAndEpoch { state.withLock { $0.leadership } }

    /// Why a broker does not answer for this partition, nil when it does.
    ///
    /// - Parameter epoch: the leader's epoch that the client knows, -1 when it knows none (KIP-320).
    func refusal(node: Int32, epoch: Int32) -> KafkaErrorCode? {
        state.withLock { $0.refusal(node: node, epoch: epoch) }
    }

    /// Makes `node` the leader, or nobody with -1, with the next epoch; nothing happens when it is already.
    func moveLeader(to node: Int32) {
        wake(state.withLock { $0.moveLeader(to: node) })
    }

    /// Takes the leader away until a node comes.
    func orphan() {
        let waiters = state.withLock { state in
            defer { state.isOrphaned = true }
            return state.moveLeader(to: -1)
        }
        wake(waiters)
    }

    /// Makes `node` the leader if the partition waits for one.
    func adopt(by node: Int32) {
        wake(state.withLock { $0.isOrphaned ? $0.moveLeader(to: node) : [] })
    }

    private func wake(_ waiters: [FetchWaiter]) {
        for waiter in waiters { waiter.wake() }
    }

    /// Drops everything. Later requests for the partition are told that it does not exist.
    ///
    /// - Returns: the bytes that were kept.
    func delete() -> Int {
        let (byteCount, waiters) = state.withLock { state in
            let byteCount = state.batches.byteCount
            state.isDeleted = true
            state.batches = BatchQueue()
            state.segments = SegmentChain()
            state.startOffset = state.endOffset
            keptByteCount.store(0, ordering: .relaxed)
            return (byteCount, state.takeWaiters())
        }
        wake(waiters)
        return byteCount
    }

    /// Forgets the sequences of all producers.
    func forgetProducers() { state.withLock { $0.producers.forgetAll() } }

    /// Drops the oldest batch.
    ///
    /// - Returns: its bytes, 0 when none is kept.
    func dropOldest() -> Int {
        state.withLock { state in
            guard let batch = state.batches.removeFirst() else { return 0 }
            state.startOffset = batch.lastOffset + 1
            state.epochs.drop(before: state.startOffset)
            state.transactions.forget(before: state.startOffset)
            keptByteCount.store(state.batches.byteCount, ordering: .relaxed)
            return batch.byteCount
        }
    }

    /// The first offset that can be read.
    var startOffset: Int64 { state.withLock { $0.startOffset } }

    /// Batches that repeated an earlier one.
    var duplicateCount: Int { state.withLock { $0.duplicateCount } }

    var statistics: EmbeddedBrokerStatistics.Partition {
        state.withLock { state in
            EmbeddedBrokerStatistics.Partition(
                leader: state.leader, leaderEpoch: state.leaderEpoch, startOffset: state.startOffset,
                endOffset: state.endOffset, batchCount: state.batchCount, recordCount: state.recordCount,
                byteCount: state.byteCount, keptByteCount: state.batches.byteCount)
        }
    }
}

extension PartitionLog.State {
    var leadership: LeaderIDAndEpoch { LeaderIDAndEpoch(leaderID: leader, leaderEpoch: leaderEpoch) }

    func refusal(node: Int32, epoch: Int32) -> KafkaErrorCode? {
        if isDeleted { return .unknownTopicOrPartition }
        if leader != node { return .notLeaderOrFollower }
        if epoch >= 0, epoch < leaderEpoch { return .fencedLeaderEpoch }
        return epoch > leaderEpoch ? .unknownLeaderEpoch : nil
    }

    mutating func moveLeader(to node: Int32) -> [FetchWaiter] {
        if leader == node { return [] }
        leader = node
        leaderEpoch += 1
        isOrphaned = false
        return takeWaiters()
    }

    /// Those that have waited for the bytes that came. The others go on waiting.
    mutating func takeWaiters(forGrowthBy byteCount: Int) -> [FetchWaiter] {
        var due: [FetchWaiter] = []
        waiters.removeAll { waiter in
            guard waiter.isDone || waiter.didGrow(by: byteCount) else { return false }
            due.append(waiter)
            return true
        }
        return due
    }

    mutating func takeWaiters() -> [FetchWaiter] {
        if waiters.isEmpty { return [] }
        defer { waiters = [] }
        return waiters
    }
}
