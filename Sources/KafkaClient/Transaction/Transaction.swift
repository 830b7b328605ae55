import KafkaTransport

/// A transaction that is open: the records that are appended to its producer until it ends, and the offsets that are added to it, all of
/// which count together or not at all.
///
/// ``Producer/withTransaction(_:)`` gives it to its closure.
///
/// Source: KIP-98, KIP-447, KIP-890.
public struct Transaction: Sendable {
    let engine: ProducerEngine
    let driver: TransactionDriver
    /// By which its producer tells it from others.
    private let number: Int
    private let limit: Duration
    private let began: MonotonicInstant

    init(_ engine: ProducerEngine, _ driver: TransactionDriver, number: Int, limit: Duration, began: MonotonicInstant) {
        self.engine = engine
        self.driver = driver
        self.number = number
        self.limit = limit
        self.began = began
    }

    /// Adds offsets of a group: where it goes on, if and when the transaction commits. So what was read, and what was made of it, are done
    /// with at once, and exactly once.
    ///
    /// Returns when the group's coordinator has them. The consumer itself should not commit
    /// (``GroupConfiguration/autoCommitInterval`` nil).
    ///
    /// - Parameters:
    ///   - offsets: of each partition the offset behind the last record that was handled, such as ``FetchedBatch/nextOffset``.
    ///   - group: the group, and which member of it has read: ``Consumer/groupMetadata``. The coordinator refuses the offsets of a member
    ///     that the group has gone on without (KIP-447).
    /// - Throws: `KafkaClientError`: `.transactionAborted`, whose cause has the coordinator's reason, such as ILLEGAL_GENERATION when the
    ///   group has rebalanced meanwhile: the transaction can only be aborted then; `.producerFenced`; `.requestTimedOut`, `.closed`;
    ///   `.noTransaction` when this transaction has ended, also while the producer has another one; `.invalidArgument` for an offset
    ///   below zero.
    ///   `CancellationError`: the offsets may be in the transaction.
    public func addOffsets(_ offsets: [TopicPartition: CommittedOffset], of group: ConsumerGroupMetadata) async throws {
        try offsets.checkNotNegative()
        try await driver.addOffsets(GroupOffsets(group: group, offsets: offsets), toTransaction: number)
    }

    /// Adds offsets of the group that a consumer is a member of; see ``addOffsets(_:of:)``.
    ///
    /// A partition that the consumer has lost, and has got back, is read again from where the group has come to. So offsets of what was
    /// read before are refused: where the partition was lost after the transaction had begun, and where the consumer has not handed out
    /// anything up to the offset since it has the partition back. Kafka's coordinator can't tell, because the consumer is in the newest
    /// generation.
    ///
    /// - Parameters:
    ///   - offsets: of each partition the offset behind the last record that was handled.
    ///   - consumer: a member of the group.
    /// - Throws: the same. `.transactionAborted` also when the consumer is no member of its group at the moment, or has lost one of
    ///   the partitions since it has read it: the transaction can only be aborted then.
    public func addOffsets(_ offsets: [TopicPartition: CommittedOffset], readBy consumer: Consumer) async throws {
        let group: ConsumerGroupMetadata
        do {
            group = try await consumer.groupMetadata(owning: offsets, since: began)
        } catch let error as KafkaClientError where error.code == .brokerError {
            let error = KafkaClientError.aborting(because: error)
            await driver.noteFailure(error, ofTransaction: number)
            throw error
        }
        try await addOffsets(offsets, of: group)
    }

    /// Sends what was appended, waits until it is stored, and commits.
    @inline(never)
    package func commit() async throws {
        driver.refuseRecords()
        try await finish(commit: true)
    }

    /// Drops what is not sent, and aborts.
    @inline(never)
    package func abort() async throws {
        driver.refuseRecords()
        let hasAnswer = await driver.giveUp(KafkaClientError(.transactionAborted, "the transaction is being aborted"))
        try await finish(commit: false, flushes: hasAnswer)
    }

    /// Not cut short when its caller is cancelled: half a transaction would block those who read. A thread that does not answer holds it
    /// up for a while only.
    @inline(never)
    private func finish(commit isCommit: Bool, flushes: Bool = true) async throws {
        let (engine, driver, limit) = (engine, driver, limit)
        let asked = MonotonicInstant.now
        try await Task {
            var failure: KafkaClientError?
            if flushes {
                do {
                    try await abandoning(after: limit, Producer.unresponsive) { try await engine.flush() }
                } catch {
                    failure = Producer.unresponsive
                }
            }
            // What has failed is told by the end. What the handler has thrown says nothing of the transaction: the next flush does.
            engine.deliveries.keep(handlerError: engine.deliveries.takeSummary().handlerError)
            try await driver.end(commit: isCommit, asked: asked, because: failure)
        }.value
    }
}
