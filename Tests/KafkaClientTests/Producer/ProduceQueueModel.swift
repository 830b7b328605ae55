import KafkaProtocol
import KafkaTransport
import TestSupport

@testable import KafkaClient

/// Drives a produce queue at random against simulated brokers, and says after each step what does not hold.
///
/// What must hold:
/// - no batch is lost: each comes to one delivery and no more, and none that is acknowledged is missing from the log;
/// - none is stored twice, or stored and told as failed, without a word (`mayBeDuplicated`); with idempotence, none is
///   stored twice at all;
/// - batches that belong to a partition are stored there in the order in which they came, copies side by side;
/// - of a partition one batch is in flight at most, or a window of them, and requests keep their bound;
/// - memory is given back: the pool holds what is pending or in a request, and nothing else;
/// - a batch ends before its answer only when its time is over;
/// - a drain ends when all that came before it has, and the ready lists hold what is ready.
struct ProduceQueueModel: QueueModel, ~Copyable {
    private var bench: QueueBench
    private let order: QueueBench.Order
    private var identityCount: Int64 = 0
    private var cluster = SimulatedCluster(leaders: ["a": [0, 0, 1, 2], "b": [1, 1, 2], "c": [2]])
    private static let topics = [("a", 4), ("b", 3), ("c", 1)]
    private var random: SeededGenerator
    private(set) var complaints: [String] = []
    private(set) var enqueuedCount = 0
    private(set) var endedCount = 0
    private(set) var acknowledgedCount = 0

    /// By number, of batches that are pending.
    private var pending: [Int: PendingFacts] = [:]
    private var pendingByteCount = 0
    /// Of batches that have ended while their request was in flight, which still holds them.
    private var heldByteCount = 0
    /// By number: the bytes of those.
    private var heldBatches: [Int: Int] = [:]
    private var flightCounts: [ProduceQueue.PartitionKey: Int] = [:]
    private(set) var mostInFlight = 0
    private var inFlight: [(broker: Int32, items: [ProduceQueue.Item])] = []
    /// Drains that have not ended: the epoch, and the number of the last batch before it.
    private var drains: [(epoch: Int, last: Int)] = []
    /// The last strict batch in each log.
    private var lastStored: [SimulatedCluster.Partition: Int] = [:]

    private struct PendingFacts {
        let byteCount: Int
        let isStrict: Bool
    }

    /// Strict batches by number; needed to check logs after they have ended.
    private var isStrict: [Bool] = [false]

    init(seed: UInt64, _ order: QueueBench.Order) {
        random = SeededGenerator(seed: seed)
        self.order = order
        bench = QueueBench(QueueBench.configuration(deliveryTimeout: .seconds(3), attempts: 6, order: order))
    }

    /// How often brokers knew a batch by its number, or refused it.
    var sequenceAnswers: (duplicates: Int, outOfOrder: Int) { (cluster.duplicateCount, cluster.outOfOrderCount) }

    private mutating func draw(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }

    // MARK: Steps

    mutating func step() {
        switch draw(0..<40) {
        case 0..<12: enqueue()
        case 12..<20: take()
        case 20..<30: answer()
        case 30: cluster.moveLeader(using: &random)
        case 31..<34: bench.learn(cluster.leaders)
        case 34:
            let broker = Int32.random(in: SimulatedCluster.brokers, using: &random)
            let reason = KafkaClientError(.connectionFailed, "broker \(broker) is down")
            bench.queue.giveUp(
                broker: broker, until: bench.now + .milliseconds(30), because: reason, now: bench.now, &bench.effects)
        case 35: if let epoch = bench.queue.beginEpoch() { drains.append((epoch, enqueuedCount)) }
        case 37 where !bench.effects.leadersWithoutIdentity.isEmpty: identify()
        case 36 where draw(0..<50) == 0:
            let closed = KafkaClientError(.closed, "closed")
            bench.queue.failWaiting(closed, now: bench.now, &bench.effects)
        default: bench.pass(.milliseconds(draw(0..<60)))
        }
        check()
    }

    /// Gives out an id, whose epochs may soon be used up.
    private mutating func identify() {
        identityCount += 1
        bench.identify(identityCount, epoch: draw(0..<2) == 0 ? .max - 3 : 0)
    }

    private mutating func enqueue() {
        enqueuedCount += 1
        let (topic, partitionCount) = Self.topics[draw(0..<Self.topics.count)]
        let isStrict = draw(0..<4) > 0
        let partition = isStrict ? Int32(draw(0..<partitionCount)) : -1
        let byteCount = draw(61..<700)
        // The number of records is what the batch is known by; the model holds no batch.
        bench.enqueue(partition, topic: topic, byteCount: byteCount, recordCount: enqueuedCount)
        pending[enqueuedCount] = PendingFacts(byteCount: max(64, byteCount), isStrict: isStrict)
        pendingByteCount += max(64, byteCount)
        self.isStrict.append(isStrict)
    }

    private mutating func take() {
        let broker = Int32.random(in: SimulatedCluster.brokers, using: &random)
        let items = bench.take(broker)
        if items.isEmpty { return }
        let byteCount = items.reduce(0) { $0 + $1.batch.byteCount }
        if items.count > 1, byteCount > 1500 { complaints.append("a request of \(byteCount) bytes") }
        inFlight.append((broker, items))
        count(items)
    }

    private mutating func count(_ items: [ProduceQueue.Item]) {
        for item in items {
            flightCounts[item.key, default: 0] += 1
            mostInFlight = max(mostInFlight, flightCounts[item.key]!)
            if flightCounts[item.key]! > order.inFlightMax {
                complaints.append("\(flightCounts[item.key]!) batches of \(item.key) in flight")
            }
            if (item.stamp == nil) == (order == .idempotent) { complaints.append("a wrong stamp") }
        }
    }

    private mutating func answer() {
        guard let request = inFlight.randomElement(using: &random) else { return }
        // A broker reads a connection's requests in order, up to the one at which the connection is lost.
        let isLost = draw(0..<16) == 0
        var readCount = isLost ? draw(0..<4) : 1
        repeat {
            guard let index = inFlight.firstIndex(where: { $0.broker == request.broker }) else { return }
            answer(inFlight.remove(at: index), isRead: readCount > 0, isLost: isLost)
            readCount -= 1
        } while isLost
    }

    private mutating func answer(
        _ request: (broker: Int32, items: [ProduceQueue.Item]), isRead: Bool = true, isLost: Bool = false
    ) {
        for item in request.items {
            flightCounts[item.key]! -= 1
            heldByteCount -= heldBatches.removeValue(forKey: item.batch.recordCount) ?? 0
            var outcome = AttemptOutcome.lost
            if isRead {
                let partition = SimulatedCluster.Partition(topic: item.topic, index: item.partition)
                outcome = cluster.receive(
                    item.batch.recordCount, item.stamp, for: partition, at: request.broker, using: &random)
            }
            if isLost { outcome = .lost }
            bench.answer(item, outcome, chance: Double.random(in: -1...1, using: &random))
        }
    }

    /// Answers all, lets time pass, and sends all there is until nothing is left.
    mutating func settle() {
        cluster.settle()
        bench.learn(cluster.leaders)
        // Longer than the delivery timeout: what is left by then is lost.
        for _ in 0..<4000 where bench.queue.pendingCount > 0 {
            if !bench.effects.leadersWithoutIdentity.isEmpty { identify() }
            for broker in SimulatedCluster.brokers {
                while true {
                    let items = bench.take(broker)
                    if items.isEmpty { break }
                    inFlight.append((broker, items))
                    count(items)
                }
            }
            // One after the other is let go of: a request that is held holds its batches.
            while !inFlight.isEmpty { answer(inFlight.removeFirst()) }
            bench.pass(.milliseconds(1))
            check()
        }
        if bench.queue.pendingCount > 0 { complaints.append("\(bench.queue.pendingCount) batches are left") }
        if !drains.isEmpty { complaints.append("\(drains.count) drains are left") }
        for broker in SimulatedCluster.brokers where bench.queue.readyByteCount(broker) != 0 {
            complaints.append("broker \(broker) has bytes ready and no batches")
        }
    }

    // MARK: What must hold

    private mutating func check() {
        // Let go of at once: what the queue still held of a batch would show in the pool.
        for delivery in bench.takeDeliveries() { check(delivery) }
        if bench.queue.pendingCount != pending.count { complaints.append("pendingCount is wrong") }
        if bench.pool.takenByteCount != pendingByteCount + heldByteCount {
            complaints.append("the pool misses \(bench.pool.takenByteCount - pendingByteCount - heldByteCount) bytes")
        }
        checkLogs()
        checkDrains()
        checkReadyLists()
    }

    private mutating func check(_ delivery: Delivery) {
        let number = delivery.batch.recordCount
        guard let facts = pending.removeValue(forKey: number) else {
            return complaints.append("batch \(number): a delivery of what was not pending")
        }
        endedCount += 1
        pendingByteCount -= facts.byteCount
        if inFlight.contains(where: { $0.items.contains { $0.batch.recordCount == number } }) {
            heldBatches[number] = facts.byteCount
            heldByteCount += facts.byteCount
            if delivery.error?.code != .deliveryTimedOut { complaints.append("batch \(number) ended in flight") }
        }
        let storedCount = cluster.storedCounts[number] ?? 0
        if delivery.isAcknowledged {
            acknowledgedCount += 1
            if storedCount == 0 { complaints.append("batch \(number): acknowledged and not stored") }
            if storedCount > 1, order == .idempotent { complaints.append("batch \(number): stored twice") }
            if storedCount > 1, !delivery.mayBeDuplicated {
                complaints.append("batch \(number): stored \(storedCount) times without a word")
            }
        } else {
            if delivery.error == nil { complaints.append("batch \(number): failed without a reason") }
            if storedCount > 1, order == .idempotent { complaints.append("batch \(number): stored twice, and failed") }
            if storedCount > 0, !delivery.mayBeDuplicated {
                complaints.append("batch \(number): failed and stored without a word")
            }
        }
    }

    /// Strict batches lie in their partition in the order of their numbers; a copy may follow itself.
    private mutating func checkLogs() {
        for (partition, number) in cluster.takeStored() where isStrict[number] {
            let last = lastStored[partition] ?? -1
            if number < last, order != .none { complaints.append("\(partition): batch \(number) behind \(last)") }
            lastStored[partition] = number
        }
    }

    private mutating func checkDrains() {
        while let drain = drains.first, bench.queue.epochs.first > drain.epoch {
            drains.removeFirst()
            if pending.keys.contains(where: { $0 <= drain.last }) {
                complaints.append("a drain ended before batch \(drain.last) and those before it")
            }
        }
        if drains.isEmpty { return }
        let oldest = pending.keys.min() ?? .max
        if oldest > drains[0].last { complaints.append("a drain goes on after all before it has ended") }
    }

    private mutating func checkReadyLists() {
        var listed: [ProduceQueue.PartitionKey] = []
        for (broker, list) in bench.queue.ready {
            var byteCount = 0
            list.partitions.forEach { key in
                let partition = bench.queue[key]
                let isRight = partition.isReady && partition.leader == broker && !listed.contains(key)
                if !isRight { complaints.append("\(key) is listed for broker \(broker)") }
                listed.append(key)
                byteCount += partition.waiting.first?.batch.byteCount ?? 0
            }
            if byteCount != list.byteCount { complaints.append("broker \(broker): \(list.byteCount) bytes ready") }
        }
        var readyCount = 0
        for topic in bench.queue.topics {
            for partition in topic.partitions where partition.isReady { readyCount += 1 }
        }
        if readyCount != listed.count {
            complaints.append("\(readyCount - listed.count) ready partitions are not listed")
        }
    }
}
