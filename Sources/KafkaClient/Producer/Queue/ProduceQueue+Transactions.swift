import KafkaProtocol
import KafkaTransport

/// A transaction that a lane has part in.
struct OpenTransaction: Sendable {
    let identity: ProducerIdentity
    /// Whether something was sent to a broker.
    var hasSent = false
    /// Why it can only be aborted.
    var failure: KafkaClientError?
    /// Whether numbers are missing, or requests may still be under way: brokers must not take anything under this epoch any more.
    var isUnclean = false
}

extension ProduceQueue {
    /// Takes batches from now on, as those of a transaction.
    ///
    /// - Parameters:
    ///   - identity: under which they are sent. Where it is the one of the transaction before, numbers go on.
    ///   - mustJoin: whether partitions have to be added before their first batch is sent.
    mutating func beginTransaction(
        _ identity: ProducerIdentity, mustJoin: Bool, now: MonotonicInstant, _ effects: inout Effects
    ) {
        transaction = OpenTransaction(identity: identity)
        window.mustJoin = mustJoin
        for topic in topics.indices {
            for partition in topics[topic].partitions.indices {
                topics[topic].partitions[partition].membership = .none
                if topics[topic].partitions[partition].sequences.identity != identity {
                    topics[topic].partitions[partition].sequences.startAnew()
                }
            }
        }
        setIdentity(identity, now: now, &effects)
    }

    /// Sends batches of partitions that have been added to the transaction.
    mutating func didJoin(_ partitions: some Sequence<TopicPartition>, now: MonotonicInstant, _ effects: inout Effects)
    {
        guard transaction != nil else { return }
        for partition in partitions {
            guard let topic = topicIndices[partition.topic],
                topics[topic].partitions.indices.contains(Int(partition.partition))
            else { continue }
            topics[topic].partitions[Int(partition.partition)].membership = .joined
            advance(PartitionKey(topic: topic, partition: partition.partition), now: now, &effects)
        }
    }

    /// Gives the transaction up: fails what waits, and takes no more.
    mutating func failTransaction(_ error: KafkaClientError, now: MonotonicInstant, _ effects: inout Effects) {
        guard transaction != nil else { return }
        if transaction?.failure == nil { transaction?.failure = error }
        failWaiting(error, now: now, &effects)
    }

    /// Takes no more batches until the next transaction. One that has not ended by now fails the transaction.
    ///
    /// - Returns: what has come of the transaction.
    mutating func endTransaction(now: MonotonicInstant, _ effects: inout Effects) -> OpenTransaction? {
        if transaction != nil, pendingCount > 0 {
            failTransaction(.unsettled, now: now, &effects)
            transaction?.isUnclean = true
        }
        defer { transaction = nil }
        return transaction
    }

    /// Whether a batch that was sent may be sent again: within a transaction as long as that may be committed.
    func mayGoOn(_ batch: QueuedBatch) -> Bool {
        if !window.isTransactional { return true }
        guard let transaction, transaction.failure == nil else { return false }
        return isOfTransaction(batch)
    }

    /// Whether a batch belongs to the transaction that is open. One that was sent in another, whose end did not wait for it, does not.
    private func isOfTransaction(_ batch: QueuedBatch) -> Bool {
        guard let transaction else { return false }
        return batch.stamp.map { $0.identity == transaction.identity } ?? true
    }

    /// Why a batch is not taken; nil when it is.
    func transactionRefusal(_ batch: RecordBatch) -> KafkaClientError? {
        guard let transaction else { return .noTransaction }
        if let failure = transaction.failure { return failure }
        if batch.partition < 0 || share.contains(batch.partition) { return nil }
        return KafkaClientError(
            .invalidArgument,
            """
            partition \(batch.partition) of topic '\(batch.topic)' belongs to another lane; of a transactional producer all lanes \
            have one producer id, so each partition must come from one lane
            """)
    }

    /// Notes that a batch of the transaction is not stored, or not for sure.
    mutating func noteFailure(_ error: KafkaClientError, of batch: QueuedBatch, _ effects: inout Effects) {
        guard isOfTransaction(batch) else { return }
        if batch.stamp != nil { transaction?.isUnclean = true }
        guard transaction?.failure == nil else { return }
        let failure = KafkaClientError.aborting(because: error)
        transaction?.failure = failure
        effects.transactionFailure = failure
    }
}

extension KafkaClientError {
    /// Records came while no transaction was open.
    static let noTransaction = KafkaClientError(
        .noTransaction,
        "the producer has a transactional id, and no transaction is open; append records within withTransaction")

    /// A transaction ends, and the fate of some of its records is not known yet.
    static let unsettled = KafkaClientError(
        .transactionAborted, "the transaction has ended before it was known what became of the records")

    /// The error of all that belongs to a transaction which can only be aborted.
    static func aborting(because cause: KafkaClientError) -> KafkaClientError {
        KafkaClientError(
            .transactionAborted, "the transaction can't be committed any more", brokerError: cause.brokerError,
            underlying: cause)
    }
}
