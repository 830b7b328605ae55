// The open loop: record i is due at begin + i / rate, whatever happened to the records before it. Generators take turns: in
// each turn one of them wakes for what becomes due, and the others sleep. Any of them may take the next record that is due, so
// one that waits for its broker delays the others' records by a turn at most.

import KafkaTransport
import Synchronization

/// The schedule of a run with `--rate`.
final class OpenLoopSchedule: Sendable {
    private let next = Atomic<Int64>(0)
    private let total: Int64
    let begin: MonotonicInstant
    /// From one record to the next, in ns; not a whole number.
    let intervalNs: Double
    private let gathering: Gathering
    /// Consecutive records for which the same generator wakes.
    let recordsPerTurn: Int64
    /// The longest delay of a record, and the delay of the last one, in ns.
    private let worst = Atomic<Int64>(0)
    private let final = Atomic<Int64>(0)

    /// - Parameters:
    ///   - rate: records a second, above 0.
    ///   - total: records, at most 10^18.
    init(rate: Double, total: Int64, begin: MonotonicInstant) {
        self.total = total
        self.begin = begin
        intervalNs = 1e9 / rate
        gathering = Gathering(intervalNs: intervalNs)
        // Long turns, so that records of a low rate share batches as those of one client do; short ones where many come.
        let most = min(Self.recordsPerTurnMax, Self.turnNsMax / intervalNs)
        recordsPerTurn = max(1, Int64(most), gathering.recordsPerLook)
    }

    private static let turnNsMax: Double = 5_000_000
    private static let recordsPerTurnMax: Double = 128

    /// When a record is due.
    func intended(_ record: Int64) -> MonotonicInstant {
        let offset = Double(record) * intervalNs
        return offset < 9e18 ? begin.advanced(byNanoseconds: offsetNs(record)) : .distantFuture
    }

    /// When a record that was taken is due, in whole ns after the beginning, rounded up.
    @inline(__always)
    func offsetNs(_ record: Int64) -> Int64 {
        let offset = Double(record) * intervalNs
        // Without a call of the C library for each record.
        let whole = Int64(offset)
        return Double(whole) < offset ? whole + 1 : whole
    }

    /// Records whose time has come, at most `most`; nil when there are none yet, or none left.
    func take(now: MonotonicInstant, most: Int) -> Range<Int64>? {
        var first = next.load(ordering: .relaxed)
        while first < total {
            // One more than whole intervals have passed: record 0 is due at the beginning.
            let elapsedNs = now.nanoseconds(since: begin)
            let due = elapsedNs < 0 ? 0 : Int64(min(Double(elapsedNs) / intervalNs + 1, Double(total)))
            let end = min(due, first + Int64(most), total)
            guard end > first else { return nil }
            let (exchanged, original) = next.compareExchange(expected: first, desired: end, ordering: .relaxed)
            if exchanged {
                let lateNs = max(0, now.nanoseconds(since: intended(first)))
                worst.max(lateNs, ordering: .relaxed)
                if end == total { final.store(lateNs, ordering: .relaxed) }
                return first..<end
            }
            first = original
        }
        return nil
    }

    /// The time of the next record to take; nil when none is left.
    var nextDue: MonotonicInstant? {
        let first = next.load(ordering: .relaxed)
        return first < total ? intended(first) : nil
    }

    /// When a generator should look next for records that are due, after it found none; nil when none is left.
    ///
    /// - Parameter generator: its number, below `count`.
    func nextLook(of generator: Int, among count: Int) -> MonotonicInstant? {
        let first = next.load(ordering: .relaxed)
        if first >= total { return nil }
        let turn = first / recordsPerTurn
        let turnsLeft = (Int64(generator) - turn % Int64(count) + Int64(count)) % Int64(count)
        let own = turnsLeft == 0 ? first : (turn + turnsLeft) * recordsPerTurn
        return intended(min(gathering.last(from: own), total - 1))
    }

    /// Up to here is the first half of the schedule.
    var half: MonotonicInstant { intended(total / 2) }

    /// From here on is the end of the schedule: its last twentieth, or where that is more its last tenth of a second or its last 20
    /// records, but at most its second half.
    var tail: MonotonicInstant {
        let lastCount = max(Double(total) / 20, 100_000_000 / intervalNs, 20)
        return intended(max(total / 2, total - Int64(min(lastCount, Double(total)))))
    }

    /// How far behind its schedule the run is at `now`, or was with its last record, in ns.
    func lagNs(at now: MonotonicInstant) -> Int64 {
        nextDue.map { max(0, now.nanoseconds(since: $0)) } ?? final.load(ordering: .relaxed)
    }

    var worstLagNs: Int64 { worst.load(ordering: .relaxed) }
}
