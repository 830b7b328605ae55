import Synchronization

/// A parked fetch, known to the partitions whose growth would answer it.
///
/// It is made known to them first, then the fetch looks what there is, and then it says how much more it waits for. What is
/// appended meanwhile may count twice, and wakes it early; it is never woken late.
final class FetchWaiter: Sendable {
    private let isSpent = Atomic<Bool>(false)
    /// Bytes that were appended since it became known.
    private let grown = Atomic<Int>(0)
    /// With so many it is woken.
    private let target = Atomic<Int>(.max)
    private let onGrowth: @Sendable () -> Void

    /// - Parameter onGrowth: called at most once, without a lock held: on the thread that appended, or by `wait`.
    init(onGrowth: @escaping @Sendable () -> Void) {
        self.onGrowth = onGrowth
    }

    var isDone: Bool { isSpent.load(ordering: .relaxed) }

    /// Bytes that were appended so far.
    var grownByteCount: Int { grown.load(ordering: .sequentiallyConsistent) }

    /// Ends the wait: `onGrowth` is no longer called.
    func cancel() { isSpent.store(true, ordering: .relaxed) }

    /// Waits for so many bytes in all, which may have come already.
    func wait(for byteCount: Int) {
        target.store(byteCount, ordering: .sequentiallyConsistent)
        if grownByteCount >= byteCount { wake() }
    }

    /// Counts bytes that were appended.
    ///
    /// - Returns: whether it is to be woken.
    func didGrow(by byteCount: Int) -> Bool {
        let grown = grown.add(byteCount, ordering: .sequentiallyConsistent).newValue
        return grown >= target.load(ordering: .sequentiallyConsistent)
    }

    func wake() {
        if !isSpent.exchange(true, ordering: .acquiringAndReleasing) { onGrowth() }
    }
}
