import KafkaProtocol
import KafkaTransport

/// How tests and tools control a broker, at any time and from any thread.
extension EmbeddedBroker {
    /// The endpoints of the running brokers, in the order of their node ids.
    public var endpoints: [Endpoint] { cluster.nodes.map(\.endpoint) }

    /// Creates a topic, its leaders round robin over the brokers.
    ///
    /// - Throws: `EmbeddedBrokerError` with `.notRunning`, or `.topicRefused` saying why Kafka would refuse it.
    public func createTopic(_ name: String, partitions: Int = 1) throws(EmbeddedBrokerError) {
        guard !cluster.nodes.isEmpty else {
            throw EmbeddedBrokerError(.notRunning, "no broker is running that could lead topic \"\(name)\"")
        }
        do {
            try cluster.createTopic(name, partitionCount: partitions)
        } catch {
            throw EmbeddedBrokerError(.topicRefused, "\(error.code): \(error.message)")
        }
    }

    /// Adds a fault. Rules are tried in the order in which they were added.
    public func inject(_ rule: FaultRule) { faults.add(rule) }

    /// Ends all faults. Answers that are held back already stay held back.
    public func removeFaults() { faults.removeAll() }

    /// Makes another broker the leader of a partition, with a new leader epoch.
    ///
    /// - Throws: `EmbeddedBrokerError` when there is no such partition or node.
    public func moveLeader(
        _ topic: String, _ partition: Int32, to node: Int32
    ) throws(EmbeddedBrokerError) {
        guard let log = cluster.topic(named: topic)?.partition(partition) else {
            throw EmbeddedBrokerError(.unknownPartition, "there is no partition \(partition) of a topic \"\(topic)\"")
        }
        guard cluster.nodes.contains(where: { $0.id == node }) else {
            throw EmbeddedBrokerError(.unknownNode, "there is no broker \(node) to lead \(topic)/\(partition)")
        }
        log.moveLeader(to: node)
    }

    /// What has happened so far. Linear in the partitions.
    public var statistics: EmbeddedBrokerStatistics {
        var result = EmbeddedBrokerStatistics()
        for shard in shards {
            let counters = shard.counters
            result.connectionCount += counters.open.load(ordering: .relaxed)
            result.acceptedConnectionCount += counters.accepted.load(ordering: .relaxed)
            result.requestCount += counters.requests.load(ordering: .relaxed)
            result.malformedRequestCount += counters.malformed.load(ordering: .relaxed)
            result.checksumFailureCount += counters.checksumFailures.load(ordering: .relaxed)
            result.refusedBatchCount += counters.refusedBatches.load(ordering: .relaxed)
        }
        let (topics, deleted) = cluster.state.withLock { (Array($0.topics.values), $0.deleted) }
        var totals = deleted
        for topic in topics {
            totals.add(topic)
            let partitions = topic.partitions.map(\.statistics)
            result.keptByteCount += partitions.reduce(0) { $0 + $1.keptByteCount }
            result.topics[topic.name] = partitions
        }
        result.batchCount = totals.batchCount
        result.recordCount = totals.recordCount
        result.byteCount = totals.byteCount
        result.duplicateBatchCount = totals.duplicateCount
        return result
    }
}
