import KafkaClient
import KafkaTransport
import Synchronization

/// Takes the deliveries of one lane of a run. Touched once for the batches of an answer.
///
/// Unchecked: the lane's loop alone writes, and the run reads when the lane is done. `ackedRecords` and `hasTimedOut` may be
/// read at any time.
final class LaneRecorder: DeliverySink, @unchecked Sendable {
    /// What was seen so far, but for the intervals. Read when nothing is in flight.
    private(set) var tally = LaneTally()
    private let acked = Atomic<Int64>(0)
    private let timedOut = Atomic<Bool>(false)
    private let interval = Mutex(Interval())
    /// The total latencies of intervals that were taken.
    private let taken = Mutex(HdrHistogram.latencyNs())
    /// Takes a sample for `--trace`. Set before the run.
    var traceSampler: TraceSampler?

    /// Of all stages. Read when nothing is in flight.
    var histograms: LatencyHistograms {
        var result = tally.stages
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

    /// A batch was not acknowledged within the delivery timeout: the broker takes no records any more.
    var hasTimedOut: Bool { timedOut.load(ordering: .relaxed) }

    var ackedRecords: Int64 { acked.load(ordering: .relaxed) }

    /// Of an open loop: latencies count from when the records were due. Called before records are sent.
    func count(from dueTimes: DueTimes?) { tally.dueTimes = dueTimes }

    /// Tells `ledger` of each delivery. Called before the run.
    func tell(_ ledger: DeliveryLedger) { tally.ledger = ledger }

    /// Notes from now on where records of a transaction are acknowledged. Called before the run.
    func notePartitions() { interval.withLock { _ in tally.partitions = [] } }

    /// The partitions of the transaction that has just ended. No batch may be in flight.
    func takePartitions() -> Set<Int32> {
        interval.withLock { _ in
            defer { tally.partitions?.removeAll(keepingCapacity: true) }
            return tally.partitions ?? []
        }
    }

    func accept(_ deliveries: [Delivery]) {
        let (newlyAcked, hasTimedOut) = interval.withLock { tally.count(deliveries, in: &$0) }
        acked.add(newlyAcked, ordering: .relaxed)
        if hasTimedOut { timedOut.store(true, ordering: .relaxed) }
        traceSampler?.take(deliveries)
    }

    func finish() {}

    /// Counts what was read.
    func didRead(_ read: ReadTally) {
        interval.withLock { interval in
            interval.records += read.records
            interval.bytes += read.wireBytes
            tally.add(read)
        }
        acked.add(read.records, ordering: .relaxed)
    }

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
        tally.reset()
        taken.withLock { $0.reset() }
        acked.store(0, ordering: .relaxed)
        interval.withLock { $0.reset() }
    }
}
