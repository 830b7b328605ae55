import KafkaClient
import KafkaTransport
import Synchronization

/// Takes what one consumer of a run receives, and counts how long each record was under way.
///
/// Unchecked: the consumer's loop alone calls `take`, and the run reads the backlog when nothing comes any more. The rest may be
/// called at any time.
final class ReceiptRecorder: @unchecked Sendable {
    /// What came since the timeline's last row.
    struct Interval {
        var endToEnd = HdrHistogram.latencyNs()
        var records: Int64 = 0

        mutating func add(_ other: Interval) {
            endToEnd.add(other.endToEnd)
            records += other.records
        }

        mutating func reset() {
            endToEnd.reset()
            records = 0
        }
    }

    private struct Totals {
        /// Of intervals that were taken.
        var endToEnd = HdrHistogram.latencyNs()
        var read = ReadTally()
        var notPositive: Int64 = 0
        var first: MonotonicInstant?
        var last = MonotonicInstant.distantPast
    }

    private let received: ReceivedRecords
    /// Knows how far the clock of another machine is ahead; nil where all records are stamped by this one's.
    private let clocks: ClockAsker?
    private let interval = Mutex(Interval())
    private let totals = Mutex(Totals())
    private var found: [ReceivedRecords.Found] = []
    /// Of an open loop in this process.
    private(set) var backlog = Backlog()
    /// Of an open loop in this process. Set before records are sent.
    private let dueTimes = Mutex<DueTimes?>(nil)

    init(_ received: ReceivedRecords, clocks: ClockAsker? = nil) {
        self.received = received
        self.clocks = clocks
    }

    func count(from dueTimes: DueTimes?) { self.dueTimes.withLock { $0 = dueTimes } }

    /// Looks at the records of a batch, each of which was received now.
    ///
    /// - Throws: `KafkaClientError` when the batch can't be read.
    func take(_ batch: FetchedBatch, _ reader: RecordReader) throws {
        let now = MonotonicInstant.now
        found.removeAll(keepingCapacity: true)
        var others = ReceivedRecords.Counts()
        var read = ReadTally()
        var (earliest, latest) = (Int64.max, Int64.min)
        let received = received
        var clock = (origin: ClockOrigin.own, aheadNs: Int64(0))
        try reader.forEachRecord(in: batch) { record in
            read.payloadBytes += Int64((record.key?.byteCount ?? 0) + (record.value?.byteCount ?? 0))
            guard let value = record.value, let stamp = EndToEndStamp(value), received.isExpected(stamp) else {
                others.foreign += 1
                return
            }
            if stamp.isWarmUp { return others.warmUp += 1 }
            if stamp.origin != clock.origin {
                guard let aheadNs = self.aheadNs(of: stamp.origin, at: now) else { return others.elsewhere += 1 }
                clock = (stamp.origin, aheadNs)
            }
            let due = stamp.due.advanced(byNanoseconds: -clock.aheadNs)
            earliest = min(earliest, due.nanoseconds)
            latest = max(latest, due.nanoseconds)
            found.append(.init(run: stamp.run, number: stamp.number, latencyNs: now.nanoseconds(since: due)))
        }
        received.take(&found, others: others)
        guard !found.isEmpty else { return }
        read.records = Int64(found.count)
        (read.batches, read.wireBytes) = (1, Int64(batch.byteCount))
        if let dueTimes = dueTimes.withLock({ $0 }) {
            backlog.add(
                from: MonotonicInstant(nanoseconds: earliest), to: MonotonicInstant(nanoseconds: latest), until: now,
                count: found.count, dueTimes)
        }
        count(read, at: now)
    }

    /// How far a clock is ahead of this machine's, in ns; nil when that is not known.
    private func aheadNs(of origin: UInt32, at now: MonotonicInstant) -> Int64? {
        origin == ClockOrigin.own ? 0 : clocks?.offsetNs(of: origin, at: now)
    }

    private func count(_ read: ReadTally, at now: MonotonicInstant) {
        var notPositive: Int64 = 0
        interval.withLock { interval in
            interval.records += read.records
            for record in found {
                // A clock that is not the same, or was moved: counted as none, and said so.
                if record.latencyNs <= 0 { notPositive += 1 }
                interval.endToEnd.record(max(0, record.latencyNs))
            }
        }
        totals.withLock { [notPositive] totals in
            totals.read.add(read)
            totals.notPositive += notPositive
            totals.first = totals.first ?? now
            totals.last = now
        }
    }

    /// Exchanges what came since the last call for `spare`.
    func exchangeInterval(for spare: inout Interval) {
        interval.withLock { swap(&$0, &spare) }
        totals.withLock { [spare] in $0.endToEnd.add(spare.endToEnd) }
    }

    /// Of all records that were received.
    var histogram: HdrHistogram {
        var all = totals.withLock { $0.endToEnd }
        interval.withLock { all.add($0.endToEnd) }
        return all
    }

    /// What was received, each record once, with its batches.
    var read: ReadTally { totals.withLock { $0.read } }
    /// Records that came before they were due, or just then.
    var notPositive: Int64 { totals.withLock { $0.notPositive } }
    /// When the first and the last record came; nil before.
    var times: (first: MonotonicInstant, last: MonotonicInstant)? {
        totals.withLock { totals in totals.first.map { ($0, totals.last) } }
    }
}
