import Synchronization

/// A parked fetch, known to the partitions whose growth would answer it.
final class FetchWaiter: Sendable {
    private let isSpent = Atomic<Bool>(false)
    private let onGrowth: @Sendable () -> Void

    /// - Parameter onGrowth: called at most once, on the thread that appended, without a lock held.
    init(onGrowth: @escaping @Sendable () -> Void) {
        self.onGrowth = onGrowth
    }

    var isDone: Bool { isSpent.load(ordering: .relaxed) }

    /// Ends the wait: `onGrowth` is no longer called.
    func cancel() { isSpent.store(true, ordering: .relaxed) }

    func wake() {
        if !isSpent.exchange(true, ordering: .acquiringAndReleasing) { onGrowth() }
    }
}
