// What counts. A meter belongs to one lane, or to the cluster's own connections, and is written on that loop only; the client's
// meter adds them up when somebody asks. Per record nothing happens; per batch and per request some additions without locks.

import KafkaProtocol
import KafkaTransport
import Synchronization

/// What is counted of one broker.
final class BrokerMeter: Sendable {
    enum Count: Int, CaseIterable, Sendable {
        case ended, requests, responses, failedRequests, bytesOut, bytesIn
        case opened, closed, failed
        case authenticated, authenticationFailed, reauthenticated, reauthenticationFailed
    }

    let counts = CounterSet<Count>()
    /// From writing a produce request to its answer.
    let latency = DurationMeter()

    func didWrite(_ byteCount: Int) {
        counts.add(1, to: .requests)
        counts.add(byteCount, to: .bytesOut)
    }

    /// - Parameter hasAnswer: whether there is an answer, or none was due.
    func didEnd(_ pending: PendingRequest, hasAnswer: Bool) {
        counts.add(1, to: .ended)
        guard hasAnswer else { return counts.add(1, to: .failedRequests) }
        guard pending.expectsAnswer else { return }
        counts.add(1, to: .responses)
        if pending.apiKey == .produce { latency.add(MonotonicInstant.now.nanoseconds(since: pending.written)) }
    }
}

/// What is counted of one topic.
final class TopicMeter: Sendable {
    enum Count: Int, CaseIterable, Sendable {
        case records, bytes, uncompressedBytes, batches, retriedRecords
    }

    let counts = CounterSet<Count>()
    /// Of batches that are stored, from the first record to the end.
    let duration = DurationMeter()
    private let failuresByType = Mutex<[String: FailedRecords]>([:])

    func didSucceed(_ batch: RecordBatch, at moment: MonotonicInstant) {
        counts.add(1, to: .batches)
        counts.add(batch.recordCount, to: .records)
        counts.add(batch.byteCount, to: .bytes)
        counts.add(batch.uncompressedByteCount, to: .uncompressedBytes)
        duration.add(moment.nanoseconds(since: batch.times.firstAppend))
    }

    func didFail(_ batch: RecordBatch, _ error: KafkaClientError, at moment: MonotonicInstant) {
        let durationNs = moment.nanoseconds(since: batch.times.firstAppend)
        failuresByType.withLock { $0[error.errorType, default: FailedRecords()].add(batch.recordCount, durationNs) }
    }

    /// By OpenTelemetry's `error.type`.
    var failures: [String: FailedRecords] { failuresByType.withLock { $0 } }
}

/// Records that failed for one reason.
struct FailedRecords: Sendable {
    private(set) var recordCount: Int64 = 0
    /// Of their batches, from the first record to the end.
    private(set) var duration = MetricHistogram(bounds: DurationMeter.bounds)

    mutating func add(_ recordCount: Int, _ durationNs: Int64) {
        self.recordCount += Int64(recordCount)
        duration.add(durationNs: durationNs)
    }

    static func + (left: FailedRecords, right: FailedRecords) -> FailedRecords {
        var sum = left
        sum.recordCount += right.recordCount
        sum.duration += right.duration
        return sum
    }
}

/// What is counted by one lane, or by the cluster's own connections.
final class LaneMeter: Sendable {
    enum Count: Int, CaseIterable, Sendable {
        case endedRecords, endedBatches, endedBytes, takenRecords, takenBatches, takenBytes, splitBatches
    }

    let counts = CounterSet<Count>()
    /// From a batch's first record to its first request.
    let queueTime = DurationMeter()
    /// Pauses that answers asked for.
    let throttleTime = DurationMeter()
    private let brokersByID = Mutex<[Int32: BrokerMeter]>([:])
    private let topicsByName = Mutex<[String: TopicMeter]>([:])

    /// The meter of a broker, by its node id.
    func broker(_ id: Int32) -> BrokerMeter { brokersByID.withLock { $0.value(id, orNew: BrokerMeter()) } }

    /// The meter of a topic.
    func topic(_ name: String) -> TopicMeter { topicsByName.withLock { $0.value(name, orNew: TopicMeter()) } }

    func didTake(_ batch: RecordBatch) {
        counts.add(batch.recordCount, to: .takenRecords)
        counts.add(1, to: .takenBatches)
        counts.add(batch.byteCount, to: .takenBytes)
    }

    func didEnd(_ batch: RecordBatch) {
        counts.add(batch.recordCount, to: .endedRecords)
        counts.add(1, to: .endedBatches)
        counts.add(batch.byteCount, to: .endedBytes)
    }

    /// Parts are pending instead of the whole.
    func didSplit(_ batch: RecordBatch, into parts: [RecordBatch]) {
        counts.add(1, to: .splitBatches)
        counts.add(parts.count - 1, to: .takenBatches)
        counts.add(parts.reduce(-batch.byteCount) { $0 + $1.byteCount }, to: .takenBytes)
    }

    var brokers: [Int32: BrokerMeter] { brokersByID.withLock { $0 } }
    var topics: [String: TopicMeter] { topicsByName.withLock { $0 } }

    /// The longest durations since this was last called.
    func takeLongest() -> LongestDurations {
        var longest = LongestDurations(
            queueTimeNs: queueTime.takeLongestNs(), throttleNs: throttleTime.takeLongestNs())
        for (id, broker) in brokers { longest.latenciesNs[id] = broker.latency.takeLongestNs() }
        for (name, topic) in topics { longest.topicsNs[name] = topic.duration.takeLongestNs() }
        return longest
    }
}

extension Dictionary {
    /// The value of a key, which gets a new one when it has none.
    fileprivate mutating func value(_ key: Key, orNew make: @autoclosure () -> Value) -> Value {
        if let value = self[key] { return value }
        let value = make()
        self[key] = value
        return value
    }
}

/// The longest durations of a time, in ns.
struct LongestDurations: Sendable {
    var queueTimeNs: Int64 = 0
    var throttleNs: Int64 = 0
    /// By node id.
    var latenciesNs: [Int32: Int64] = [:]
    /// By name.
    var topicsNs: [String: Int64] = [:]

    mutating func add(_ other: LongestDurations) {
        queueTimeNs = max(queueTimeNs, other.queueTimeNs)
        throttleNs = max(throttleNs, other.throttleNs)
        latenciesNs.merge(other.latenciesNs, uniquingKeysWith: max)
        topicsNs.merge(other.topicsNs, uniquingKeysWith: max)
    }
}
