import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// A produce queue with a clock of its own and all that came out of it.
struct QueueBench: ~Copyable {
    var queue: ProduceQueue
    var now = MonotonicInstant(nanoseconds: 1_000_000)
    var effects = ProduceQueue.Effects()
    private let metadata = ClusterMetadata()
    let pool = BatchMemoryPool(bufferByteCount: 64, byteCountMax: 1 << 40)

    static func configuration(
        deliveryTimeout: Duration = .seconds(10), retryBackoff: Duration = .milliseconds(100), attempts: Int = .max,
        order: Order = .oneInFlight, target: Int = 1000, max: Int = 1500
    ) -> ProducerConfiguration {
        ProducerConfiguration(
            deliveryTimeout: deliveryTimeout, retryBackoff: retryBackoff, retryBackoffMax: .seconds(1),
            attempts: attempts, idempotence: order == .idempotent, mayReorder: order == .none,
            requestByteCountTarget: target, requestByteCountMax: max)
    }

    /// What keeps the order of a partition's batches.
    enum Order: CaseIterable {
        case oneInFlight, idempotent, none

        /// The most batches of a partition in flight.
        var inFlightMax: Int {
            switch self {
            case .oneInFlight: 1
            case .idempotent: 5
            case .none: 64
            }
        }
    }

    init(_ configuration: ProducerConfiguration = QueueBench.configuration(), isTransactional: Bool = false) {
        queue = ProduceQueue(configuration, isTransactional: isTransactional)
    }

    /// Says who leads each partition of topics.
    mutating func learn(_ leaders: [String: [Int32]]) {
        _ = try! metadata.apply(MetadataResponse(leaders: leaders), from: Endpoint(host: "b", port: 1), now: now)
        for name in leaders.keys.sorted() { queue.apply(metadata.description(of: name)!, to: name, now: now, &effects) }
        queue.didAsk(Set(queue.topicIndices.keys), now: now, &effects)
    }

    @discardableResult
    mutating func enqueue(
        _ partition: Int32, topic: String = "t", byteCount: Int = 100, recordCount: Int = 1
    ) -> RecordBatch {
        let batch = RecordBatch.sample(
            topic: topic, partition: partition, byteCount: byteCount, recordCount: recordCount, pool: pool)
        enqueue(batch)
        return batch
    }

    private mutating func enqueue(_ batch: RecordBatch) {
        let isNew = queue.topicIndices[batch.topic] == nil
        queue.enqueue(batch, in: queue.topicIndex(batch.topic), now: now, &effects)
        // A queue learns of the topics that it uses only: what was said before is said again, as the lane does.
        if isNew, let known = metadata.description(of: batch.topic) {
            effects.topicsToRefresh.remove(batch.topic)
            queue.apply(known, to: batch.topic, now: now, &effects)
        }
    }

    /// Enqueues a batch of records whose values are numbers.
    mutating func enqueue(records numbers: Range<Int>, partition: Int32 = 0) {
        enqueue(.ofNumbers(numbers, partition: partition, pool: pool))
    }

    mutating func take(_ broker: Int32) -> [ProduceQueue.Item] {
        queue.takeRequest(for: broker, now: now, &effects).items
    }

    /// Gives the queue a producer id.
    mutating func identify(_ id: Int64 = 1, epoch: Int16 = 0) {
        effects.leadersWithoutIdentity = []
        queue.setIdentity(ProducerIdentity(id: id, epoch: epoch), now: now, &effects)
    }

    mutating func answer(_ item: ProduceQueue.Item, _ outcome: AttemptOutcome, chance: Double = 0) {
        let times = AttemptTimes(broker: 0, began: now, ended: now)
        queue.complete(item, outcome, times, chance: chance, &effects)
    }

    mutating func answer(_ items: [ProduceQueue.Item], _ outcome: AttemptOutcome) {
        for item in items { answer(item, outcome) }
    }

    mutating func pass(_ time: Duration) {
        now = now + time
        queue.tick(now: now, &effects)
    }

    /// What has ended since this was asked last.
    mutating func takeDeliveries() -> [Delivery] {
        defer { effects.deliveries = [] }
        return effects.deliveries
    }

    mutating func takeTopicsToRefresh() -> Set<String> {
        defer { effects.topicsToRefresh = [] }
        return effects.topicsToRefresh
    }
}

extension MetadataResponse {
    /// An answer that tells the leader of each partition of topics.
    init(leaders: [String: [Int32]]) {
        self.init()
        for (name, leaders) in leaders {
            var topic = MetadataResponse.Topic()
            topic.name = name
            topic.partitions = leaders.enumerated().map { index, leader in
                var partition = MetadataResponse.Partition()
                partition.partitionIndex = Int32(index)
                partition.leaderID = leader
                return partition
            }
            topics.append(topic)
        }
    }
}

extension AttemptOutcome {
    static let stored = AttemptOutcome.acknowledged(baseOffset: 5, logAppendTimeMs: -1)
    static let moved = AttemptOutcome.refused(.notLeaderOrFollower, nil)
    static let busy = AttemptOutcome.refused(.requestTimedOut, nil)
    static let fatal = AttemptOutcome.refused(.messageTooLarge, nil)
    static let outOfOrder = AttemptOutcome.refused(.outOfOrderSequenceNumber, nil)
    static let lost = AttemptOutcome.unanswered(KafkaClientError(.connectionFailed, "lost"))
}

extension RecordBatch {
    /// A batch as a builder makes it, of records whose values are numbers.
    static func ofNumbers(
        _ numbers: Range<Int>, topic: String = "t", partition: Int32, pool: BatchMemoryPool, marks: [BatchMark] = []
    ) -> RecordBatch {
        var chunk = RecordChunk()
        for number in numbers {
            try! chunk.append(
                value: "\(number)", key: "key \(number)", headers: [RecordHeader(key: "h", value: [1])],
                timestampMs: Int64(1000 + number % 7))
        }
        let memory = pool.takeBeyondBound(4096)
        var open = OpenBatch(in: memory)
        precondition(open.append(chunk, nowMs: 0))
        return try! BatchSealer(pool.codec, pool: pool).seal(
            open, in: memory, topic: topic, partition: partition, marks: marks, numbers: RecordNumbers(),
            firstAppend: .now, sealed: .now)
    }

    /// The values of its records, as numbers.
    func readNumbers() throws -> [Int] {
        var numbers: [Int] = []
        _ = try RecordReader().forEachRecord(in: copiedBytes, from: 0) { record, _ in
            numbers.append(Int(String(decoding: record.valueBytes ?? [], as: UTF8.self))!)
        }
        return numbers
    }
}
