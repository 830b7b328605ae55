import KafkaProtocol
import KafkaTransport

extension TransactionMachine {
    /// What an error code means to the request that it answers.
    private enum Meaning {
        case done
        /// Ask again after a pause.
        case again
        /// Another broker coordinates by now.
        case moved
        /// The transaction can only be aborted.
        case abort
        /// The coordinator has forgotten the producer: the transaction is gone, and another id is needed.
        case forgotten
        /// There is no transaction to end.
        case absent
        /// Nothing goes on.
        case fatal
    }

    private func meaning(_ code: KafkaErrorCode, of ended: Flight) -> Meaning {
        switch code {
        case .none: .done
        case .invalidTxnState where mayLackTransaction(ended): .absent
        case .invalidTxnState where wasAborted(ended): .abort
        // A leader or a group's coordinator tells by the log that the epoch is not the newest, and not why. The own coordinator knows, and
        // says it when it is asked to abort.
        case .invalidProducerEpoch where ended.request.begins: .abort
        // A new id ends what was open.
        case .transactionAbortable where !ended.request.isOfTransaction: .again
        case .notCoordinator, .coordinatorNotAvailable: .moved
        case .concurrentTransactions, .coordinatorLoadInProgress, .unknownTopicOrPartition, .requestTimedOut: .again
        case .invalidProducerIdMapping, .unknownProducerId: .forgotten
        case .transactionAbortable, .topicAuthorizationFailed, .groupAuthorizationFailed, .illegalGeneration,
            .unknownMemberId, .fencedInstanceId, .staleMemberEpoch, .fencedMemberEpoch, .rebalanceInProgress,
            .offsetMetadataTooLarge, .groupIdNotFound, .invalidCommitOffsetSize:
            .abort
        default: code.isRetriable ? .again : .fatal
        }
    }

    /// Whether a request to end a transaction may find none, because the coordinator never said that it knows of it.
    private func mayLackTransaction(_ ended: Flight) -> Bool {
        if case .end = ended.request { return presence != .certain && !mayBeCommitted }
        return false
    }

    /// Whether it is known that the coordinator has aborted a transaction that it was to commit, because its time was over: by the second
    /// protocol it takes the producer's epoch for that of before then.
    private func wasAborted(_ ended: Flight) -> Bool {
        guard case .end(let request) = ended.request, request.committed else { return false }
        return isSecond && presence == .certain && !mayBeCommitted
    }

    mutating func take(_ answer: TransactionAnswer, of ended: Flight, now: MonotonicInstant, chance: Double) {
        let code = answer.errorCode
        let error = error(code, ended)
        switch meaning(code, of: ended) {
        case .done:
            served(ended.coordinator)
            done(answer, ended)
        case .again:
            lastFailure = error
            // These two say that nothing was done.
            if code != .concurrentTransactions, code != .coordinatorLoadInProgress { noteDoubt(of: ended) }
            pause(now: now, chance: chance)
        case .moved:
            lastFailure = error
            // Kafka also says so when it has done it, and could not be sure that it is kept (`appendTransactionToLog`).
            noteDoubt(of: ended)
            forgetCoordinator(ended.coordinator, now: now, chance: chance)
        case .abort:
            if !ended.request.isOfTransaction { return fail(error) }
            if case .end(let request) = ended.request, !request.committed {
                lastFailure = error
                return pause(now: now, chance: chance)
            }
            // What can be aborted is not committed.
            mayBeCommitted = false
            doom(error)
        case .forgotten:
            if !ended.request.isOfTransaction || mayBeCommitted { return fail(error) }
            mustBump = true
            noteAbsence()
            doom(error)
        case .absent:
            // A request that would begin it may still be under way: under another epoch it comes too late.
            mustBump = true
            noteAbsence()
        case .fatal:
            if code == .unknownServerError { noteDoubt(of: ended) }
            fail(error)
        }
    }

    private mutating func done(_ answer: TransactionAnswer, _ ended: Flight) {
        switch (answer, ended.request) {
        case (.initialize(let response), _): initialized(response)
        case (.addPartitions, .addPartitions(let request)):
            let added = request.topics.flatMap { topic in topic.partitions.map { TopicPartition(topic.name, $0) } }
            note(.certain)
            let set = Set(added)
            joining.removeAll { set.contains($0) }
            if case .open = phase, doom == nil { actions.append(.joined(added)) }
        case (.addOffsets, .addOffsets(let request)):
            note(.certain)
            groups.insert(request.groupID)
        case (.commitOffsets, _):
            note(.certain)
            guard case .open = phase, !adding.isEmpty else { return }
            actions.append(.addedOffsets(adding.removeFirst().number, .success(())))
        case (.end(let response), _): didEnd(response)
        default: preconditionFailure("an answer to another request")
        }
    }

    private mutating func initialized(_ response: InitProducerIDResponse) {
        guard response.producerID >= 0, response.producerEpoch >= 0 else {
            return fail(
                KafkaClientError(
                    .protocolViolation,
                    "the coordinator of \(own) gave out producer id \(response.producerID) with epoch \(response.producerEpoch)"
                ))
        }
        identity = ProducerIdentity(id: response.producerID, epoch: response.producerEpoch, isTransactional: true)
        mustBump = false
        grant()
        finish()
    }

    private mutating func didEnd(_ response: EndTxnResponse) {
        // Who was fenced would not be answered like this.
        if isSecond, isOutdated, let doom { self.doom = timedOut(doom.brokerError, because: doom) }
        // The coordinator also says so of the transaction before, and what would begin this one may still be under way.
        if presence == .possible { mustBump = true }
        noteAbsence()
        mayBeCommitted = false
        if isSecond, response.producerID >= 0, response.producerEpoch >= 0 {
            // What is still under way comes too late from now on.
            identity = ProducerIdentity(id: response.producerID, epoch: response.producerEpoch, isTransactional: true)
            mustBump = false
        }
        if !mustBump { finish() }
    }

    /// The error of a transaction whose time was over.
    private func timedOut(_ code: KafkaErrorCode?, because cause: KafkaClientError?) -> KafkaClientError {
        KafkaClientError(
            .transactionTimedOut,
            """
            the coordinator of \(own) has aborted the transaction, as it does with those that last longer than \(settings.timeout)\
            \(code.map { " (\($0.name))" } ?? ""); end them earlier, or give them more time (transactionTimeout)
            """, brokerError: code, causes: [cause].compactMap(\.self))
    }

    /// What a code says to the user.
    private func error(_ code: KafkaErrorCode, _ ended: Flight) -> KafkaClientError {
        switch code {
        case .invalidTxnState where wasAborted(ended): return timedOut(code, because: nil)
        case .invalidProducerEpoch where ended.request.begins: return .outdatedEpoch(ended.request.words(settings.id))
        case .producerFenced, .invalidProducerEpoch:
            // Before Kafka 4.2, and by the first protocol, the coordinator does not tell one from the other.
            return KafkaClientError(
                .producerFenced,
                """
                \(own) is another producer's by now (\(code.name)), or a transaction lasted longer than \(settings.timeout) and the \
                broker has aborted it. End this producer; if no other runs, begin again with a new one, and give transactions more \
                time (transactionTimeout)
                """, brokerError: code)
        case .invalidTransactionTimeout:
            return KafkaClientError(
                .invalidConfiguration,
                """
                the broker does not let transactions last for \(settings.timeout); make transactionTimeout shorter, or the broker's \
                transaction.max.timeout.ms longer
                """, brokerError: code)
        default:
            let right: KafkaClientError.Right =
                switch (code, ended.coordinator) {
                case (.groupAuthorizationFailed, .group(let group)): .init("Read", group: group)
                default: .init("Write", transactionalID: settings.id)
                }
            return KafkaClientError(code, ended.request.words(settings.id), nil, needs: right, of: nil)
        }
    }
}

extension KafkaClientError {
    /// The error of a commit that came to be an abort.
    static func aborted(_ cause: KafkaClientError) -> KafkaClientError {
        KafkaClientError(
            .transactionAborted, "the transaction was aborted instead of committed; nothing of it counts",
            brokerError: cause.brokerError, underlying: cause)
    }

    /// The error of something that came under an epoch which is not its transaction's any more, told by one who does not know why.
    static func outdatedEpoch(_ action: String) -> KafkaClientError {
        KafkaClientError(
            .brokerError,
            """
            \(action): INVALID_PRODUCER_EPOCH: the transaction lasted longer than it may (transactionTimeout), so that its coordinator has \
            aborted it, or another producer has the transactional id by now
            """, brokerError: .invalidProducerEpoch)
    }
}

extension TransactionRequest {
    /// Whether the coordinator knows of the transaction by it.
    var begins: Bool {
        switch self {
        case .addPartitions, .addOffsets, .commitOffsets: true
        case .initialize, .end: false
        }
    }

    /// Whether it is about a transaction, and not about the producer's id.
    fileprivate var isOfTransaction: Bool { if case .initialize = self { false } else { true } }

    /// What could not be done.
    fileprivate func words(_ id: String) -> String {
        switch self {
        case .initialize: "no producer id for transactional id '\(id)'"
        case .addPartitions(let request):
            "partitions of \(request.topics.map { "'\($0.name)'" }.joined(separator: ", ")) can't be added to a transaction of '\(id)'"
        case .addOffsets(let request): "group '\(request.groupID)' can't be added to a transaction of '\(id)'"
        case .commitOffsets(let request):
            "offsets of group '\(request.groupID)' can't be added to a transaction of '\(id)'"
        case .end(let request): "a transaction of '\(id)' can't be \(request.committed ? "committed" : "aborted")"
        }
    }
}

extension TransactionAnswer {
    /// The code that says most: of several partitions the first that is not just "not tried, because of others".
    fileprivate var errorCode: KafkaErrorCode {
        switch self {
        case .initialize(let response): return response.errorCode
        case .addPartitions(let response):
            return Self.worst(response.topics.flatMap { $0.partitions.map(\.errorCode) })
        case .addOffsets(let response): return response.errorCode
        case .commitOffsets(let response):
            return Self.worst(response.topics.flatMap { $0.partitions.map(\.errorCode) })
        case .end(let response): return response.errorCode
        }
    }

    private static func worst(_ codes: [KafkaErrorCode]) -> KafkaErrorCode {
        let failures = codes.filter { $0 != .none && $0 != .operationNotAttempted }
        // What can't be tried again outweighs what can.
        return failures.first { !$0.isRetriable } ?? failures.first ?? codes.first { $0 != .none } ?? .none
    }
}
