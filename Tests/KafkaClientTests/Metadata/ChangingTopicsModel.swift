import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaClient

/// The produce queue at random under topics that are made anew, grow, go missing and are gone, brokers that are given up and
/// reached, and throttling. Checks what `ProduceQueueModel` does, and after each step that nothing has been forgotten.
struct ChangingTopicsModel: QueueModel, ~Copyable {
    struct Truth {
        var incarnation: UInt64
        var leaders: [Int32]
        var exists = true
        var id: KafkaUUID { KafkaUUID(high: 7, low: incarnation) }
    }

    struct Place: Hashable {
        let topic: String
        let index: Int32
    }

    var queue: ProduceQueue
    var now = MonotonicInstant(nanoseconds: 1_000_000)
    var effects = ProduceQueue.Effects()
    let pool = BatchMemoryPool(bufferByteCount: 64, byteCountMax: 1 << 40)
    var random: SeededGenerator
    var truth: [String: Truth] = [
        "a": Truth(incarnation: 1, leaders: [0, 0, 1, 2]), "b": Truth(incarnation: 2, leaders: [1, 1, 2]),
        "c": Truth(incarnation: 3, leaders: [2]),
    ]
    /// What was last told of each topic.
    var told: [String: Truth] = [:]
    var generation = 1
    var nextIncarnation: UInt64 = 10
    var complaints: [String] = []
    var enqueuedCount = 0
    var acknowledgedCount = 0
    var endedCount = 0
    var codes: [KafkaClientError.Code: Int] = [:]
    var pending: [Int: (byteCount: Int, queued: MonotonicInstant, topic: String, partition: Int32)] = [:]
    var pendingByteCount = 0
    var heldByteCount = 0
    var heldBatches: [Int: Int] = [:]
    var flightCounts: [ProduceQueue.PartitionKey: Int] = [:]
    var inFlight: [(broker: Int32, items: [ProduceQueue.Item])] = []
    var drains: [(epoch: Int, last: Int)] = []
    var isStrict: [Bool] = [false]
    var topics: [String] = [""]
    var storedCounts: [Int: Int] = [:]
    var sequences: [Place: SimulatedSequences] = [:]
    var lastStored: [Place: Int] = [:]
    /// Topics that the owner has been told to ask for, and has not asked for.
    var toAsk: Set<String> = []
    var isSettling = false
    var backingOffMax = 0
    var hasTicked = false

    let order: QueueBench.Order
    var identityCount: Int64 = 0

    init(seed: UInt64, _ order: QueueBench.Order) {
        random = SeededGenerator(seed: seed)
        self.order = order
        queue = ProduceQueue(
            QueueBench.configuration(deliveryTimeout: .seconds(3), attempts: 6, order: order))
    }

    mutating func draw(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }
    mutating func drawTopic() -> String { ["a", "b", "c"][draw(0..<3)] }

    mutating func step() {
        hasTicked = false
        switch draw(0..<60) {
        case 0..<16: enqueue()
        case 16..<26: take()
        case 26..<38: answer()
        case 38:
            let topic = drawTopic()
            truth[topic]!.leaders[draw(0..<truth[topic]!.leaders.count)] = .random(in: -1...2, using: &random)
        case 39 where draw(0..<6) == 0: recreate()
        case 40 where draw(0..<6) == 0:
            let topic = drawTopic()
            if truth[topic]!.exists, truth[topic]!.leaders.count < 6 {
                truth[topic]!.leaders.append(.random(in: 0...2, using: &random))
            }
        case 41 where draw(0..<12) == 0: truth[drawTopic()]!.exists = false
        case 41: for topic in truth.keys.sorted() where draw(0..<8) == 0 { truth[topic]!.exists = true }
        case 42..<46: learn(drawTopic(), lies: draw(0..<6) == 0)
        case 46, 47: ask()
        case 48:
            let broker = Int32.random(in: 0...2, using: &random)
            queue.giveUp(
                broker: broker, until: now + .milliseconds(50),
                because: KafkaClientError(.connectionFailed, "broker \(broker) is down"), now: now, &effects)
        case 49: queue.didReach(broker: .random(in: 0...2, using: &random))
        case 50: if let epoch = queue.beginEpoch() { drains.append((epoch, enqueuedCount)) }
        case 52 where !effects.leadersWithoutIdentity.isEmpty: identify()
        case 51 where draw(0..<80) == 0:
            queue.failWaiting(KafkaClientError(.closed, "closed"), now: now, &effects)
        default: pass(.milliseconds(draw(0..<60)))
        }
        check()
    }

    mutating func identify() {
        effects.leadersWithoutIdentity = []
        identityCount += 1
        queue.setIdentity(ProducerIdentity(id: identityCount), now: now, &effects)
    }

    mutating func recreate() {
        let topic = drawTopic()
        let count = draw(1..<6)
        // What was in the topic of before is gone.
        for place in sequences.keys where place.topic == topic { sequences[place] = nil }
        if order == .idempotent { for place in lastStored.keys where place.topic == topic { lastStored[place] = nil } }
        for number in storedCounts.keys where topics[number] == topic { storedCounts[number] = nil }
        truth[topic] = Truth(
            incarnation: nextIncarnation, leaders: (0..<count).map { _ in .random(in: 0...2, using: &random) })
        nextIncarnation += 1
    }

    mutating func pass(_ time: Duration) {
        now = now + time
        queue.tick(now: now, &effects)
        hasTicked = true
    }

    /// The lane asks for what it was told to ask for.
    mutating func ask() {
        let names = toAsk
        toAsk = []
        for name in names.sorted() { learn(name, lies: false) }
        queue.didAsk(names, now: now, &effects)
    }

    mutating func learn(_ topic: String, lies: Bool) {
        let truth = truth[topic]!
        guard truth.exists else {
            if draw(0..<3) == 0 {
                queue.refuse(topic, KafkaClientError(.unknownTopic, "gone"), now: now, &effects)
            } else {
                queue.miss(topic, now: now)
            }
            return
        }
        told[topic] = truth
        var leaders = truth.leaders
        if lies { for index in leaders.indices { leaders[index] = .random(in: -1...2, using: &random) } }
        told[topic]!.leaders = leaders
        applyTold(topic)
    }

    mutating func applyTold(_ topic: String) {
        guard let known = told[topic] else { return }
        generation += 1
        let description = TopicDescription(
            id: known.id, partitions: known.leaders.map { .init(leader: $0, leaderEpoch: 1, replicas: []) },
            generation: generation)
        queue.apply(description, to: topic, now: now, &effects)
    }

    mutating func enqueue(_ topic: String? = nil, _ partition: Int32? = nil) {
        let topic = topic ?? drawTopic()
        enqueuedCount += 1
        let count = told[topic]?.leaders.count ?? 3
        let isStrict = partition != nil || draw(0..<4) > 0
        // Sometimes a partition that the lane does not know yet.
        let chosen = partition ?? (isStrict ? Int32(draw(0..<count + (draw(0..<20) == 0 ? 2 : 0))) : -1)
        let byteCount = draw(61..<700)
        let batch = RecordBatch.sample(
            topic: topic, partition: chosen, byteCount: byteCount, recordCount: enqueuedCount, pool: pool)
        pending[enqueuedCount] = (max(64, byteCount), now, topic, chosen)
        pendingByteCount += max(64, byteCount)
        self.isStrict.append(isStrict)
        topics.append(topic)
        let isNew = queue.topicIndices[topic] == nil
        queue.enqueue(batch, in: queue.topicIndex(batch.topic), now: now, &effects)
        if isNew, told[topic] != nil { applyTold(topic) }
    }

    mutating func take() {
        let broker = Int32.random(in: 0...2, using: &random)
        var throttled: Range<MonotonicInstant>?
        if draw(0..<3) == 0 {
            let begin = now.advanced(byNanoseconds: -Int64(draw(0..<50_000_000)))
            throttled = begin..<begin.advanced(byNanoseconds: Int64(draw(0..<80_000_000)))
        }
        takeAll(broker, throttled)
    }

    @discardableResult
    mutating func takeAll(_ broker: Int32, _ throttled: Range<MonotonicInstant>? = nil) -> Bool {
        let items = queue.takeRequest(for: broker, now: now, throttled: throttled, &effects).items
        if items.isEmpty {
            if queue.readyByteCount(broker) > 0 { complaints.append("ready bytes, and nothing to take") }
            return false
        }
        let byteCount = items.reduce(0) { $0 + $1.batch.byteCount }
        if items.count > 1, byteCount > 1500 { complaints.append("a request of \(byteCount) bytes") }
        inFlight.append((broker, items))
        for item in items {
            flightCounts[item.key, default: 0] += 1
            if flightCounts[item.key]! > order.inFlightMax {
                complaints.append("\(flightCounts[item.key]!) batches of \(item.key) in flight")
            }
        }
        return true
    }

    mutating func answer() {
        guard !inFlight.isEmpty else { return }
        // A broker reads a connection's requests in order.
        let broker = inFlight[draw(0..<inFlight.count)].broker
        answer(inFlight.remove(at: inFlight.firstIndex { $0.broker == broker }!))
    }

    mutating func answer(_ request: (broker: Int32, items: [ProduceQueue.Item])) {
        let fate = isSettling ? 9 : draw(0..<16)
        for item in request.items {
            flightCounts[item.key]! -= 1
            heldByteCount -= heldBatches.removeValue(forKey: item.batch.recordCount) ?? 0
            var outcome = AttemptOutcome.lost
            if fate != 0 { outcome = receive(item, at: request.broker) }
            if fate == 1 { outcome = .lost }
            let times = AttemptTimes(broker: request.broker, began: now, ended: now)
            queue.complete(item, outcome, times, chance: Double.random(in: -1...1, using: &random), &effects)
        }
    }

    mutating func receive(_ item: ProduceQueue.Item, at broker: Int32) -> AttemptOutcome {
        let truth = truth[item.topic]!
        guard truth.exists else { return .refused(.unknownTopicOrPartition, nil) }
        if truth.id != item.topicID { return .refused(.unknownTopicId, nil) }
        guard truth.leaders.indices.contains(Int(item.partition)) else {
            return .refused(.unknownTopicOrPartition, nil)
        }
        guard truth.leaders[Int(item.partition)] == broker else { return .moved }
        let number = item.batch.recordCount
        switch isSettling ? 9 : draw(0..<20) {
        case 0: return .refused(.notEnoughReplicas, nil)
        case 1: return .refused(.messageTooLarge, "too large")
        case let chance:
            let place = Place(topic: item.topic, index: item.partition)
            switch sequences[place, default: SimulatedSequences()].take(item.stamp, recordCount: number) {
            case .next: store(number, item)
            case .duplicate: break
            case .refused(let code): return .refused(code, nil)
            }
            if chance == 2 { return .refused(.requestTimedOut, nil) }
            return chance == 3 ? .moved : .acknowledged(baseOffset: 1, logAppendTimeMs: -1)
        }
    }

    mutating func store(_ number: Int, _ item: ProduceQueue.Item) {
        storedCounts[number, default: 0] += 1
        guard isStrict[number] else { return }
        let place = Place(topic: item.topic, index: item.partition)
        let last = lastStored[place] ?? -1
        if number < last, order != .none { complaints.append("\(place): batch \(number) behind \(last)") }
        lastStored[place] = number
    }

    mutating func settle() {
        for topic in truth.keys.sorted() {
            truth[topic]!.leaders = truth[topic]!.leaders.map { $0 < 0 ? 1 : $0 }
            truth[topic]!.exists = true
        }
        isSettling = true
        while !inFlight.isEmpty { answer(inFlight.removeFirst()) }
        check()
        // The lane is told of what is true; from now on all goes well, and nothing may wait for its deadline.
        for topic in truth.keys.sorted() { learn(topic, lies: false) }
        for topic in truth.keys.sorted() {
            for partition in truth[topic]!.leaders.indices { enqueue(topic, Int32(partition)) }
        }
        let first = pending.filter {
            $0.value.queued + .milliseconds(1500) > now
                && Int($0.value.partition) < truth[$0.value.topic]!.leaders.count
        }.keys
        let fresh = Set(first)
        for _ in 0..<1400 where !pending.isEmpty {
            if !effects.leadersWithoutIdentity.isEmpty { identify() }
            for broker: Int32 in 0...2 { while takeAll(broker) {} }
            while !inFlight.isEmpty { answer(inFlight.removeFirst()) }
            pass(.milliseconds(1))
            check()
            if Int.random(in: 0..<50, using: &random) == 0 { ask() }
        }
        let left = fresh.filter { pending[$0] != nil }
        if !left.isEmpty { complaints.append("\(left.count) batches wait though all is well") }
        pass(.seconds(3))
        check()
        if queue.pendingCount > 0 { complaints.append("\(queue.pendingCount) batches are left") }
        if !drains.isEmpty { complaints.append("\(drains.count) drains are left") }
    }

    // MARK: What must hold

    mutating func check() {
        for delivery in effects.deliveries { check(delivery) }
        effects.deliveries = []
        toAsk.formUnion(effects.topicsToRefresh)
        effects.topicsToRefresh = []
        effects.retries = []
        if queue.pendingCount != pending.count { complaints.append("pendingCount is wrong") }
        if pool.takenByteCount != pendingByteCount + heldByteCount {
            complaints.append("the pool misses \(pool.takenByteCount - pendingByteCount - heldByteCount) bytes")
        }
        while let drain = drains.first, queue.epochs.first > drain.epoch {
            drains.removeFirst()
            if pending.keys.contains(where: { $0 <= drain.last }) { complaints.append("a drain ended early") }
        }
        if let drain = drains.first, (pending.keys.min() ?? .max) > drain.last { complaints.append("a drain goes on") }
        checkReady()
        checkForgotten()
    }

    mutating func check(_ delivery: Delivery) {
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
        let storedCount = storedCounts[number] ?? 0
        if delivery.isAcknowledged {
            acknowledgedCount += 1
            if storedCount == 0 { complaints.append("batch \(number): acknowledged and not stored") }
            if storedCount > 1, !delivery.mayBeDuplicated { complaints.append("batch \(number): doubled, no word") }
        } else {
            codes[delivery.error!.code, default: 0] += 1
            if storedCount > 0, !delivery.mayBeDuplicated { complaints.append("batch \(number): failed and stored") }
        }
    }

    mutating func checkReady() {
        var listed: Set<ProduceQueue.PartitionKey> = []
        for (broker, list) in queue.ready {
            var byteCount = 0
            list.partitions.forEach { key in
                let partition = queue[key]
                if !partition.isReady || partition.leader != broker || !listed.insert(key).inserted {
                    complaints.append("\(key) is listed for broker \(broker)")
                }
                byteCount += partition.waiting.first?.batch.byteCount ?? 0
            }
            if byteCount != list.byteCount { complaints.append("broker \(broker): \(list.byteCount) bytes ready") }
            if !list.partitions.isEmpty, list.since > now { complaints.append("ready since never") }
        }
        let ready = queue.topics.reduce(0) { $0 + $1.partitions.count { $0.isReady } }
        if ready != listed.count { complaints.append("ready partitions that are not listed") }
    }

    /// Nothing lies where nobody looks.
    mutating func checkForgotten() {
        let backing = Set(queue.backingOff)
        backingOffMax = max(backingOffMax, queue.backingOff.count)
        for (index, topic) in queue.topics.enumerated() {
            var needsAsking = false
            for (number, partition) in topic.partitions.enumerated() {
                let key = ProduceQueue.PartitionKey(topic: index, partition: Int32(number))
                let what = "\(topic.name)/\(number)"
                if case .backingOff(let until) = partition.state {
                    if !backing.contains(key) { complaints.append("\(what) backs off, and no tick looks at it") }
                    if until <= now { complaints.append("\(what): a pause is over, and it still rests") }
                }
                if partition.waiting.isEmpty || partition.flightsCount > 0 { continue }
                if number >= topic.partitionCount { complaints.append("\(what): batches for a partition that went") }
                switch partition.state {
                case .idle where effects.leadersWithoutIdentity.isEmpty:
                    complaints.append("\(what) is idle, and batches wait")
                case .leaderless:
                    if partition.leader >= 0 { complaints.append("\(what) is leaderless, and has a leader") }
                    needsAsking = true
                default: break
                }
                if hasTicked, let first = partition.waiting.first, first.deadline <= now, !partition.isReady {
                    complaints.append("\(what): a batch has outlived its deadline")
                }
            }
            topic.unplaced.forEach { batch in
                needsAsking = true
                if topic.isKnown, batch.isStrict, Int(batch.partition) < topic.partitionCount {
                    complaints.append("\(topic.name): a batch for partition \(batch.partition) is not placed")
                }
                if topic.isKnown, !batch.isStrict { complaints.append("\(topic.name): any is not placed") }
                if hasTicked, batch.deadline <= now {
                    complaints.append("\(topic.name): unplaced outlives its deadline")
                }
            }
            if needsAsking, !toAsk.contains(topic.name) {
                complaints.append("\(topic.name) needs asking for, and nobody does")
            }
        }
    }
}
