import KafkaQueues
import KafkaTransport

/// The batches of a partition that were handed out and not handled yet, in order. A value.
///
/// Several tasks may take batches of one partition, and end with them in another order: handled is what lies before the first one that
/// somebody has. One that was let go of in the midst is passed over as soon as one behind it was handled: the user went on.
struct HandedBatches {
    private enum Fate {
        case inHand
        case handled
        case abandoned
    }

    private(set) var source: FetchSource?
    private var batches = RingBuffer<(next: FetchPosition, fate: Fate)>()
    /// Where everything before was handled; nil before anything was.
    private(set) var handled: FetchPosition?

    /// How many are in somebody's hands.
    private(set) var count = 0
    /// The offset behind the last one; nil before the first.
    private var reached: Int64?
    /// When the partition was last taken away from the user; nil when it never was.
    private var lost: MonotonicInstant?
    /// Whether it has come back since, and is read from where the group has committed.
    private var isRegained = false
    /// What was read before is of a former topic of the name; nil when there was none.
    private var former: MonotonicInstant?

    /// - Returns: whether it is one that can be committed.
    mutating func handOut(_ batch: FetchedBatch) -> Bool {
        if let former, batch.exchange.ended < former { return false }
        source = batch.source
        count += 1
        reached = batch.nextOffset
        batches.append((FetchPosition(offset: batch.nextOffset, epoch: batch.header.partitionLeaderEpoch), .inHand))
        return true
    }

    /// Begins anew elsewhere.
    mutating func restart() {
        var next = HandedBatches()
        (next.source, next.lost, next.former) = (source, lost, former)
        self = next
    }

    /// Begins anew with another topic that has the name: offsets of the former one say nothing of it. What was read of that, and is handed
    /// out later, is none of its batches.
    mutating func makeAnew(now: MonotonicInstant) {
        lose(now: now)
        former = now
    }

    /// Begins anew: the partition is taken away.
    mutating func lose(now: MonotonicInstant) {
        restart()
        (lost, isRegained) = (now, true)
    }

    /// Whether an offset may be one of what was handed out since the partition is the user's. It is not when the partition was taken away
    /// later than a moment, or when nothing up to there was handed out since it came back.
    func covers(_ offset: Int64, since moment: MonotonicInstant) -> Bool {
        guard let lost else { return true }
        if lost >= moment { return false }
        return !isRegained || offset <= reached ?? -1
    }

    /// - Returns: whether the batch was one of them, and is not any more.
    mutating func didHandle(_ batch: FetchedBatch) -> Bool { end(batch, .handled) }

    /// Takes a batch from somebody who has let go of it without asking for another one.
    ///
    /// - Returns: whether the batch was one of them, and is not any more.
    mutating func abandon(_ batch: FetchedBatch) -> Bool { end(batch, .abandoned) }

    private mutating func end(_ batch: FetchedBatch, _ fate: Fate) -> Bool {
        var index = 0
        while index < batches.count, batches[index].next.offset != batch.nextOffset { index += 1 }
        guard index < batches.count, case .inHand = batches[index].fate else { return false }
        batches[index].fate = fate
        count -= 1
        passHandled()
        return true
    }

    private mutating func passHandled() {
        var (passed, index) = (0, 0)
        loop: while index < batches.count {
            switch batches[index].fate {
            case .inHand: break loop
            case .handled: passed = index + 1
            case .abandoned: break
            }
            index += 1
        }
        for _ in 0..<passed { handled = batches.popFirst()?.next }
    }
}
