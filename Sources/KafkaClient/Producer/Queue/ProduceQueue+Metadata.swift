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
            if !exists || description.partitions[index].leader != leader { unlisted += unlist(leader) }
        }
        topics[topic].apply(description)
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
        if case .isMissing(_, let byteCount) = topics[topic].presence { byteCount > 0 } else { false }
    }

    /// Notes that a broker does not know a topic that was known. Its batches wait within a bound of bytes.
    mutating func miss(_ name: String, now: MonotonicInstant) {
        guard let topic = topicIndices[name], case .exists = topics[topic].presence else { return }
        topics[topic].presence = .isMissing(since: now, byteCount: topics[topic].heldByteCount)
    }

    /// Fails the batches of a topic that is gone, and those that come later, until something new is known of it.
    mutating func refuse(_ name: String, _ error: KafkaClientError, now: MonotonicInstant, _ effects: inout Effects) {
        guard let topic = topicIndices[name] else { return }
        topics[topic].presence = .isGone(error)
        failWaiting(of: topic, error, now: now, &effects)
    }

    /// Why a batch can't be taken: its topic is gone, or it is missing and its batches have all the bytes that other topics
    /// can spare.
    mutating func refusal(of batch: RecordBatch, in topic: Int, now: MonotonicInstant) -> KafkaClientError? {
        switch topics[topic].presence {
        case .exists: return nil
        case .isGone(let error): return error
        case .isMissing(let since, let counted):
            var byteCount = counted + batch.heldByteCount
            // What was sent since has not been subtracted.
            if byteCount > missingByteCountMax { byteCount = topics[topic].heldByteCount + batch.heldByteCount }
            // One broker alone may be behind, and others take the batches: then an answer has cleared this by then.
            if byteCount <= missingByteCountMax || now < since + Self.missingTimeMin {
                topics[topic].presence = .isMissing(since: since, byteCount: byteCount)
                return nil
            }
            return KafkaClientError(
                .unknownTopic,
                """
                no broker knows topic '\(topics[topic].name)' at the moment, and the records that wait for it have all the \
                memory that others can spare
                """, brokerError: .unknownTopicOrPartition)
        }
    }

    /// How long a topic must be missing before batches are refused for want of memory.
    private static let missingTimeMin = Duration.seconds(1)

    /// What of a broker's requests in flight is known: of which topics they are, and whether another broker leads one of
    /// their partitions by now.
    func flights(to broker: Int32) -> (topics: Set<String>, haveMoved: Bool) {
        var names: Set<String> = []
        var haveMoved = false
        for topic in topics {
            for partition in topic.partitions {
                guard case .inFlight(let batch) = partition.state, batch.flight?.broker == broker else { continue }
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
