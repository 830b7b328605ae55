import KafkaProtocol
import KafkaTransport

/// What a lane needs of the transaction that it has part in.
struct LaneTransaction: Sendable {
    /// The transactional id.
    let id: String
    /// The newest version of produce requests: from 12 on they add their partitions to the transaction, which is right in the second
    /// protocol only (KIP-890).
    let produceVersionMax: Int16
    /// Asks for partitions to be added.
    let join: @Sendable ([TopicPartition]) -> Void
    /// Tells why the transaction can only be aborted.
    let fail: @Sendable (KafkaClientError) -> Void
}

extension ProducerLane {
    /// Takes batches from now on, as those of a transaction.
    ///
    /// - Parameter mustJoin: whether partitions have to be added before their first batch is sent.
    func beginTransaction(_ transaction: LaneTransaction, _ identity: ProducerIdentity, mustJoin: Bool) {
        if isClosed { return }
        self.transaction = transaction
        var effects = ProduceQueue.Effects()
        queue.beginTransaction(identity, mustJoin: mustJoin, now: .now, &effects)
        act(on: effects)
    }

    /// Sends batches of partitions that have been added to the transaction.
    func didJoin(_ partitions: Set<TopicPartition>) {
        var effects = ProduceQueue.Effects()
        queue.didJoin(partitions, now: .now, &effects)
        act(on: effects)
        pump(isEndOfTurn: true)
    }

    /// Gives the transaction up: fails what waits, and takes no more.
    func failTransaction(_ error: KafkaClientError) {
        var effects = ProduceQueue.Effects()
        queue.failTransaction(error, now: .now, &effects)
        act(on: effects)
    }

    /// Takes no more batches until the next transaction.
    ///
    /// - Returns: what has come of the transaction; nil when the lane had no part in one.
    func endTransaction() -> OpenTransaction? {
        transaction = nil
        var effects = ProduceQueue.Effects()
        let ended = queue.endTransaction(now: .now, &effects)
        act(on: effects)
        return ended
    }

    /// Does what is to be done when a batch of the transaction has failed.
    func didFailTransaction(_ failure: KafkaClientError) {
        transaction?.fail(failure)
        failTransaction(failure)
    }
}
