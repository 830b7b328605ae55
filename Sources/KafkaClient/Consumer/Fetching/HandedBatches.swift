import KafkaQueues

/// The batches of a partition that were handed out and not handled yet, in order. A value.
///
/// Several tasks may take batches of one partition, and end with them in another order: handled is what lies before the first one that
/// is not.
struct HandedBatches {
    private(set) var source: FetchSource?
    private var batches = RingBuffer<(next: FetchPosition, isHandled: Bool)>()
    /// Where everything before was handled; nil before anything was.
    private(set) var handled: FetchPosition?

    /// How many are not handled.
    private(set) var count = 0

    mutating func handOut(_ batch: FetchedBatch) {
        source = batch.source
        count += 1
        batches.append((FetchPosition(offset: batch.nextOffset, epoch: batch.header.partitionLeaderEpoch), false))
    }

    /// - Returns: whether the batch was one of them, and is not any more.
    mutating func didHandle(_ batch: FetchedBatch) -> Bool {
        var index = 0
        while index < batches.count, batches[index].next.offset != batch.nextOffset { index += 1 }
        guard index < batches.count, !batches[index].isHandled else { return false }
        batches[index].isHandled = true
        count -= 1
        while let first = batches.first, first.isHandled {
            handled = first.next
            _ = batches.popFirst()
        }
        return true
    }
}
