// The open loop: record i is due at begin + i / rate, whatever became of those before it. Lanes take what is due, whoever
// comes first, so a lane that waits for its broker does not hold up the schedule of the others.

import Synchronization

/// The schedule of a run with `--rate`.
final class OpenLoopSchedule: Sendable {
    private let next = Atomic<Int64>(0)
    private let total: Int64
    private let beginNs: Int64
    private let intervalNs: Double
    /// The longest that a record was taken after its time, and how late the last one was, in ns.
    private let worst = Atomic<Int64>(0)
    private let final = Atomic<Int64>(0)

    /// - Parameters:
    ///   - rate: records a second, above 0.
    ///   - total: records, at most 10^18.
    init(rate: Double, total: Int64, beginNs: Int64) {
        self.total = total
        self.beginNs = beginNs
        intervalNs = 1e9 / rate
    }

    /// When a record is due, on the monotonic clock.
    func intendedNs(_ record: Int64) -> Int64 {
        let offset = Double(record) * intervalNs
        return offset < 9e18 - Double(beginNs) ? beginNs + Int64(offset) : .max
    }

    /// Records whose time has come, at most `most`; nil when there are none yet, or none left.
    func take(nowNs: Int64, most: Int) -> Range<Int64>? {
        var first = next.load(ordering: .relaxed)
        while first < total {
            // One more than whole intervals have passed: record 0 is due at the beginning.
            let due = nowNs < beginNs ? 0 : Int64(min(Double(nowNs - beginNs) / intervalNs + 1, Double(total)))
            let end = min(due, first + Int64(most), total)
            guard end > first else { return nil }
            let (exchanged, original) = next.compareExchange(expected: first, desired: end, ordering: .relaxed)
            if exchanged {
                let lateNs = max(0, nowNs - intendedNs(first))
                worst.max(lateNs, ordering: .relaxed)
                if end == total { final.store(lateNs, ordering: .relaxed) }
                return first..<end
            }
            first = original
        }
        return nil
    }

    /// The time of the first record that nobody has taken; nil when none is left.
    var nextNs: Int64? {
        let first = next.load(ordering: .relaxed)
        return first < total ? intendedNs(first) : nil
    }

    /// How far behind its schedule the run is at `nowNs`, or was with its last record, in ns.
    func lagNs(at nowNs: Int64) -> Int64 {
        nextNs.map { max(0, nowNs - $0) } ?? final.load(ordering: .relaxed)
    }

    var worstLagNs: Int64 { worst.load(ordering: .relaxed) }
}
