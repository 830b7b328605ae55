import KafkaProtocol

/// What partitions know of idempotent producers. It may be called at any time and from any thread.
extension EmbeddedBroker {
    /// Forgets the epochs, the sequences and the last batches of all producers, as Kafka does when they were silent for
    /// `producer.id.expiration.ms`, or when a leader lost the log that they stand in. A batch that comes then is taken whatever
    /// its sequence is, also one that repeats an earlier one.
    ///
    /// - Parameters:
    ///   - topic: the topic's name.
    ///   - partition: a partition of the topic, from 0 on; nil for all of them.
    /// - Throws: `EmbeddedBrokerError`: `.unknownTopic` or `.unknownPartition`.
    public func forgetProducers(_ topic: String, _ partition: Int32? = nil) throws(EmbeddedBrokerError) {
        guard let found = cluster.topic(named: topic) else {
            throw EmbeddedBrokerError(.unknownTopic, "there is no topic \"\(topic)\"")
        }
        guard let partition else { return found.partitions.forEach { $0.forgetProducers() } }
        guard let log = found.partition(partition) else {
            throw EmbeddedBrokerError(.unknownPartition, "there is no partition \(partition) of a topic \"\(topic)\"")
        }
        log.forgetProducers()
    }
}
