import KafkaProtocol

/// A producer as brokers know it: by an id that one of them has given out, and an epoch.
///
/// Source: InitProducerId, API key 22; KIP-98, KIP-360.
struct ProducerIdentity: Equatable, Sendable {
    let id: Int64
    var epoch: Int16 = 0
    /// Whether it is that of a transactional id.
    var isTransactional = false

    /// The identity of the next epoch; nil after the last, when another id is needed.
    var next: ProducerIdentity? {
        epoch == .max ? nil : ProducerIdentity(id: id, epoch: epoch + 1, isTransactional: isTransactional)
    }
}

extension ProducerStamp {
    var identity: ProducerIdentity {
        ProducerIdentity(id: producerID, epoch: producerEpoch, isTransactional: isTransactional)
    }

    /// The stamp of records that stand so far behind the first.
    func advanced(by recordCount: Int) -> ProducerStamp {
        var stamp = self
        // The number after `Int32.max` is 0.
        stamp.baseSequence = Int32(truncatingIfNeeded: (Int64(baseSequence) + Int64(recordCount)) & Int64(Int32.max))
        return stamp
    }
}

/// The sequence numbers of one partition, which let its leader tell a batch that is sent again from a new one.
///
/// A batch keeps its number through all attempts, so it is stored once. A batch that has ended without being stored, or
/// without a word about it, leaves a gap: the leader would refuse what follows. What follows is then sent in the next epoch,
/// whose numbers begin with 0; but first those batches that may have been stored are sent again with their old numbers: the
/// leader's answer tells whether they were.
///
/// Source: KIP-98, KIP-360; `ProducerAppendInfo` in Apache Kafka.
struct PartitionSequences {
    /// Under what the partition's batches are sent. Partitions are at different epochs, because each is checked by itself.
    private(set) var identity: ProducerIdentity?
    /// Of the next batch that has none.
    private var nextStamp = ProducerStamp(producerID: -1, producerEpoch: -1, baseSequence: 0)
    /// The order of the next batch that gets a stamp for the first time.
    private(set) var nextOrder = 0
    /// The order of the last batch that has left a gap.
    private(set) var gap: Int?
    /// Whether the leader has stored a batch under the identity. Before, it knows nothing of the producer and takes any number
    /// as the first: then a second batch must not be sent, which it could take for the first.
    private(set) var isConfirmed = false
    /// The order of the first batch that may go to the log of now. Those before it may have gone to one of before.
    private var firstOrder = 0

    /// Begins anew, with sequence 0.
    mutating func adopt(_ identity: ProducerIdentity) {
        self.identity = identity
        gap = nil
        isConfirmed = false
        nextStamp = ProducerStamp(
            producerID: identity.id, producerEpoch: identity.epoch, baseSequence: 0,
            isTransactional: identity.isTransactional)
    }

    /// Gives up the identity: the leader refuses it.
    mutating func renounce() { identity = nil }

    /// Gives up the identity, and all that was to be mended: a transaction has ended, and the next one has another identity.
    mutating func startAnew() {
        identity = nil
        gap = nil
    }

    /// Goes on in the next epoch, so that no number is missing. Without a next epoch there is no identity.
    mutating func beginNextEpoch() {
        gap = nil
        if let next = identity?.next { adopt(next) } else { identity = nil }
    }

    /// Whether a batch may be stored under the stamp that it has.
    func isUnsure(_ batch: QueuedBatch) -> Bool { batch.isUnsure && batch.stamp?.identity == identity }

    /// The place of a batch among those that got stamps, or the one that it would get.
    func order(of batch: QueuedBatch) -> Int { batch.order >= 0 ? batch.order : nextOrder }

    /// Gives a batch its stamp, unless it has a valid one.
    ///
    /// - Precondition: there is an identity.
    mutating func stamp(_ batch: inout QueuedBatch) {
        if batch.stamp?.identity == identity { return }
        if batch.order < 0 {
            batch.order = nextOrder
            nextOrder += 1
        }
        batch.stamp = nextStamp
        batch.isUnsure = false
        nextStamp = nextStamp.advanced(by: batch.batch.recordCount)
    }

    /// Notes that a batch will not be sent again under its stamp. No other gets its number, whatever the leader has said: one
    /// that has stored it after all would take the other for it.
    mutating func abandon(_ batch: QueuedBatch) {
        if batch.stamp?.identity == identity, batch.stamp != nil { leaveGap(behind: batch) }
    }

    /// Notes that numbers up to that of a batch are missing at the leader.
    mutating func leaveGap(behind batch: QueuedBatch) { gap = max(gap ?? -1, batch.order) }

    /// Notes that a batch was stored. What lies before it has been stored too.
    mutating func didStore(_ batch: QueuedBatch) {
        guard batch.stamp?.identity == identity else { return }
        if batch.order >= firstOrder { isConfirmed = true }
        if let gap, batch.order > gap { self.gap = nil }
    }

    /// Notes that the leader's log is another one, which knows no producers.
    mutating func forgetLeader() {
        isConfirmed = false
        firstOrder = nextOrder
    }
}
