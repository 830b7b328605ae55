import Synchronization

/// Which records were received, by all consumers of a run together. Touched once for each batch.
final class ReceivedRecords: Sendable {
    /// What was received so far.
    struct Counts: Equatable {
        /// Each record once.
        var distinct: Int64 = 0
        /// Received again.
        var duplicated: Int64 = 0
        /// Of a warm-up.
        var warmUp: Int64 = 0
        /// Without a stamp, or of another run.
        var foreign: Int64 = 0
        /// Stamped by a clock that is not this one's.
        var elsewhere: Int64 = 0
    }

    /// A record with a stamp of this machine's clock.
    struct Found {
        let run: UInt32
        let number: Int64
        let latencyNs: Int64
    }

    fileprivate struct State {
        var counts = Counts()
        /// By run.
        var sets: [UInt32: (numbers: SequenceSet, end: Int64)] = [:]
    }

    private let run: UInt32?
    private let state = Mutex(State())
    private let distinct = Atomic<Int64>(0)
    private let warmUp = Atomic<Int64>(0)
    /// A number so far above all others is no number of a run's; without a bound it would take any amount of memory.
    private static let numberLeapMax: Int64 = 1 << 30

    /// - Parameter run: the run whose records are waited for; nil for those of any.
    init(of run: UInt32?) { self.run = run }

    /// May be read at any time, without a lock.
    var distinctCount: Int64 { distinct.load(ordering: .relaxed) }
    /// The same of the warm-up.
    var warmUpCount: Int64 { warmUp.load(ordering: .relaxed) }

    var counts: Counts { state.withLock { $0.counts } }

    /// Whether a stamp is one of those that are waited for.
    func isExpected(_ stamp: EndToEndStamp) -> Bool { run == nil || stamp.run == run }

    /// Takes the records of a batch, and removes those of them that were received before.
    ///
    /// - Parameter others: records that have no latency; `distinct` and `duplicated` are not looked at.
    func take(_ found: inout [Found], others: Counts) {
        state.withLock { state in
            state.counts.warmUp += others.warmUp
            state.counts.foreign += others.foreign
            state.counts.elsewhere += others.elsewhere
            warmUp.store(state.counts.warmUp, ordering: .relaxed)
            found.removeAll { !state.insert($0, leapMax: Self.numberLeapMax) }
            distinct.store(state.counts.distinct, ordering: .relaxed)
        }
    }
}

extension ReceivedRecords.State {
    fileprivate mutating func insert(_ record: ReceivedRecords.Found, leapMax: Int64) -> Bool {
        let end = sets[record.run]?.end ?? 0
        guard record.number < end + leapMax else {
            counts.foreign += 1
            return false
        }
        if sets[record.run] == nil { sets[record.run] = (SequenceSet(), 0) }
        let isNew = sets[record.run]!.numbers.insert(record.number)
        sets[record.run]!.end = max(end, record.number + 1)
        if isNew { counts.distinct += 1 } else { counts.duplicated += 1 }
        return isNew
    }
}
