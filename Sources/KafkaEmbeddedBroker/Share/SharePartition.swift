import KafkaProtocol
import KafkaTransport

/// What a share group has done with the records of one partition, as a value with a clock of its caller's (KIP-932).
///
/// ```
///   start                                        end
///     ▼                                           ▼
///   ──┬──────────┬───────────┬───────────┬────────┬─────────────────
///     │ acquired │ available │ archived… │ …      │ never acquired
///   ──┴──────────┴───────────┴───────────┴────────┴─────────────────
///
///   available ──▶ acquired ──▶ acknowledged           accept
///       ▲            │ ├─────▶ archived               reject, a gap, or too many deliveries
///       └────────────┘ └─────▶ acquired (anew)        renew
///        release, the lock's end, a lost session
/// ```
///
/// The start moves behind what is acknowledged and archived.
struct SharePartition: Sendable {
    enum Stage: UInt8, Sendable { case available, acquired, acknowledged, archived }

    struct Entry: Sendable, Equatable {
        var stage = Stage.available
        var deliveryCount: Int16 = 0
        /// Of acquired ones.
        var member = ""
        var lockedUntil = MonotonicInstant.distantFuture
    }

    struct Limits: Sendable {
        var lockDuration: Duration
        var deliveryCountMax: Int16
        var recordCountMax: Int
    }

    /// Everything before is done.
    private(set) var start: Int64
    /// Those from `start` on that were acquired at some time.
    private(set) var entries: [Entry] = []
    /// Who leads the partition in which epoch: another one knows of no locks.
    private var leader: LeaderIDAndEpoch

    init(start: Int64, leader: LeaderIDAndEpoch) {
        self.start = start
        self.leader = leader
    }

    /// Nothing from here on was ever acquired.
    var end: Int64 { start + Int64(entries.count) }
    /// The node that has given the locks.
    var node: Int32 { leader.leaderID }
    /// When the next lock is over.
    var wakeAt: MonotonicInstant {
        entries.reduce(.distantFuture) { $1.stage == .acquired ? min($0, $1.lockedUntil) : $0 }
    }

    // MARK: What comes by itself

    /// Takes over where the log begins and who leads it, and ends locks whose time is over.
    ///
    /// - Returns: whether records have become available.
    mutating func refresh(logStart: Int64, leader: LeaderIDAndEpoch, _ limits: Limits, now: MonotonicInstant) -> Bool {
        var isFreed = false
        let hasMoved = leader != self.leader
        self.leader = leader
        for index in entries.indices where entries[index].stage == .acquired {
            if hasMoved || entries[index].lockedUntil <= now {
                free(index, limits)
                isFreed = true
            }
        }
        if logStart > start {
            entries.removeFirst(min(entries.count, Int(clamping: logStart - start)))
            start = logStart
        }
        advance()
        return isFreed
    }

    /// The log has lost its records from an offset on. What comes at these offsets next are other records.
    mutating func cut(from logEnd: Int64) {
        if end > logEnd { entries.removeLast(min(entries.count, Int(end - logEnd))) }
        start = min(start, logEnd)
    }

    /// A session has ended: what the member has not acknowledged counts as never delivered to it.
    ///
    /// - Returns: whether records have become available.
    mutating func release(member: String) -> Bool {
        var isFreed = false
        for index in entries.indices where entries[index].stage == .acquired && entries[index].member == member {
            entries[index].deliveryCount = max(0, entries[index].deliveryCount - 1)
            entries[index].stage = .available
            entries[index].member = ""
            isFreed = true
        }
        return isFreed
    }

    private mutating func free(_ index: Int, _ limits: Limits) {
        entries[index].stage = entries[index].deliveryCount >= limits.deliveryCountMax ? .archived : .available
        entries[index].member = ""
    }

    private mutating func advance() {
        let done = entries.prefix { $0.stage == .acknowledged || $0.stage == .archived }.count
        if done == 0 { return }
        entries.removeFirst(done)
        start += Int64(done)
    }

    // MARK: Acquiring

    /// The first offset that can be acquired; nil when too many records are in flight.
    func nextOffset(_ limits: Limits) -> Int64? {
        if let index = entries.firstIndex(where: { $0.stage == .available }) { return start + Int64(index) }
        return entries.count < limits.recordCountMax ? end : nil
    }

    /// Acquires what is available among offsets.
    ///
    /// - Parameters:
    ///   - offsets: those of batches that were read from the log.
    ///   - batchEnds: the last offset of each of these batches, ascending.
    ///   - recordCountMax: how many are asked for.
    ///   - isStrict: whether it may not be more, to the end of a batch.
    mutating func acquire(
        _ offsets: ClosedRange<Int64>, batchEnds: [Int64], recordCountMax: Int, isStrict: Bool, member: String,
        _ limits: Limits, now: MonotonicInstant
    ) -> [ShareFetchResponse.AcquiredRecords] {
        var acquired: [ShareFetchResponse.AcquiredRecords] = []
        var left = recordCountMax
        var batch = 0
        for offset in max(offsets.lowerBound, start)...max(offsets.upperBound, start) where offset <= offsets.upperBound
        {
            while batch < batchEnds.count, batchEnds[batch] < offset {
                batch += 1
                if left <= 0 { return acquired }
            }
            if left <= 0, isStrict { return acquired }
            let index = Int(offset - start)
            if index == entries.count {
                if entries.count >= limits.recordCountMax { return acquired }
                entries.append(Entry())
            }
            guard index < entries.count, entries[index].stage == .available else { continue }
            entries[index].stage = .acquired
            entries[index].deliveryCount += 1
            entries[index].member = member
            entries[index].lockedUntil = now + limits.lockDuration
            left -= 1
            let count = entries[index].deliveryCount
            if let last = acquired.last, last.lastOffset + 1 == offset, last.deliveryCount == count {
                acquired[acquired.count - 1].lastOffset = offset
            } else {
                var next = ShareFetchResponse.AcquiredRecords()
                next.firstOffset = offset
                next.lastOffset = offset
                next.deliveryCount = count
                acquired.append(next)
            }
        }
        return acquired
    }

    // MARK: Acknowledging

    /// Takes all of what a member says, or nothing.
    ///
    /// - Parameter mayRenew: whether the request may renew locks.
    /// - Returns: `.none` when it is taken.
    mutating func acknowledge(
        _ batches: [AcknowledgementBatch], member: String, mayRenew: Bool, _ limits: Limits, now: MonotonicInstant
    ) -> KafkaErrorCode {
        var changed = entries
        var last: Int64 = -1
        for batch in batches {
            guard batch.firstOffset <= batch.lastOffset, batch.firstOffset > last, !batch.acknowledgeTypes.isEmpty
            else {
                return .invalidRequest
            }
            last = batch.lastOffset
            let isEach = batch.acknowledgeTypes.count > 1
            guard batch.firstOffset >= start, batch.lastOffset < end else { return .invalidRecordState }
            if isEach, batch.acknowledgeTypes.count != Int(batch.lastOffset - batch.firstOffset) + 1 {
                return .invalidRequest
            }
            for offset in batch.firstOffset...batch.lastOffset {
                let index = Int(offset - start)
                guard changed[index].stage == .acquired, changed[index].member == member else {
                    return .invalidRecordState
                }
                switch batch.acknowledgeTypes[isEach ? Int(offset - batch.firstOffset) : 0] {
                case 0, 3: changed[index].stage = .archived
                case 1: changed[index].stage = .acknowledged
                case 2:
                    changed[index].stage =
                        changed[index].deliveryCount >= limits.deliveryCountMax ? .archived : .available
                case 4 where mayRenew: changed[index].lockedUntil = now + limits.lockDuration
                default: return .invalidRequest
                }
                if changed[index].stage != .acquired { changed[index].member = "" }
            }
        }
        entries = changed
        advance()
        return .none
    }

    /// Records that are neither acknowledged nor archived, up to an end of the log.
    func lag(_ logEnd: Int64) -> Int64 {
        max(0, logEnd - end) + Int64(entries.count { $0.stage == .available || $0.stage == .acquired })
    }
}
