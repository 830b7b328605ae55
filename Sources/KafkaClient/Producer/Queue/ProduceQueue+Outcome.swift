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
}

extension ProduceQueue {
    /// Takes the outcome of one attempt: the batch ends, or waits at the head of its queue for another attempt.
    ///
    /// - Parameter chance: a random number from -1 to 1, which varies the pause before another attempt.
    mutating func complete(
        _ item: Item, _ outcome: AttemptOutcome, _ times: AttemptTimes, chance: @autoclosure () -> Double,
        _ effects: inout Effects
    ) {
        guard var batch = self[item.key].endFlight() else { return advance(item.key, now: times.ended, &effects) }
        let throttledNs = batch.flight?.throttledNs ?? 0
        batch.exchanges.append(Exchange(outcome, acks: configuration.acks, times, throttledNs: throttledNs))
        if outcome.isAnswer { didReach(broker: times.broker) }
        switch outcome {
        case .acknowledged(let baseOffset, let logAppendTimeMs):
            self[item.key].didSucceed()
            if case .isMissing = topics[item.key.topic].presence { topics[item.key.topic].presence = .exists }
            let stored = Delivery.Outcome.acknowledged(baseOffset: baseOffset, logAppendTimeMs: logAppendTimeMs)
            end(batch, stored, now: times.ended, &effects)
        case .refused(let code, _) where code.isTooLarge && splitInTwo(batch, item.key, now: times.ended, &effects):
            break
        case .refused(let code, let message):
            if code.needsMetadataRefresh { effects.topicsToRefresh.insert(item.topic) }
            let subject = "topic '\(item.topic)' partition \(item.partition)"
            retryOrEnd(batch, item.key, KafkaClientError(code, subject, message), times.ended, chance, &effects)
        case .unanswered(let error):
            effects.topicsToRefresh.insert(item.topic)
            retryOrEnd(batch, item.key, error, times.ended, chance, &effects)
        }
        advance(item.key, now: times.ended, &effects)
    }

    /// Puts the halves of a batch that is too large for the broker in its place.
    ///
    /// - Returns: false when it can't be split.
    private mutating func splitInTwo(
        _ batch: QueuedBatch, _ key: PartitionKey, now: MonotonicInstant, _ effects: inout Effects
    ) -> Bool {
        guard now < batch.deadline, let parts = try? batch.batch.split() else { return false }
        didSplit(batch.epoch, into: parts.count)
        for part in parts.reversed() {
            place(batch.part(part), in: key.topic, atFront: true, now: now, &effects)
        }
        return true
    }

    private mutating func retryOrEnd(
        _ batch: QueuedBatch, _ key: PartitionKey, _ error: KafkaClientError, _ now: MonotonicInstant,
        _ chance: () -> Double, _ effects: inout Effects
    ) {
        if case .isGone(let error) = topics[key.topic].presence {
            return end(batch, .failed(error), now: now, &effects)
        }
        guard error.isRetriable, batch.attemptCount < configuration.attempts, now < batch.deadline else {
            return end(batch, .failed(final(error, batch, now)), now: now, &effects)
        }
        effects.retries.append(
            Retry(
                topic: topics[key.topic].name, partition: key.partition, broker: batch.exchanges.last?.broker ?? -1,
                recordCount: batch.batch.recordCount, error: error))
        let pause = backoff.delayNs(attempt: self[key].didFail(), chance: chance())
        rest(key, until: now.advanced(byNanoseconds: pause))
        place(batch, in: key.topic, atFront: true, now: now, &effects)
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
}
