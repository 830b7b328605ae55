// What counts. A meter belongs to one lane, or to the cluster's own connections, and is written on that loop only; the client's
// meter adds them up when somebody asks.
//
//   BrokerConnection ─▶ BrokerMeter ─┐
//   ProduceQueue ─────▶ TopicMeter ──┼─ LaneMeter ─┐
//                                    │             ├─▶ ClientMeter ─▶ MetricsSnapshot ─▶ Prometheus text, telemetry
//   Cluster ──────────▶ BrokerMeter ─┴─ LaneMeter ─┘
//
// Per record nothing happens; per batch and per request some additions without locks.

import KafkaProtocol
import KafkaTransport
import Synchronization

/// What is counted of one broker.
final class BrokerMeter: Sendable {
    enum Count: Int, CaseIterable, Sendable {
        case requests, ended, responses, bytesOut, bytesIn
        case opened, closed, failed
        case authenticated, authenticationFailed, reauthenticated
    }

    let counts = CounterSet<Count>()
    /// From writing a request to its answer.
    let latency = DurationMeter()

    func didWrite(_ byteCount: Int) {
        counts.add(1, to: .requests)
        counts.add(byteCount, to: .bytesOut)
    }

    /// - Parameter latencyNs: nil when there was no answer.
    func didEnd(latencyNs: Int64?) {
        counts.add(1, to: .ended)
        guard let latencyNs else { return }
        counts.add(1, to: .responses)
        latency.add(latencyNs)
    }
}

/// What is counted of one topic.
final class TopicMeter: Sendable {
    enum Count: Int, CaseIterable, Sendable {
        case records, bytes, uncompressedBytes, batches, retriedRecords, failedRecords
    }

    let counts = CounterSet<Count>()
    /// From a batch's first record to its end.
    let duration = DurationMeter()
    /// Records that failed, by the reason.
    private let failures = Mutex<[String: Int64]>([:])

    func didSucceed(_ batch: RecordBatch, at moment: MonotonicInstant) {
        counts.add(1, to: .batches)
        counts.add(batch.recordCount, to: .records)
        counts.add(batch.byteCount, to: .bytes)
        counts.add(batch.uncompressedByteCount, to: .uncompressedBytes)
        duration.add(moment.nanoseconds(since: batch.times.firstAppend))
    }

    func didFail(_ batch: RecordBatch, _ error: KafkaClientError, at moment: MonotonicInstant) {
        counts.add(batch.recordCount, to: .failedRecords)
        duration.add(moment.nanoseconds(since: batch.times.firstAppend))
        failures.withLock { $0[error.metricName, default: 0] += Int64(batch.recordCount) }
    }

    var failedRecords: [String: Int64] { failures.withLock { $0 } }
}

/// What is counted by one lane, or by the cluster's own connections.
final class LaneMeter: Sendable {
    enum Count: Int, CaseIterable, Sendable {
        case takenBatches, takenBytes, endedBatches, endedBytes, splitBatches
    }

    let counts = CounterSet<Count>()
    /// From a batch's first record to its first request.
    let queueTime = DurationMeter()
    /// Pauses that brokers asked for.
    let throttleTime = DurationMeter()
    private let brokersByID = Mutex<[Int32: BrokerMeter]>([:])
    private let topicsByName = Mutex<[String: TopicMeter]>([:])

    /// The meter of a broker, by its node id.
    func broker(_ id: Int32) -> BrokerMeter {
        brokersByID.withLock { brokers in
            if let meter = brokers[id] { return meter }
            let meter = BrokerMeter()
            brokers[id] = meter
            return meter
        }
    }

    /// The meter of a topic.
    func topic(_ name: String) -> TopicMeter {
        topicsByName.withLock { topics in
            if let meter = topics[name] { return meter }
            let meter = TopicMeter()
            topics[name] = meter
            return meter
        }
    }

    var brokers: [Int32: BrokerMeter] { brokersByID.withLock { $0 } }
    var topics: [String: TopicMeter] { topicsByName.withLock { $0 } }
}

extension KafkaClientError {
    /// What OpenTelemetry's `error.type` is of this error: Kafka's name of it, or the code.
    var metricName: String { brokerError?.name ?? code.rawValue }
}
