import KafkaProtocol
import KafkaTransport

/// Control of a broker by tests and tools. All of it may be called at any time and from any thread.
extension EmbeddedBroker {
    /// The endpoints of the brokers that run, in the order of their node ids. Empty before ``start()``.
    public var endpoints: [Endpoint] { cluster.nodes.map(\.endpoint) }

    /// The endpoints of the brokers that run, by their node ids. Empty before ``start()``.
    public var nodes: [Int32: Endpoint] {
        Dictionary(uniqueKeysWithValues: cluster.nodes.map { ($0.id, $0.endpoint) })
    }

    /// Adds a fault, which applies to requests that arrive from now on. When several rules match a request, all of them
    /// apply; of several errors or disconnects the one that was added first counts.
    public func inject(_ rule: FaultRule) { faults.add(rule) }

    /// Removes all faults. Answers that are already held back stay so.
    public func removeFaults() { faults.removeAll() }

    /// The answers that rules have held back, in the order in which they were sent, the first million of them.
    package var heldAnswers: [HeldAnswer] { faults.heldAnswers.all }

    /// Forgets the answers that were held back.
    package func forgetHeldAnswers() { faults.heldAnswers.removeAll() }

    /// The counts of what has happened so far. Linear in the number of partitions.
    public var statistics: EmbeddedBrokerStatistics {
        var result = EmbeddedBrokerStatistics()
        for shard in shards { shard.counters.add(to: &result) }
        let (topics, deleted) = cluster.state.withLock { state in
            result.acceptedConnectionCounts = state.acceptedConnectionCounts
            return (Array(state.topics.values), state.deleted)
        }
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
