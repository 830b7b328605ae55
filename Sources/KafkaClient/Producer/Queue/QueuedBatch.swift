import KafkaProtocol
import KafkaTransport

/// A batch on its way through the producer, with its story so far.
struct QueuedBatch: Sendable {
    let batch: RecordBatch
    let queued: MonotonicInstant
    let deadline: MonotonicInstant
    /// Between which drains it was taken.
    let epoch: Int
    /// Where it goes; for a batch without a strict partition chosen anew after a failure.
    var partition: Int32
    /// Requests that carried it, the one in flight included.
    var attemptCount = 0
    /// What came of them.
    var exchanges: [Exchange] = []

    init(_ batch: RecordBatch, queued: MonotonicInstant, deadline: MonotonicInstant, epoch: Int) {
        self.batch = batch
        self.queued = queued
        self.deadline = deadline
        self.epoch = epoch
        partition = batch.partition
    }

    /// Whether it goes to one partition and no other.
    var isStrict: Bool { batch.partition >= 0 }

    func delivery(_ outcome: Delivery.Outcome, ended: MonotonicInstant) -> Delivery {
        Delivery(
            batch: batch, partition: partition, outcome: outcome, exchanges: exchanges, queued: queued, ended: ended)
    }
}
