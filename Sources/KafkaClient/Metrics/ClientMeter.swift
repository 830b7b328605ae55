import KafkaProtocol
import KafkaTransport
import Synchronization

/// All meters of a client, and what else there is to measure. From any thread.
final class ClientMeter: Sendable {
    /// Memory that a producer has for records.
    struct Memory: Sendable {
        var totalByteCount = 0
        var takenByteCount = 0
        var waitingAppends = 0
    }

    /// Reads a producer's memory; nil when the producer has ended.
    typealias MemoryReading = @Sendable () -> Memory?

    private struct State {
        var lanes: [ObjectIdentifier: LaneMeter] = [:]
        /// What lanes have counted that are no more.
        var former = MeterTotals()
        var memories: [MemoryReading] = []
        var events: [String: Int64] = [:]
        var learned: MonotonicInstant?
    }

    private let state = Mutex(State())
    private let clientID: String
    /// When counting began.
    let since = MonotonicInstant.now

    init(clientID: String) { self.clientID = clientID }

    /// Adds a lane's meter. It must be removed when nothing writes to it any more.
    func add(_ lane: LaneMeter) { state.withLock { $0.lanes[ObjectIdentifier(lane)] = lane } }

    /// Keeps what a lane has counted, without the lane.
    func remove(_ lane: LaneMeter) {
        state.withLock { state in
            guard state.lanes.removeValue(forKey: ObjectIdentifier(lane)) != nil else { return }
            state.former.add(lane)
        }
    }

    /// Has a producer's memory looked at with every snapshot.
    func add(memory: @escaping MemoryReading) { state.withLock { $0.memories.append(memory) } }

    func count(event name: String) { state.withLock { $0.events[name, default: 0] += 1 } }

    /// Counts records that failed before they were in a batch.
    func countUnbuilt(_ recordCount: Int, of topic: String, _ error: KafkaClientError) {
        state.withLock { $0.former.topics[topic, default: TopicTotals()].countFailed(recordCount, error) }
    }

    /// Notes that a broker has told what the cluster is like.
    func didLearn(at moment: MonotonicInstant) { state.withLock { $0.learned = moment } }

    /// The longest time in a queue, and the longest pause, since this was last called.
    func takeLongest() -> LongestDurations {
        let lanes = state.withLock { Array($0.lanes.values) }
        var longest = LongestDurations()
        for lane in lanes {
            longest.queueTimeNs = max(longest.queueTimeNs, lane.queueTime.takeLongestNs())
            longest.throttleNs = max(longest.throttleNs, lane.throttleTime.takeLongestNs())
            for (id, broker) in lane.brokers {
                longest.latenciesNs[id] = max(longest.latenciesNs[id] ?? 0, broker.latency.takeLongestNs())
            }
        }
        return longest
    }

    /// What has been measured up to now.
    func snapshot() -> MetricsSnapshot {
        let now = MonotonicInstant.now
        // The lanes are read under the lock, so that none is counted twice, or not at all, while it ends.
        let (totals, readings, events, learned) = state.withLock { state in
            var totals = state.former
            for lane in state.lanes.values { totals.add(lane) }
            return (totals, state.memories, state.events, state.learned)
        }
        // Producers have locks of their own.
        var memory = Memory()
        var hasEnded = false
        for reading in readings {
            guard let read = reading() else {
                hasEnded = true
                continue
            }
            memory.totalByteCount += read.totalByteCount
            memory.takenByteCount += read.takenByteCount
            memory.waitingAppends += read.waitingAppends
        }
        if hasEnded { state.withLock { $0.memories.removeAll { $0() == nil } } }
        var samples = Samples([MetricsSnapshot.Attribute("client_id", clientID)])
        samples.addClient(totals)
        // Lanes that a program drives by itself have no memory of their own.
        if memory.totalByteCount > 0 {
            samples.add(.bufferTotal, level: Double(memory.totalByteCount))
            samples.add(.bufferAvailable, level: Double(max(0, memory.totalByteCount - memory.takenByteCount)))
            samples.add(.waitingAppends, level: Double(memory.waitingAppends))
        }
        if let learned { samples.add(.metadataAge, level: Double(now.nanoseconds(since: learned)) / 1e9) }
        for (name, count) in events.sorted(by: { $0.key < $1.key }) {
            samples.add(.eventTotal, [.init("event", name)], count: count)
        }
        samples.addNodes(totals.brokers)
        samples.addTopics(totals.topics)
        return MetricsSnapshot(time: now, since: since, samples: samples.list)
    }
}

/// What meters have counted, added up.
struct MeterTotals {
    var lane = [Int64](repeating: 0, count: LaneMeter.Count.allCases.count)
    var queueTime = MetricsSnapshot.DurationHistogram()
    var throttleTime = MetricsSnapshot.DurationHistogram()
    var brokers: [Int32: BrokerTotals] = [:]
    var topics: [String: TopicTotals] = [:]

    mutating func add(_ meter: LaneMeter) {
        lane.add(meter.counts.counts)
        queueTime += meter.queueTime.histogram
        throttleTime += meter.throttleTime.histogram
        for (id, broker) in meter.brokers { brokers[id, default: BrokerTotals()].add(broker) }
        for (name, topic) in meter.topics { topics[name, default: TopicTotals()].add(topic) }
    }
}

/// What is counted of one broker, by all lanes.
struct BrokerTotals {
    private var counts = [Int64](repeating: 0, count: BrokerMeter.Count.allCases.count)
    private(set) var latency = MetricsSnapshot.DurationHistogram()

    subscript(count: BrokerMeter.Count) -> Int64 { counts[count.rawValue] }

    mutating func add(_ meter: BrokerMeter) {
        counts.add(meter.counts.counts)
        latency += meter.latency.histogram
    }
}

/// What is counted of one topic, by all lanes.
struct TopicTotals {
    private var counts = [Int64](repeating: 0, count: TopicMeter.Count.allCases.count)
    private(set) var duration = MetricsSnapshot.DurationHistogram()
    private(set) var failures: [String: Int64] = [:]

    subscript(count: TopicMeter.Count) -> Int64 { counts[count.rawValue] }

    mutating func add(_ meter: TopicMeter) {
        counts.add(meter.counts.counts)
        duration += meter.duration.histogram
        failures.merge(meter.failedRecords, uniquingKeysWith: +)
    }

    mutating func countFailed(_ recordCount: Int, _ error: KafkaClientError) {
        counts[TopicMeter.Count.failedRecords.rawValue] += Int64(recordCount)
        failures[error.metricName, default: 0] += Int64(recordCount)
    }
}

extension [Int64] {
    fileprivate mutating func add(_ others: [Int64]) { for index in indices { self[index] += others[index] } }
}

/// The values of a snapshot, as they are put together.
private struct Samples {
    private let common: [MetricsSnapshot.Attribute]
    private(set) var list: [MetricsSnapshot.Sample] = []

    init(_ common: [MetricsSnapshot.Attribute]) { self.common = common }

    private mutating func add(
        _ metric: Metric, _ attributes: [MetricsSnapshot.Attribute], _ value: MetricsSnapshot.Value
    ) {
        list.append(MetricsSnapshot.Sample(metric, common + attributes, value))
    }

    mutating func add(_ metric: Metric, _ attributes: [MetricsSnapshot.Attribute] = [], count: Int64) {
        add(metric, attributes, .count(count))
    }

    mutating func add(_ metric: Metric, _ attributes: [MetricsSnapshot.Attribute] = [], level: Double) {
        add(metric, attributes, .level(level))
    }

    mutating func addClient(_ totals: MeterTotals) {
        func sum(_ count: BrokerMeter.Count) -> Int64 { totals.brokers.values.reduce(0) { $0 + $1[count] } }
        func own(_ count: LaneMeter.Count) -> Int64 { totals.lane[count.rawValue] }
        add(.openConnections, level: Double(max(0, sum(.opened) - sum(.closed))))
        add(.connectionCreationTotal, count: sum(.opened))
        add(.connectionCloseTotal, count: sum(.closed))
        add(.connectionFailureTotal, count: sum(.failed))
        add(.authenticationTotal, count: sum(.authenticated))
        add(.authenticationFailureTotal, count: sum(.authenticationFailed))
        add(.reauthenticationTotal, count: sum(.reauthenticated))
        add(.requestLatency, [], .durations(totals.brokers.values.reduce(into: .init()) { $0 += $1.latency }))
        add(.recordQueueTime, [], .durations(totals.queueTime))
        add(.throttleTime, [], .durations(totals.throttleTime))
        add(.batchSplitTotal, count: own(.splitBatches))
        add(.pendingBatches, level: Double(max(0, own(.takenBatches) - own(.endedBatches))))
        add(.pendingBytes, level: Double(max(0, own(.takenBytes) - own(.endedBytes))))
    }

    mutating func addNodes(_ brokers: [Int32: BrokerTotals]) {
        let brokers = brokers.sorted { $0.key < $1.key }.map {
            (attributes: [MetricsSnapshot.Attribute("node_id", "\($0.key)")], totals: $0.value)
        }
        func addAll(_ metric: Metric, _ value: (BrokerTotals) -> MetricsSnapshot.Value) {
            for broker in brokers { add(metric, broker.attributes, value(broker.totals)) }
        }
        addAll(.nodeRequestTotal) { .count($0[.requests]) }
        addAll(.nodeResponseTotal) { .count($0[.responses]) }
        addAll(.nodeRequestLatency) { .durations($0.latency) }
        addAll(.nodeRequestsInFlight) { .level(Double(max(0, $0[.requests] - $0[.ended]))) }
        addAll(.nodeOutgoingByteTotal) { .count($0[.bytesOut]) }
        addAll(.nodeIncomingByteTotal) { .count($0[.bytesIn]) }
    }

    mutating func addTopics(_ topics: [String: TopicTotals]) {
        let topics = topics.sorted { $0.key < $1.key }
        func addAll(_ metric: Metric, _ value: (TopicTotals) -> MetricsSnapshot.Value) {
            for (name, totals) in topics { add(metric, [.init("topic", name)], value(totals)) }
        }
        addAll(.topicRecordSendTotal) { .count($0[.records]) }
        addAll(.topicRecordRetryTotal) { .count($0[.retriedRecords]) }
        addAll(.topicRecordErrorTotal) { .count($0[.failedRecords]) }
        addAll(.topicBatchTotal) { .count($0[.batches]) }
        addAll(.topicByteTotal) { .count($0[.bytes]) }
        addAll(.topicUncompressedByteTotal) { .count($0[.uncompressedBytes]) }
        for (name, totals) in topics {
            let attributes = Self.messaging(name)
            add(.sentMessages, attributes, count: totals[.records])
            for (error, count) in totals.failures.sorted(by: { $0.key < $1.key }) {
                add(.sentMessages, attributes + [.init("error.type", error)], count: count)
            }
        }
        for (name, totals) in topics { add(.operationDuration, Self.messaging(name), .durations(totals.duration)) }
    }

    /// OpenTelemetry's attributes of a topic that is written to.
    private static func messaging(_ topic: String) -> [MetricsSnapshot.Attribute] {
        [
            .init("messaging.system", "kafka"), .init("messaging.operation.name", "send"),
            .init("messaging.destination.name", topic),
        ]
    }
}
