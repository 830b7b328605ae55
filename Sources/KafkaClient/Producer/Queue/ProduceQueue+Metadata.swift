import KafkaProtocol
import KafkaTransport

extension ProduceQueue {
    /// Takes what is known of a topic: its id, its partitions and their leaders. Of a topic that is not in use nothing is kept.
    ///
    /// A topic that was made anew gets the batches that wait for partitions that it has. The others fail, or are placed
    /// again if they may go to any.
    mutating func apply(
        _ description: TopicDescription, to name: String, now: MonotonicInstant, _ effects: inout Effects
    ) {
        guard let topic = topicIndices[name] else { return }
        var unlisted: [PartitionKey] = []
        for index in topics[topic].partitions.indices where topics[topic].partitions[index].isReady {
            let leader = topics[topic].partitions[index].leader
            let exists = description.partitions.indices.contains(index)
            if !exists || description.partitions[index].leader != leader || description.id != topics[topic].id {
                unlisted += unlist(leader)
            }
        }
        topics[topic].apply(description)
        if description.hasLeader {
            let leaderless = topics[topic].partitions.indices.filter { topics[topic].partitions[$0].leader < 0 }
            moveAny(from: leaderless.map { PartitionKey(topic: topic, partition: Int32($0)) }, now: now, &effects)
        }
        for key in unlisted { advance(key, now: now, &effects) }
        for partition in topics[topic].partitions.indices {
            let key = PartitionKey(topic: topic, partition: Int32(partition))
            if partition < topics[topic].partitionCount {
                advance(key, now: now, &effects)
            } else {
                for batch in self[key].waiting.takeAll() {
                    place(batch, in: topic, atFront: false, now: now, &effects)
                }
            }
        }
        for batch in topics[topic].unplaced.takeAll() {
            place(batch, in: topic, atFront: false, now: now, &effects)
        }
    }

    /// Notes that topics were asked for. Those of which too little is known for their batches are to be asked for again.
    mutating func didAsk(_ names: Set<String>, now: MonotonicInstant, _ effects: inout Effects) {
        for name in names {
            guard let topic = topicIndices[name] else { continue }
            if topics[topic].isKnown {
                for batch in topics[topic].unplaced.takeAll() {
                    place(batch, in: topic, atFront: false, now: now, &effects)
                }
            }
            let isUnsettled = topics[topic].partitions.contains { partition in
                if case .leaderless = partition.state { !partition.waiting.isEmpty } else { false }
            }
            if isUnsettled || !topics[topic].unplaced.isEmpty || isMissing(topic) {
                effects.topicsToRefresh.insert(name)
            }
        }
    }

    private func isMissing(_ topic: Int) -> Bool {
        if case .isMissing = topics[topic].presence { true } else { false }
    }

    /// Notes that a broker does not know a topic that was known. Its batches wait.
    mutating func miss(_ name: String, now: MonotonicInstant) {
        guard let topic = topicIndices[name], case .exists = topics[topic].presence else { return }
        topics[topic].presence = .isMissing(since: now)
    }

    /// The memory of a batch that waits for a missing topic; nil when none does.
    var poolOfMissing: BatchMemoryPool? {
        for topic in topics {
            guard case .isMissing = topic.presence else { continue }
            let waiting = topic.partitions.lazy.compactMap { $0.waiting.first ?? $0.batchesInFlight.first?.batch }
            if let batch = topic.unplaced.first ?? waiting.first { return batch.batch.pool }
        }
        return nil
    }

    /// Whether batches of missing topics stand in the way of other topics: both are in use, and it is not one broker alone that
    /// is behind while others take the batches.
    func isCrowded(now: MonotonicInstant) -> Bool {
        var isMissing = false
        var areOthersUsed = false
        for topic in topics {
            if topic.isStuck(now: now) {
                isMissing = true
            } else if now < topic.lastEnqueued + Self.useTimeMax {
                areOthersUsed = true
            }
        }
        return isMissing && areOthersUsed
    }

    /// Fails the oldest batches of missing topics, so that others get their memory.
    ///
    /// - Parameter byteCount: the memory that is wanted.
    mutating func evictMissing(_ byteCount: Int, now: MonotonicInstant, _ effects: inout Effects) {
        var byteCount = byteCount
        for topic in topics.indices where topics[topic].isStuck(now: now) {
            let leaders = Set(topics[topic].partitions.lazy.filter(\.isReady).map(\.leader))
            let unlisted = leaders.flatMap { unlist($0) }
            let error = KafkaClientError(
                .unknownTopic,
                """
                no broker knows topic '\(topics[topic].name)' at the moment, and other topics need the memory of the records \
                that wait for it
                """, brokerError: .unknownTopicOrPartition)
            while byteCount > 0, let oldest = topics[topic].popOldest() {
                byteCount -= oldest.batch.heldByteCount
                end(oldest, in: topic, .failed(error), now: now, &effects)
            }
            for key in unlisted { advance(key, now: now, &effects) }
        }
    }

    /// How long after its last batch a topic counts as used.
    private static let useTimeMax = Duration.seconds(5)

    /// Fails the batches of a topic that is gone, and those that come later, until something new is known of it.
    mutating func refuse(_ name: String, _ error: KafkaClientError, now: MonotonicInstant, _ effects: inout Effects) {
        guard let topic = topicIndices[name] else { return }
        topics[topic].presence = .isGone(error)
        failWaiting(of: topic, error, now: now, &effects)
    }

    /// What of a broker's requests in flight is known: of which topics they are, and whether another broker leads one of
    /// their partitions by now.
    func flights(to broker: Int32) -> (topics: Set<String>, haveMoved: Bool) {
        var names: Set<String> = []
        var haveMoved = false
        for topic in topics {
            for partition in topic.partitions {
                guard partition.batchesInFlight.contains(where: { $0.broker == broker }) else { continue }
                names.insert(topic.name)
                if partition.leader >= 0, partition.leader != broker { haveMoved = true }
            }
        }
        return (names, haveMoved)
    }

    /// The topics of the partitions that are ready for a broker.
    func topicsReady(for broker: Int32) -> Set<String> {
        var names: Set<String> = []
        ready[broker]?.partitions.forEach { names.insert(topics[$0.topic].name) }
        return names
    }
}
