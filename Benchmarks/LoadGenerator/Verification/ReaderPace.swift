import Synchronization

/// Keeps generators from leaving the reader behind, where the broker keeps only so much of what it got.
///
/// Only closed loops go by it: nothing slows the schedule of an open one.
final class ReaderPace: Sendable {
    private let unreadMax: Int64
    private let acked: @Sendable () -> Int64
    private let unread = Atomic<Int64>(0)
    /// Records that were acknowledged when `unread` was told.
    private let ackedThen = Atomic<Int64>(0)
    private let isOver = Atomic<Bool>(false)

    /// - Parameters:
    ///   - unreadMax: records that may be stored and not read yet.
    ///   - acked: how many records are acknowledged. Called for each chunk.
    init(unreadMax: Int64, acked: @escaping @Sendable () -> Int64) {
        self.unreadMax = unreadMax
        self.acked = acked
    }

    /// The reader knows of so many records that it has not read yet.
    func tell(unread count: Int64) {
        unread.store(count, ordering: .relaxed)
        ackedThen.store(acked(), ordering: .relaxed)
    }

    /// So many of the acknowledged records were received.
    func tell(received count: Int64) {
        let acked = acked()
        unread.store(max(0, acked - count), ordering: .relaxed)
        ackedThen.store(acked, ordering: .relaxed)
    }

    /// The reader reads no more; nobody has to wait for it.
    func end() { isOver.store(true, ordering: .relaxed) }

    /// Whether the reader is too far behind.
    var isFull: Bool {
        let since = acked() - ackedThen.load(ordering: .relaxed)
        return unread.load(ordering: .relaxed) + since > unreadMax && !isOver.load(ordering: .relaxed)
    }
}
