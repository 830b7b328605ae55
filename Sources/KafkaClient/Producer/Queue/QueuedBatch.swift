import KafkaProtocol
import KafkaTransport

/// A batch that a producer has taken, and the attempts to send it so far.
struct QueuedBatch: Sendable {
    private(set) var batch: RecordBatch
    let queued: MonotonicInstant
    let deadline: MonotonicInstant
    /// The epoch of `PendingEpochs` in which it was taken.
    let epoch: Int
    /// The partition that it goes to. It is chosen anew after a failure, unless the batch is strict.
    var partition: Int32
    /// The number of requests that carried it, the one in flight included.
    var attemptCount = 0
    /// The requests that have ended, and their outcomes.
    var exchanges: [Exchange] = []
    /// The request in flight.
    var flight: Flight?
    /// What an idempotent producer sends it under; nil before it is sent for the first time.
    var stamp: ProducerStamp?
    /// Its place among the batches of its partition that have got stamps; -1 before.
    var order = -1
    /// Whether it is a part of a batch that was too large.
    private(set) var isPart = false
    /// Whether a request that carried it under its stamp may have stored it.
    var isUnsure = false
    /// Whether it belongs to a transaction and has been sent: it may go to no other partition then.
    var isPinned = false

    struct Flight {
        let broker: Int32
        /// When it was taken.
        let began: MonotonicInstant
        /// How long it had waited because the broker throttles this client.
        let throttledNs: Int64
    }

    /// How long it has waited in a span of time, since it came or was last in flight.
    func waitedNs(in span: Range<MonotonicInstant>, until now: MonotonicInstant) -> Int64 {
        let since = exchanges.last.map { max($0.ended, queued) } ?? queued
        return max(0, min(now, span.upperBound).nanoseconds(since: max(since, span.lowerBound)))
    }

    init(_ batch: RecordBatch, queued: MonotonicInstant, deadline: MonotonicInstant, epoch: Int) {
        self.batch = batch
        self.queued = queued
        self.deadline = deadline
        self.epoch = epoch
        partition = batch.partition
    }

    /// The parts of the batch, with the same story and the same sequence numbers. The attempt that made a split necessary is
    /// not counted.
    func parts(_ batches: [RecordBatch]) -> [QueuedBatch] {
        var stamp = stamp
        return batches.map { batch in
            var part = self
            part.batch = batch
            part.isPart = true
            part.attemptCount -= 1
            part.stamp = stamp
            stamp = stamp?.advanced(by: batch.recordCount)
            return part
        }
    }

    /// Whether the batch was built for one partition, and may go to no other.
    var isStrict: Bool { batch.partition >= 0 }

    /// Whether it may be sent to another partition.
    var isMovable: Bool { !isStrict && !isPinned && !(stamp != nil && isUnsure) }

    /// Why the last attempt failed; nil when there was none.
    var lastError: KafkaClientError? {
        guard let last = exchanges.last else { return nil }
        return last.error ?? last.errorCode.map { KafkaClientError($0, "broker \(last.broker) has answered") }
    }

    func delivery(_ outcome: Delivery.Outcome, ended: MonotonicInstant) -> Delivery {
        Delivery(
            batch: batch, partition: partition, outcome: outcome, exchanges: exchanges, queued: queued, ended: ended,
            isIdempotent: stamp != nil)
    }
}
