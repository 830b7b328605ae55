/// The values of a snapshot, as they are put together.
struct MetricSamples {
    typealias Attribute = MetricsSnapshot.Attribute

    private let clientID: String
    private var byMetric: [Metric: [MetricsSnapshot.Sample]] = [:]

    init(clientID: String) {
        self.clientID = clientID
        add(.info, [Attribute("version", KafkaClientVersion.current)], level: 1)
    }

    /// All of a metric one after the other.
    var inOrder: [MetricsSnapshot.Sample] { Metric.all.flatMap { byMetric[$0] ?? [] } }

    private mutating func add(_ metric: Metric, _ attributes: [Attribute], _ value: MetricsSnapshot.Value) {
        let isMessaging = metric.name.hasPrefix("messaging.")
        let client = Attribute(isMessaging ? "messaging.client.id" : "client_id", clientID)
        byMetric[metric, default: []].append(MetricsSnapshot.Sample(metric, [client] + attributes, value))
    }

    mutating func add(_ metric: Metric, _ attributes: [Attribute] = [], count: Int64) {
        add(metric, attributes, .count(count))
    }

    /// - Parameter level: less than nothing counts as nothing: counters that it is made of are not read at the same moment.
    mutating func add(_ metric: Metric, _ attributes: [Attribute] = [], level: Double) {
        add(metric, attributes, .level(max(0, level)))
    }

    mutating func addClient(_ totals: MeterTotals) {
        add(.connectionCount, level: Double(totals.sum(.opened) - totals.sum(.closed)))
        add(.connectionCreationTotal, count: totals.sum(.opened))
        add(.connectionCloseTotal, count: totals.sum(.closed))
        add(.connectionFailureTotal, count: totals.sum(.failed))
        add(.authenticationTotal, count: totals.sum(.authenticated))
        add(.authenticationFailureTotal, count: totals.sum(.authenticationFailed))
        add(.reauthenticationTotal, count: totals.sum(.reauthenticated))
        add(.reauthenticationFailureTotal, count: totals.sum(.reauthenticationFailed))
        add(.requestsInFlight, level: Double(totals.sum(.requests) - totals.sum(.ended)))
        let latency = totals.brokers.values.reduce(into: MetricHistogram(bounds: DurationMeter.bounds)) {
            $0 += $1.latency
        }
        add(.requestLatency, [], .histogram(latency))
        add(.recordQueueTime, [], .histogram(totals.queueTime))
        add(.throttleTime, [], .histogram(totals.throttleTime))
        add(.recordSendTotal, count: totals.sum(.records))
        add(.recordRetryTotal, count: totals.sum(.retriedRecords))
        add(.recordErrorTotal, count: totals.topics.values.reduce(0) { $0 + $1.failedRecords })
        add(.batchSplitTotal, count: totals[.splitBatches])
        add(.pendingRecords, level: Double(totals[.takenRecords] - totals[.endedRecords]))
        add(.pendingBatches, level: Double(totals[.takenBatches] - totals[.endedBatches]))
        add(.pendingBytes, level: Double(totals[.takenBytes] - totals[.endedBytes]))
    }

    /// Those of all producers together. Lanes that a program drives by itself have none.
    mutating func add(_ memories: [ProducerMemory]) {
        if memories.isEmpty { return }
        let total = memories.reduce(0) { $0 + $1.totalByteCount }
        add(.bufferTotal, level: Double(total))
        add(.bufferAvailable, level: Double(total - memories.reduce(0) { $0 + $1.takenByteCount }))
        add(.waitingAppends, level: Double(memories.reduce(0) { $0 + $1.waitingAppends }))
    }

    mutating func add(_ transactions: TransactionTotals) {
        for outcome in TransactionOutcome.allCases {
            add(
                .transactionDuration, [Attribute("outcome", outcome.rawValue)],
                .histogram(transactions.durations(outcome)))
        }
        add(.transactionCommitTime, [], .histogram(transactions.commitTime))
    }

    mutating func addNodes(_ brokers: [Int32: BrokerTotals]) {
        for (id, totals) in brokers.sorted(by: { $0.key < $1.key }) {
            let node = [Attribute("node_id", "\(id)")]
            add(.nodeRequestTotal, node, count: totals[.requests])
            add(.nodeResponseTotal, node, count: totals[.responses])
            add(.nodeRequestFailureTotal, node, count: totals[.failedRequests])
            add(.nodeRequestsInFlight, node, level: Double(totals[.requests] - totals[.ended]))
            add(.nodeRequestLatency, node, .histogram(totals.latency))
            add(.nodeOutgoingByteTotal, node, count: totals[.bytesOut])
            add(.nodeIncomingByteTotal, node, count: totals[.bytesIn])
        }
    }

    mutating func addTopics(_ topics: [String: TopicTotals]) {
        for (name, totals) in topics.sorted(by: { $0.key < $1.key }) {
            let topic = [Attribute("topic", name)]
            add(.topicRecordSendTotal, topic, count: totals[.records])
            add(.topicRecordRetryTotal, topic, count: totals[.retriedRecords])
            add(.topicRecordErrorTotal, topic, count: totals.failedRecords)
            add(.topicByteTotal, topic, count: totals[.bytes])
            add(.topicUncompressedByteTotal, topic, count: totals[.uncompressedBytes])
            add(.topicBatchTotal, topic, count: totals[.batches])
            let operation = [
                Attribute("messaging.system", "kafka"), Attribute("messaging.operation.name", "send"),
                Attribute("messaging.destination.name", name),
            ]
            add(.sentMessages, operation, count: totals[.records])
            add(.operationDuration, operation, .histogram(totals.duration))
            for (type, failed) in totals.failures.sorted(by: { $0.key < $1.key }) {
                let failure = operation + [Attribute("error.type", type)]
                add(.sentMessages, failure, count: failed.recordCount)
                add(.operationDuration, failure, .histogram(failed.duration))
            }
        }
    }
}
