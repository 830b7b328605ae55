// All transactional ids are behind one lock, whichever node coordinates them, as groups are. Markers are written and groups told with
// the lock held: so nothing is added to a transaction that is ending. The locks of logs and of groups are taken inside, never around.

import KafkaProtocol
import KafkaTransport
import Synchronization

/// The transactions of the cluster.
final class TransactionCoordinator: Sendable {
    struct State {
        private(set) var producers: [String: TransactionalProducer] = [:]
        /// About the bytes that they take.
        private var byteCount = 0
        var alarm: GroupAlarm?
        /// When the alarm goes off.
        var alarmAt = MonotonicInstant.distantFuture

        /// Keeps what an id has come to.
        mutating func put(_ producer: TransactionalProducer, _ id: String) {
            byteCount += growth(by: producer, id)
            producers[id] = producer
        }

        /// Whether an id may come to that. It may always shrink.
        func hasRoom(for producer: TransactionalProducer, _ id: String, byteCountMax: Int) -> Bool {
            let growth = growth(by: producer, id)
            return growth <= 0 || growth <= byteCountMax - byteCount
        }

        private func growth(by producer: TransactionalProducer, _ id: String) -> Int {
            producer.byteCount - (producers[id]?.byteCount ?? -id.utf8.count)
        }

        mutating func setAlarm(_ moment: MonotonicInstant) {
            guard moment < alarmAt else { return }
            alarmAt = moment
            alarm?.set(at: moment)
        }
    }

    let settings: EmbeddedBrokerTransactions
    let state = Mutex(State())

    init(_ settings: EmbeddedBrokerTransactions) { self.settings = settings }

    /// Looks at all producers.
    var all: [String: TransactionalProducer] { state.withLock { $0.producers } }
}

extension Cluster {
    /// Begins to watch the time of transactions.
    func startTransactions(on loop: EventLoop) {
        transactions.state.withLock { state in
            state.alarm = GroupAlarm(on: loop) { [weak self] in self?.expireTransactions() }
        }
    }

    /// Gives a transactional id to a producer.
    func initializeTransactions(
        _ id: String, known: (id: Int64, epoch: Int16)?, timeoutMs: Int32
    ) throws(TransactionRefusal) -> (id: Int64, epoch: Int16) {
        let settings = transactions.settings
        if id.isEmpty { throw TransactionRefusal(.invalidRequest) }
        guard timeoutMs > 0, Duration.milliseconds(Int(timeoutMs)) <= settings.timeoutMax else {
            throw TransactionRefusal(.invalidTransactionTimeout)
        }
        return try transactions.state.withLock { state throws(TransactionRefusal) in
            guard var producer = state.producers[id] else {
                let producer = TransactionalProducer(producerID: makeProducerID(), timeoutMs: timeoutMs)
                guard state.producers.count < settings.idCountMax,
                    state.hasRoom(for: producer, id, byteCountMax: settings.byteCountMax)
                else { throw TransactionRefusal(.policyViolation) }
                state.put(producer, id)
                return (producer.producerID, producer.epoch)
            }
            let ending = try producer.initialize(
                known: known, timeoutMs: timeoutMs, isSecond: settings.isSecond, makeID: makeProducerID)
            state.put(producer, id)
            if let ending {
                finish(ending)
                throw TransactionRefusal(.concurrentTransactions)
            }
            return (producer.producerID, producer.epoch)
        }
    }

    /// Adds partitions and groups to a transaction.
    ///
    /// - Parameter verifiesOnly: whether they have to be there already.
    func addToTransaction(
        _ id: String, _ producerID: Int64, _ epoch: Int16, partitions: [TransactionPartition] = [],
        groups: [String] = [],
        verifiesOnly: Bool = false
    ) throws(TransactionRefusal) {
        try transactions.state.withLock { state throws(TransactionRefusal) in
            try add(to: id, producerID, epoch, partitions, groups, verifiesOnly: verifiesOnly, &state)
        }
    }

    private func add(
        to id: String, _ producerID: Int64, _ epoch: Int16, _ partitions: [TransactionPartition], _ groups: [String],
        verifiesOnly: Bool, _ state: inout TransactionCoordinator.State
    ) throws(TransactionRefusal) {
        guard var producer = state.producers[id] else { throw TransactionRefusal(.invalidProducerIdMapping) }
        try producer.check(producerID, epoch)
        if verifiesOnly {
            guard partitions.allSatisfy({ producer.has($0) }), groups.allSatisfy({ producer.has(group: $0) }) else {
                throw TransactionRefusal(.invalidTxnState)
            }
            return
        }
        producer.add(partitions, groups: groups, now: .now, nowMs: WallTime.now.millisecondsSince1970)
        guard state.hasRoom(for: producer, id, byteCountMax: transactions.settings.byteCountMax) else {
            throw TransactionRefusal(.policyViolation)
        }
        state.setAlarm(producer.deadline)
        state.put(producer, id)
    }

    /// Lets a partition take batches of a transaction, which it has to be in.
    ///
    /// - Parameter adds: whether it is added to the transaction (KIP-890).
    func openTransaction(
        _ id: String, _ header: RecordBatchHeader, of partition: TransactionPartition, in log: PartitionLog, adds: Bool
    ) throws(TransactionRefusal) {
        try transactions.state.withLock { state throws(TransactionRefusal) in
            do throws(TransactionRefusal) {
                try add(
                    to: id, header.producerID, header.producerEpoch, [partition], [], verifiesOnly: !adds, &state)
            } catch {
                // As Kafka tells it to those who produce.
                throw error.code == .producerFenced ? TransactionRefusal(.invalidProducerEpoch) : error
            }
            log.openTransaction(of: header.producerID, header.producerEpoch)
        }
    }

    /// Does something for a transaction that the group is in, so that it does not end meanwhile.
    func withTransaction<Result>(
        _ id: String, _ producerID: Int64, _ epoch: Int16, group: String, adds: Bool, _ body: () -> Result
    ) throws(TransactionRefusal) -> Result {
        try transactions.state.withLock { state throws(TransactionRefusal) in
            try add(to: id, producerID, epoch, [], [group], verifiesOnly: !adds, &state)
            return body()
        }
    }

    /// Commits or aborts a transaction.
    ///
    /// - Returns: under what the producer goes on.
    func endTransaction(
        _ id: String, _ producerID: Int64, _ epoch: Int16, commit: Bool, bumps: Bool
    ) throws(TransactionRefusal) -> (id: Int64, epoch: Int16) {
        try transactions.state.withLock { state throws(TransactionRefusal) in
            guard var producer = state.producers[id] else { throw TransactionRefusal(.invalidProducerIdMapping) }
            let ending = try producer.end(commit: commit, producerID, epoch, bumps: bumps, makeID: makeProducerID)
            state.put(producer, id)
            if let ending { finish(ending) }
            return (producer.producerID, producer.epoch)
        }
    }

    private func expireTransactions() {
        let now = MonotonicInstant.now
        transactions.state.withLock { state in
            state.alarmAt = .distantFuture
            for (id, producer) in state.producers {
                guard producer.deadline <= now else {
                    state.setAlarm(producer.deadline)
                    continue
                }
                var producer = producer
                finish(producer.abort(isSecond: transactions.settings.isSecond, makeID: makeProducerID))
                state.put(producer, id)
            }
        }
    }

    /// Writes the markers, and tells the groups.
    private func finish(_ ending: TransactionEnding) {
        for partition in ending.partitions {
            guard let topic = topic(named: partition.topic), topic.id == partition.topicID,
                let log = topic.partition(partition.index)
            else { continue }
            append(TransactionMarker(ending), to: log)
        }
        for group in ending.groups { groups.endTransaction(of: ending.producerID, in: group, commit: ending.isCommit) }
    }

    private func append(_ marker: TransactionMarker, to log: PartitionLog) {
        guard log.isKeeping, reserve(marker.bytes.count, for: log) else { return log.append(marker, keptIn: nil) }
        log.append(marker, keptIn: segments)
    }
}

extension GroupCoordinator {
    /// Takes the offsets over that a transaction has brought, or drops them.
    func endTransaction(of producerID: Int64, in group: String, commit: Bool) {
        update(group) { group, _, _ in group?.endTransaction(of: producerID, commit: commit) }
    }
}
