import KafkaProtocol
import KafkaTransport

/// Control of a broker by tests and tools. All of it may be called at any time and from any thread.
extension EmbeddedBroker {
    /// The endpoints of the brokers that run, in the order of their node ids. Empty before ``start()``.
    public var endpoints: [Endpoint] { cluster.nodes.map(\.endpoint) }

    /// Creates a topic. Its partitions are led by the brokers in turn.
    ///
    /// - Parameters:
    ///   - name: 1 to 249 ASCII letters, digits, `.`, `_` and `-`, but neither `.` nor `..`.
    ///   - partitions: the number of partitions, at least one.
    /// - Throws: `EmbeddedBrokerError`: `.notRunning` when no broker runs; `.topicRefused` when Kafka would refuse the
    ///   topic, with Kafka's error code in the message.
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

    /// Adds a fault, which applies to requests that arrive from now on. When several rules match a request, all of them
    /// apply; of several errors or disconnects the one that was added first counts.
    public func inject(_ rule: FaultRule) { faults.add(rule) }

    /// Removes all faults. Answers that are already held back stay so.
    public func removeFaults() { faults.removeAll() }

    /// Makes a broker the leader of a partition, with a new leader epoch. Does nothing when it leads the partition already.
    ///
    /// - Parameters:
    ///   - topic: the topic's name.
    ///   - partition: a partition of the topic, from 0 on.
    ///   - node: the node id of the broker: 1 to ``EmbeddedBrokerConfiguration/brokerCount``.
    /// - Throws: `EmbeddedBrokerError`: `.unknownPartition` or `.unknownNode`.
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

    /// The counts of what has happened so far. Linear in the number of partitions.
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
            let partitions = topic.partitions.map(\.statistics)
            totals.add(topic, partitions)
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
