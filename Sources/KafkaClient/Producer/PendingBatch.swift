import KafkaProtocol

/// A batch on its way through the producer. Belongs to one lane.
final class PendingBatch {
    let batch: RecordBatch
    let queuedNs: Int64
    let deadlineNs: Int64
    /// Between which drains it was taken.
    let epoch: Int
    /// Where it goes; for a batch without a strict partition chosen anew after a failure.
    var partition: Int32
    var exchanges: [Exchange] = []

    init(_ batch: RecordBatch, queuedNs: Int64, deadlineNs: Int64, epoch: Int = 0) {
        self.batch = batch
        self.queuedNs = queuedNs
        self.deadlineNs = deadlineNs
        self.epoch = epoch
        partition = batch.partition
    }

    var isStrict: Bool { batch.partition >= 0 }

    func delivery(_ outcome: Delivery.Outcome, endedNs: Int64) -> Delivery {
        Delivery(
            batch: batch, partition: partition, outcome: outcome, exchanges: exchanges, queuedNs: queuedNs,
            endedNs: endedNs)
    }
}

/// What one attempt of a batch came to.
enum AttemptOutcome {
    case acknowledged(baseOffset: Int64, logAppendTimeMs: Int64)
    /// The broker's verdict.
    case refused(KafkaErrorCode, String?)
    /// No answer.
    case unanswered(KafkaClientError)
}
