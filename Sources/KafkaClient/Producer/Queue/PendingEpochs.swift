import KafkaQueues

/// Counts pending batches by epochs. Each drain ends an epoch, and waits for the batches that were taken in that epoch and
/// those before it, and for no others. Batches may end in any order.
struct PendingEpochs {
    /// Every epoch below this one has ended.
    private(set) var first = 0
    /// The number of pending batches of `first` and of each epoch after it. The current epoch is the last.
    private var counts = RingBuffer<Int>()

    init() { counts.append(0) }

    /// The epoch of batches that are taken now.
    var current: Int { first + counts.count - 1 }

    /// Counts a batch that was taken.
    ///
    /// - Returns: its epoch.
    mutating func begin() -> Int {
        counts[counts.count - 1] += 1
        return current
    }

    /// Counts one more batch in an epoch that has pending batches.
    mutating func add(to epoch: Int) { counts[epoch - first] += 1 }

    /// Says that a batch of this epoch has ended.
    mutating func end(_ epoch: Int) {
        counts[epoch - first] -= 1
        skipEnded()
    }

    /// Begins a new epoch for the batches that come from now on.
    ///
    /// - Returns: the last epoch that has pending batches; nil when no batch is pending.
    mutating func beginNext() -> Int? {
        if counts[counts.count - 1] > 0 { counts.append(0) }
        return counts.count == 1 ? nil : current - 1
    }

    private mutating func skipEnded() {
        while counts.count > 1, counts[0] == 0 {
            _ = counts.popFirst()
            first += 1
        }
    }
}
