/// Counts pending batches by the drains between which they were taken, so that a drain waits for those before it and for
/// no others. Batches end in any order.
struct PendingEpochs {
    /// Every epoch below this one has ended.
    private(set) var first = 0
    /// Pending batches of `first` and the epochs after it, the current one last.
    private var counts = [0]

    /// The epoch of what is taken now.
    var current: Int { first + counts.count - 1 }

    /// A batch was taken.
    ///
    /// - Returns: its epoch.
    mutating func begin() -> Int {
        counts[counts.count - 1] += 1
        return current
    }

    /// A batch of this epoch has ended.
    mutating func end(_ epoch: Int) {
        counts[epoch - first] -= 1
        skipEnded()
    }

    /// Ends the current epoch for newcomers.
    ///
    /// - Returns: the last epoch with pending batches; nil when there are none.
    mutating func beginNext() -> Int? {
        if counts.last! > 0 { counts.append(0) }
        return counts.count == 1 ? nil : current - 1
    }

    private mutating func skipEnded() {
        while counts.count > 1, counts[0] == 0 {
            counts.removeFirst()
            first += 1
        }
    }
}
