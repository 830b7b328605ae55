import KafkaQueues

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

    mutating func handOut(_ batch: FetchedBatch) {
        source = batch.source
        count += 1
        batches.append((FetchPosition(offset: batch.nextOffset, epoch: batch.header.partitionLeaderEpoch), .inHand))
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
