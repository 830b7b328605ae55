/// A transaction that is open: the records that are appended to its producer until it ends, and the offsets that are added to it, all of
/// which count together or not at all.
///
/// ``Producer/withTransaction(_:)`` gives it to its closure.
///
/// Source: KIP-98, KIP-447, KIP-890.
public struct Transaction: Sendable {
    let engine: ProducerEngine
    let driver: TransactionDriver
    private let limit: Duration

    init(_ engine: ProducerEngine, _ driver: TransactionDriver, limit: Duration) {
        self.engine = engine
        self.driver = driver
        self.limit = limit
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
    ///   group has rebalanced meanwhile: the transaction can only be aborted then; `.producerFenced`; `.requestTimedOut`, `.closed`.
    ///   `CancellationError`: the offsets may be in the transaction.
    public func addOffsets(_ offsets: [TopicPartition: CommittedOffset], of group: ConsumerGroupMetadata) async throws {
        try await driver.addOffsets(GroupOffsets(group: group, offsets: offsets))
    }

    /// Adds offsets of the group that a consumer is a member of; see ``addOffsets(_:of:)``.
    ///
    /// - Parameters:
    ///   - offsets: of each partition the offset behind the last record that was handled.
    ///   - consumer: a member of the group.
    /// - Throws: the same. `.transactionAborted` also when the consumer is no member of its group at the moment, or has lost one of
    ///   the partitions to another member.
    public func addOffsets(_ offsets: [TopicPartition: CommittedOffset], readBy consumer: Consumer) async throws {
        let group: ConsumerGroupMetadata
        do { group = try await consumer.groupMetadata(owning: offsets.keys) } catch let error as KafkaClientError
            where error.code == .brokerError
        {
            throw KafkaClientError.aborting(because: error)
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
        await driver.giveUp(KafkaClientError(.transactionAborted, "the transaction is being aborted"))
        try await finish(commit: false)
    }

    /// Not cut short when its caller is cancelled: half a transaction would block those who read.
    @inline(never)
    private func finish(commit isCommit: Bool) async throws {
        let (engine, driver, limit) = (engine, driver, limit)
        try await Task {
            var isFlushed = true
            do {
                try await abandoning(after: limit, Self.unresponsive) { try await engine.flush() }
            } catch {
                isFlushed = false
                await driver.giveUp(Self.unresponsive)
            }
            let summary = engine.deliveries.takeSummary()
            // What the handler has thrown says nothing of the transaction: the next flush does.
            engine.deliveries.keep(handlerError: summary.handlerError)
            try await driver.end(commit: isCommit && isFlushed && summary.failedRecords == 0)
            if isCommit { try Self.check(summary, isFlushed: isFlushed) }
        }.value
    }

    private static let unresponsive = KafkaClientError(
        .unresponsive, "a thread of the producer does not answer, so that the transaction can't be flushed")

    /// Throws when what was to be committed was aborted because of records that never came to a lane.
    private static func check(_ summary: DeliverySummary, isFlushed: Bool) throws(KafkaClientError) {
        if !isFlushed { throw .aborted(unresponsive) }
        guard let first = summary.firstFailure else { return }
        throw .aborted(
            KafkaClientError(
                first.code, "\(summary.failedRecords) records were not delivered", brokerError: first.brokerError,
                causes: summary.failures))
    }
}
