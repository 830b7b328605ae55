import KafkaProtocol

/// What meters have counted, added up.
struct MeterTotals {
    private var lane = [Int64](repeating: 0, count: LaneMeter.Count.allCases.count)
    private(set) var queueTime = MetricHistogram(bounds: DurationMeter.bounds)
    private(set) var throttleTime = MetricHistogram(bounds: DurationMeter.bounds)
    private(set) var brokers: [Int32: BrokerTotals] = [:]
    var topics: [String: TopicTotals] = [:]

    subscript(count: LaneMeter.Count) -> Int64 { lane[count.rawValue] }

    /// Of all brokers.
    func sum(_ count: BrokerMeter.Count) -> Int64 { brokers.values.reduce(0) { $0 + $1[count] } }
    /// Of all topics.
    func sum(_ count: TopicMeter.Count) -> Int64 { topics.values.reduce(0) { $0 + $1[count] } }

    /// - Parameter isOver: whether the lane is no more. What it has left open is closed then, and what was on its way has ended.
    mutating func add(_ meter: LaneMeter, isOver: Bool = false) {
        var own = meter.counts.counts
        if isOver {
            for (ended, taken) in [
                (LaneMeter.Count.endedRecords, LaneMeter.Count.takenRecords), (.endedBatches, .takenBatches),
                (.endedBytes, .takenBytes),
            ] { own[ended.rawValue] = own[taken.rawValue] }
        }
        lane.add(own)
        queueTime += meter.queueTime.histogram
        throttleTime += meter.throttleTime.histogram
        for (id, broker) in meter.brokers { brokers[id, default: BrokerTotals()].add(broker, isOver: isOver) }
        for (name, topic) in meter.topics { topics[name, default: TopicTotals()].add(topic) }
    }
}

/// What is counted of one broker, by all lanes.
struct BrokerTotals {
    private var counts = [Int64](repeating: 0, count: BrokerMeter.Count.allCases.count)
    private(set) var latency = MetricHistogram(bounds: DurationMeter.bounds)

    subscript(count: BrokerMeter.Count) -> Int64 { counts[count.rawValue] }

    mutating func add(_ meter: BrokerMeter, isOver: Bool) {
        var own = meter.counts.counts
        if isOver {
            own[BrokerMeter.Count.closed.rawValue] = own[BrokerMeter.Count.opened.rawValue]
            own[BrokerMeter.Count.ended.rawValue] = own[BrokerMeter.Count.requests.rawValue]
        }
        counts.add(own)
        latency += meter.latency.histogram
    }
}

/// What is counted of one topic, by all lanes.
struct TopicTotals {
    private var counts = [Int64](repeating: 0, count: TopicMeter.Count.allCases.count)
    private(set) var duration = MetricHistogram(bounds: DurationMeter.bounds)
    /// By OpenTelemetry's `error.type`.
    private(set) var failures: [String: FailedRecords] = [:]

    subscript(count: TopicMeter.Count) -> Int64 { counts[count.rawValue] }
    var failedRecords: Int64 { failures.values.reduce(0) { $0 + $1.recordCount } }

    mutating func add(_ meter: TopicMeter) {
        counts.add(meter.counts.counts)
        duration += meter.duration.histogram
        failures.merge(meter.failures, uniquingKeysWith: +)
    }

    /// Adds records that failed before they were in a batch.
    mutating func add(unbuilt recordCount: Int, _ error: KafkaClientError) {
        failures[error.errorType, default: FailedRecords()].add(recordCount, 0)
    }

    mutating func add(_ other: TopicTotals) {
        counts.add(other.counts)
        duration += other.duration
        failures.merge(other.failures, uniquingKeysWith: +)
    }
}

extension [Int64] {
    fileprivate mutating func add(_ others: [Int64]) { for index in indices { self[index] += others[index] } }
}
