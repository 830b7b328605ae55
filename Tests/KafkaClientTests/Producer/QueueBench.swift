import Testing

@testable import KafkaClient

/// A produce queue with a clock of its own and all that came out of it.
struct QueueBench {
    var queue: ProduceQueue
    var nowNs: Int64 = 1_000_000
    var effects = ProduceQueue.Effects()
    private var snapshot = ClusterSnapshot()
    let pool = BatchMemoryPool(bufferByteCount: 64, byteCountMax: 1 << 40)

    static func configuration(
        deliveryTimeout: Duration = .seconds(10), retryBackoff: Duration = .milliseconds(100), attempts: Int = .max,
        target: Int = 1000, max: Int = 1500
    ) -> ProducerConfiguration {
        try! ProducerConfiguration(
            deliveryTimeout: deliveryTimeout, retryBackoff: retryBackoff, retryBackoffMax: .seconds(1),
            attempts: attempts,
            requestByteCountTarget: target, requestByteCountMax: max)
    }

    init(_ configuration: ProducerConfiguration = QueueBench.configuration()) { queue = ProduceQueue(configuration) }

    /// Says who leads each partition of topics.
    mutating func learn(_ leaders: [String: [Int32]]) {
        var response = MetadataResponse()
        for (name, leaders) in leaders {
            var topic = MetadataResponse.Topic()
            topic.name = name
            topic.partitions = leaders.enumerated().map { index, leader in
                var partition = MetadataResponse.Partition()
                partition.partitionIndex = Int32(index)
                partition.leaderID = leader
                return partition
            }
            response.topics.append(topic)
        }
        snapshot.apply(response)
        queue.apply(snapshot, nowNs: nowNs, &effects)
    }

    @discardableResult
    mutating func enqueue(_ partition: Int32, topic: String = "t", byteCount: Int = 100) -> RecordBatch {
        let batch = RecordBatch.sample(topic: topic, partition: partition, byteCount: byteCount, pool: pool)
        let isNew = !queue.topicNames.contains(topic)
        queue.enqueue(batch, nowNs: nowNs, &effects)
        // A queue learns of the topics that it uses only: what was said before is said again, as the lane does.
        if isNew, snapshot.topics[topic] != nil {
            effects.topicsToRefresh.remove(topic)
            queue.apply(snapshot, nowNs: nowNs, &effects)
        }
        return batch
    }

    mutating func take(_ broker: Int32) -> [ProduceQueue.Item] { queue.takeRequest(for: broker, nowNs: nowNs).items }

    mutating func answer(_ item: ProduceQueue.Item, _ outcome: AttemptOutcome) {
        let code: KafkaErrorCode? =
            switch outcome {
            case .acknowledged: KafkaErrorCode.none
            case .refused(let code, _): code
            case .unanswered: nil
            }
        item.pending.exchanges.append(
            Exchange(broker: 0, acks: .all, beginNs: nowNs, endNs: nowNs, errorCode: code, error: nil))
        queue.complete(item, outcome, nowNs: nowNs, chance: 0, &effects)
    }

    mutating func answer(_ items: [ProduceQueue.Item], _ outcome: AttemptOutcome) {
        for item in items { answer(item, outcome) }
    }

    mutating func pass(_ time: Duration) {
        nowNs += time.nanoseconds
        queue.tick(nowNs: nowNs, &effects)
    }

    /// Who has ended since this was asked last.
    mutating func takeDeliveries() -> [Delivery] {
        defer { effects.deliveries = [] }
        return effects.deliveries
    }

    mutating func takeTopicsToRefresh() -> Set<String> {
        defer { effects.topicsToRefresh = [] }
        return effects.topicsToRefresh
    }
}

extension AttemptOutcome {
    static let stored = AttemptOutcome.acknowledged(baseOffset: 5, logAppendTimeMs: -1)
    static let moved = AttemptOutcome.refused(.notLeaderOrFollower, nil)
    static let busy = AttemptOutcome.refused(.requestTimedOut, nil)
    static let fatal = AttemptOutcome.refused(.messageTooLarge, nil)
    static let lost = AttemptOutcome.unanswered(KafkaClientError(.connectionFailed, "lost"))
}
