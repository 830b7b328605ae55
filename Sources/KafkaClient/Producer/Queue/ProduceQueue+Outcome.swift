import KafkaProtocol
import KafkaTransport

/// The outcome of one attempt to send a batch.
enum AttemptOutcome: Sendable {
    case acknowledged(baseOffset: Int64, logAppendTimeMs: Int64)
    /// The broker answered with this code and, if it sent one, this message.
    case refused(KafkaErrorCode, String?)
    /// There was no answer, for this reason.
    case unanswered(KafkaClientError)

    /// Whether the broker says that another one leads the partition.
    var saysMoved: Bool {
        if case .refused(.notLeaderOrFollower, _) = self { true } else { false }
    }

    /// Whether the broker was reached.
    var isAnswer: Bool { if case .unanswered = self { false } else { true } }
}

/// The broker that the request of an attempt was sent to, and when the request began and ended.
struct AttemptTimes: Sendable {
    let broker: Int32
    let began: MonotonicInstant
    let ended: MonotonicInstant
    /// How long the broker had the request, in ns; -1 where it does not say.
    var serviceTimeNs: Int64 = -1
}

extension ProduceQueue {
    /// Takes the outcome of one attempt: the batch ends, or waits at the head of its queue for another attempt.
    ///
    /// - Parameter chance: a random number from -1 to 1, which varies the pause before another attempt.
    mutating func complete(
        _ item: Item, _ outcome: AttemptOutcome, _ times: AttemptTimes, chance: @autoclosure () -> Double,
        _ effects: inout Effects
    ) {
        if outcome.isAnswer { didReach(broker: times.broker) }
        if var ended = self[item.key].end(item.flight) {
            let throttledNs = ended.batch.flight?.throttledNs ?? 0
            let exchange = Exchange(outcome, acks: configuration.acks, times, throttledNs: throttledNs)
            ended.batch.exchanges.append(exchange)
            settle(ended, item, outcome, exchange.mayHaveStored, times.ended, chance, &effects)
        }
        if self[item.key].isReady, self[item.key].mustStop(window) { unlist(item.key) }
        rewind(item.key, now: times.ended, &effects)
        advance(item.key, now: times.ended, &effects)
    }

    private mutating func settle(
        _ ended: PartitionQueue.Ended, _ item: Item, _ outcome: AttemptOutcome, _ mayHaveStored: Bool,
        _ now: MonotonicInstant, _ chance: () -> Double, _ effects: inout Effects
    ) {
        switch outcome {
        case .acknowledged(let baseOffset, let logAppendTimeMs):
            self[item.key].didSucceed(ended)
            if case .isMissing = topics[item.key.topic].presence { topics[item.key.topic].presence = .exists }
            let stored = Delivery.Outcome.acknowledged(baseOffset: baseOffset, logAppendTimeMs: logAppendTimeMs)
            end(ended.batch, in: item.key.topic, stored, now: now, &effects)
        case .refused(let code, _) where code.isTooLarge && splitInTwo(ended, item.key, now: now):
            let batch = ended.batch.batch
            effects.events.append(
                .batchSplit(
                    topic: item.topic, partition: item.partition, broker: ended.batch.exchanges.last?.broker ?? -1,
                    recordCount: batch.recordCount, byteCount: batch.byteCount))
        case .refused(let code, let message):
            if code.needsMetadataRefresh { effects.topicsToRefresh.insert(item.topic) }
            let subject = "topic '\(item.topic)' partition \(item.partition)"
            let error =
                code == .invalidProducerEpoch && window.isTransactional
                ? .outdatedEpoch(subject)
                : KafkaClientError(code, subject, message, needs: .init("Write", topic: item.topic), of: user)
            if item.stamp != nil, code.isOfSequences {
                refused(ended, item, code, error, now, chance, &effects)
            } else {
                var ended = ended
                if mayHaveStored { ended.batch.isUnsure = true }
                retryOrEnd(ended, item.key, error, isRetriable: error.isRetriable, now, chance, &effects)
            }
        case .unanswered(let error):
            effects.topicsToRefresh.insert(item.topic)
            var ended = ended
            ended.batch.isUnsure = true
            retryOrEnd(ended, item.key, error, isRetriable: error.isRetriable, now, chance, &effects)
        }
    }

    /// Takes the answer of a leader that does not accept a batch's number, epoch or producer.
    private mutating func refused(
        _ ended: PartitionQueue.Ended, _ item: Item, _ code: KafkaErrorCode, _ error: KafkaClientError,
        _ now: MonotonicInstant, _ chance: () -> Double, _ effects: inout Effects
    ) {
        var ended = ended
        if window.isTransactional, code != .outOfOrderSequenceNumber || ended.isHead {
            // Another number or epoch would be of another transaction.
            return retryOrEnd(ended, item.key, error, isRetriable: false, now, chance, &effects)
        }
        if code == .outOfOrderSequenceNumber {
            if ended.isHead {
                // Nothing before it is on its way, so the leader lacks what it had acknowledged, or a gap was left. Then it
                // has not stored this batch either. If that was the question, the answer is no failure to rest after.
                let wasAsked = self[item.key].sequences.isUnsure(ended.batch)
                ended.batch.isUnsure = false
                self[item.key].sequences.leaveGap(behind: ended.batch)
                return retryOrEnd(
                    ended, item.key, error, isRetriable: true, rests: !wasAsked, now, chance, &effects)
            }
            // A batch before it failed. It goes again with that one, and that is not its own failure.
            guard mayGoOn(ended.batch) else {
                self[item.key].remove(ended)
                let failure = transaction?.failure ?? .unsettled
                return end(ended.batch, in: item.key.topic, .failed(failure), now: now, &effects)
            }
            ended.batch.attemptCount -= 1
            return self[item.key].giveBack(ended, as: [ended.batch])
        }
        // The leader has forgotten the producer, or knows it at a later epoch: it can't tell any more whether an earlier
        // attempt has stored the batch.
        let isUnsure = ended.batch.isUnsure
        if code == .unknownProducerId {
            self[item.key].sequences.leaveGap(behind: ended.batch)
        } else if item.stamp?.identity == self[item.key].sequences.identity {
            renounce(ended.batch.stamp!.producerID)
            self[item.key].sequences.renounce()
        }
        retryOrEnd(ended, item.key, error, isRetriable: !isUnsure, now, chance, &effects)
        if self[item.key].sequences.identity == nil { failUnsure(item.key, error, now: now, &effects) }
    }

    /// Fails what may be stored under an identity that the leader accepts no more: under another one it would be stored again.
    private mutating func failUnsure(
        _ key: PartitionKey, _ error: KafkaClientError, now: MonotonicInstant, _ effects: inout Effects
    ) {
        unlist(key)
        let unsure = self[key].takeUnsure()
        for batch in unsure { end(batch, in: key.topic, .failed(final(error, batch, now)), now: now, &effects) }
    }

    /// Puts what has returned back at the head of what waits, once nothing of the partition is in flight.
    mutating func rewind(_ key: PartitionKey, now: MonotonicInstant, _ effects: inout Effects) {
        guard let returned = self[key].takeReturned() else { return }
        for batch in returned.reversed() { place(batch, in: key.topic, atFront: true, now: now, &effects) }
        self[key].endRewinding()
    }

    /// Puts the halves of a batch that is too large for the broker in its place.
    ///
    /// - Returns: false when it can't be split.
    private mutating func splitInTwo(_ ended: PartitionQueue.Ended, _ key: PartitionKey, now: MonotonicInstant) -> Bool
    {
        let batch = ended.batch
        // Halves of a batch that may be stored already would be new to the leader.
        guard now < batch.deadline, mayGoOn(batch), batch.stamp == nil || !batch.isUnsure,
            let parts = try? batch.batch.split()
        else { return false }
        didSplit(batch, into: parts, now: now)
        self[key].giveBack(ended, as: batch.parts(parts))
        return true
    }

    private mutating func retryOrEnd(
        _ ended: PartitionQueue.Ended, _ key: PartitionKey, _ error: KafkaClientError, isRetriable: Bool,
        rests: Bool = true, _ now: MonotonicInstant, _ chance: () -> Double, _ effects: inout Effects
    ) {
        let batch = ended.batch
        unlist(key)
        if case .isGone(let error) = topics[key.topic].presence {
            self[key].remove(ended)
            return end(batch, in: key.topic, .failed(error), now: now, &effects)
        }
        // Under the identity that has come since, what is stored already would be stored again.
        let wouldDouble = batch.stamp != nil && batch.isUnsure && !self[key].sequences.isUnsure(batch)
        guard isRetriable, !wouldDouble, mayGoOn(batch), batch.attemptCount < configuration.attempts,
            now < batch.deadline
        else {
            self[key].remove(ended)
            return end(batch, in: key.topic, .failed(final(error, batch, now)), now: now, &effects)
        }
        topics[key.topic].meter.counts.add(batch.batch.recordCount, to: .retriedRecords)
        effects.retries.append(
            Retry(
                topic: topics[key.topic].name, partition: key.partition, broker: batch.exchanges.last?.broker ?? -1,
                recordCount: batch.batch.recordCount, error: error))
        // What fails together is one failure.
        if rests, !self[key].isRewinding, !self[key].isResting(now: now) {
            let pause = backoff.delayNs(attempt: self[key].didFail(), chance: chance())
            rest(key, until: now.advanced(byNanoseconds: pause))
        }
        if window.mayReorder || batch.isMovable {
            self[key].remove(ended)
            place(batch, in: key.topic, atFront: true, now: now, &effects)
        } else {
            self[key].giveBack(ended, as: [batch])
        }
    }

    /// The error of a batch that ends. After several attempts, or too late, it says how long and how often was tried.
    private func final(_ error: KafkaClientError, _ batch: QueuedBatch, _ now: MonotonicInstant) -> KafkaClientError {
        let isLate = now >= batch.deadline
        guard error.isRetriable, isLate || batch.attemptCount > 1 else { return error }
        return notDelivered(batch, isLate ? .deliveryTimedOut : error.code, now, because: error)
    }

    /// An error that says for how long a batch was tried, and how often.
    func notDelivered(
        _ batch: QueuedBatch, _ code: KafkaClientError.Code, _ now: MonotonicInstant, _ why: String? = nil,
        because cause: KafkaClientError?
    ) -> KafkaClientError {
        let waitedMs = now.nanoseconds(since: batch.queued) / 1_000_000
        let attempts = "\(batch.attemptCount) attempt\(batch.attemptCount == 1 ? "" : "s")"
        return KafkaClientError(
            code, "not delivered in \(waitedMs) ms and \(attempts)" + (why.map { ": \($0)" } ?? ""),
            brokerError: cause?.brokerError, causes: cause.map { [$0] } ?? [])
    }
}

extension KafkaErrorCode {
    /// Whether the broker does not know the topic, or the partition.
    var deniesTopic: Bool {
        self == .unknownTopicId || self == .unknownTopicOrPartition || self == .inconsistentTopicId
    }

    /// Whether the broker takes smaller batches only.
    fileprivate var isTooLarge: Bool { self == .messageTooLarge || self == .recordListTooLarge }

    /// Whether the broker does not accept an idempotent producer's number, epoch or id.
    fileprivate var isOfSequences: Bool {
        switch self {
        case .outOfOrderSequenceNumber, .unknownProducerId, .invalidProducerEpoch, .producerFenced: true
        default: false
        }
    }
}
