import KafkaProtocol
import KafkaTransport

extension ProduceQueue {
    /// Takes the leaders, the ids and the partitions of the topics in use from a snapshot of the cluster.
    mutating func apply(_ snapshot: ClusterSnapshot, now: MonotonicInstant, _ effects: inout Effects) {
        for topic in topics.indices {
            guard let description = snapshot.topics[topics[topic].name], !description.partitions.isEmpty else {
                continue
            }
            topics[topic].apply(description)
        }
        // Leaders may have changed: a partition that was ready for one broker may now be ready for another.
        for broker in ready.keys { _ = unlist(broker) }
        for topic in topics.indices {
            guard topics[topic].isKnown else {
                if !topics[topic].unplaced.isEmpty { effects.topicsToRefresh.insert(topics[topic].name) }
                continue
            }
            for partition in topics[topic].partitions.indices {
                advance(PartitionKey(topic: topic, partition: Int32(partition)), now: now, &effects)
            }
            for batch in topics[topic].unplaced.takeAll() {
                place(batch, in: topic, atFront: false, isLearned: true, now: now, &effects)
            }
        }
    }
}
