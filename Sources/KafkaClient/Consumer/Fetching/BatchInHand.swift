/// The batch that an iterator has handed out last. When the iterator goes, it is let go of.
final class BatchInHand {
    private var last: (batch: FetchedBatch, queue: FetchedQueue, restartCount: Int)?

    deinit {
        if let last { last.queue.abandon(last.batch) }
    }

    func take(_ batch: FetchedBatch, from queue: FetchedQueue, restartCount: Int = 0) {
        last = (batch, queue, restartCount)
    }

    /// Counts it as handled.
    func didHandle() {
        guard let last else { return }
        last.queue.didHandle(last.batch)
        self.last = nil
    }

    /// Whether its partition is read from elsewhere by now.
    var isOutdated: Bool {
        guard let last else { return false }
        return last.queue.isOutdated(last.batch, since: last.restartCount)
    }
}
