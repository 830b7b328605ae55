import KafkaClient
import KafkaTransport
import Synchronization

/// What one lane of a run has seen: a histogram for each stage, and counts. Touched once per batch.
///
/// Unchecked: the lane's loop alone writes, and the run reads when the lane is done. `acked` may be read at any time.
final class LaneRecorder: DeliverySink, @unchecked Sendable {
    private var stages = LatencyHistograms()
    private(set) var failedRecords: Int64 = 0
    private(set) var batches: Int64 = 0
    private(set) var wireBytes: Int64 = 0
    /// Of acknowledged batches, before and after their codec.
    private(set) var builtBytes: Int64 = 0
    private(set) var ackedBytes: Int64 = 0
    private(set) var possibleDuplicates: Int64 = 0
    private(set) var retriedRecords: Int64 = 0
    private(set) var gaps = AckGaps()
    private(set) var slowest = SlowestBatches()
    /// What each broker has acknowledged.
    private(set) var loads = BrokerLoads()
    private(set) var firstFailure: KafkaClientError?
    private(set) var lastAck = MonotonicInstant.distantPast
    private let acked = Atomic<Int64>(0)
    private let interval = Mutex(Interval())
    /// The total latencies of intervals that were taken.
    private let taken = Mutex(HdrHistogram.latencyNs())
    /// Of an open loop: latencies count from when the records were due. Set before records are sent.
    var dueTimes: DueTimes?
    /// Takes what has to be known to compare it with what is stored. Set before the run.
    var ledger: DeliveryLedger?
    /// Takes a sample for `--trace`. Set before the run.
    var traceSampler: TraceSampler?

    /// What was seen so far. Read when nothing is in flight.
    var histograms: LatencyHistograms {
        var result = stages
        taken.withLock { result.total.add($0) }
        interval.withLock { result.total.add($0.total) }
        return result
    }

    /// What came since the timeline's last row.
    struct Interval {
        var total = HdrHistogram.latencyNs()
        var records: Int64 = 0
        var bytes: Int64 = 0

        mutating func add(_ other: Interval) {
            total.add(other.total)
            records += other.records
            bytes += other.bytes
        }

        mutating func reset() {
            total.reset()
            (records, bytes) = (0, 0)
        }
    }
    private let timedOut = Atomic<Bool>(false)

    /// A batch was not acknowledged within the delivery timeout: the broker takes no records any more. May be read at any
    /// time.
    var hasTimedOut: Bool { timedOut.load(ordering: .relaxed) }

    var ackedRecords: Int64 { acked.load(ordering: .relaxed) }

    func accept(_ deliveries: [Delivery]) {
        for delivery in deliveries { record(delivery) }
        traceSampler?.take(deliveries)
    }

    func finish() {}

    /// Exchanges what came since the last call for `spare`. May be called at any time.
    ///
    /// An exchange, because a lane must not wait while two hundred kilobytes are added up. Nor does it count each latency
    /// twice, for the interval and for the run: what was taken is added up here, by the caller.
    func exchangeInterval(for spare: inout Interval) {
        interval.withLock { swap(&$0, &spare) }
        taken.withLock { [spare] in $0.add(spare.total) }
    }

    /// Forgets the warm-up. No batch may be in flight.
    func reset() {
        stages = LatencyHistograms()
        taken.withLock { $0.reset() }
        (failedRecords, batches, wireBytes, builtBytes, ackedBytes) = (0, 0, 0, 0, 0)
        (possibleDuplicates, retriedRecords, lastAck, firstFailure) = (0, 0, .distantPast, nil)
        gaps.reset()
        slowest.reset()
        loads.reset()
        acked.store(0, ordering: .relaxed)
        interval.withLock { $0 = Interval() }
    }

    private func record(_ delivery: Delivery) {
        let count = Int64(delivery.batch.recordCount)
        wireBytes += Int64(delivery.batch.byteCount * delivery.exchanges.count)
        if delivery.mayBeDuplicated { possibleDuplicates += count }
        if delivery.exchanges.count > 1 { retriedRecords += count }
        gaps.note(delivery)
        ledger?.note(delivery)
        guard delivery.isAcknowledged else {
            var firstDue: MonotonicInstant?
            _ = dueTimes?.forEach(delivery.batch) { firstDue = min(firstDue ?? $0.due, $0.due) }
            slowest.note(delivery, due: firstDue)
            failedRecords += count
            if delivery.error?.code == .deliveryTimedOut { timedOut.store(true, ordering: .relaxed) }
            firstFailure = firstFailure ?? delivery.error
            return
        }
        acked.add(count, ordering: .relaxed)
        lastAck = max(lastAck, delivery.ended)
        built(delivery.batch)
        let times = delivery.batch.times
        let weight = UInt64(count)
        // Where the pipeline stops before the broker nothing is written, and there is no such time.
        // By its index: a copy of the exchange would count a reference to its error.
        let last = delivery.exchanges.count - 1
        if last >= 0 {
            let written = delivery.exchanges[last].began
            let ackNs = delivery.ended.nanoseconds(since: written)
            stages.queue.record(written.nanoseconds(since: times.sealed), count: weight)
            stages.ack.record(ackNs, count: weight)
            if let servedNs = delivery.exchanges[last].serviceTime?.nanoseconds {
                stages.broker.record(servedNs, count: weight)
                stages.wire.record(ackNs - servedNs, count: weight)
            }
            loads.add(
                records: count, bytes: Int64(delivery.batch.byteCount), by: delivery.exchanges[last].broker)
        }
        interval.withLock { interval in
            interval.records += count
            interval.bytes += Int64(delivery.batch.byteCount)
            recordTotal(delivery, in: &interval.total)
        }
    }

    /// The stage `total`.
    private func recordTotal(_ delivery: Delivery, in total: inout HdrHistogram) {
        var undated = delivery.batch.recordCount
        var firstDue: MonotonicInstant?
        defer { slowest.note(delivery, due: firstDue) }
        if let dueTimes {
            undated = dueTimes.forEach(delivery.batch) { records in
                firstDue = min(firstDue ?? records.due, records.due)
                total.record(
                    from: delivery.ended.nanoseconds(since: records.due), step: -records.intervalNs,
                    count: records.count)
            }
        }
        // In a closed loop all records of a batch count from its first one: the bound that no record exceeds.
        let latencyNs = delivery.ended.nanoseconds(since: delivery.batch.times.firstAppend)
        total.record(latencyNs, count: UInt64(undated))
    }

    /// Counts what the builder did, also where no producer follows.
    private func built(_ batch: RecordBatch) {
        batches += 1
        builtBytes += Int64(batch.uncompressedByteCount)
        ackedBytes += Int64(batch.byteCount)
        let weight = UInt64(batch.recordCount)
        let times = batch.times
        stages.build.record(times.sealed.nanoseconds(since: times.firstAppend), count: weight)
        if batch.compression != .none || times.compressed > times.sealed {
            stages.compress.record(times.compressed.nanoseconds(since: times.sealed), count: weight)
        }
    }
}

/// A histogram for each stage of a record's time.
struct LatencyHistograms {
    var build = HdrHistogram.latencyNs()
    var compress = HdrHistogram.latencyNs()
    var queue = HdrHistogram.latencyNs()
    var ack = HdrHistogram.latencyNs()
    var wire = HdrHistogram.latencyNs()
    var broker = HdrHistogram.latencyNs()
    var total = HdrHistogram.latencyNs()

    mutating func add(_ other: LatencyHistograms) {
        build.add(other.build)
        compress.add(other.compress)
        queue.add(other.queue)
        ack.add(other.ack)
        wire.add(other.wire)
        broker.add(other.broker)
        total.add(other.total)
    }

    /// Those in which something was recorded.
    var byStage: [LatencyStage: HdrHistogram] {
        let all: [LatencyStage: HdrHistogram] = [
            .build: build, .compress: compress, .queue: queue, .ack: ack, .wire: wire, .broker: broker, .total: total,
        ]
        return all.filter { $1.totalCount > 0 }
    }
}
