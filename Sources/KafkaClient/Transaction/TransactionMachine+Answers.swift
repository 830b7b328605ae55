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
        /// Nothing goes on.
        case fatal
    }

    private func meaning(_ code: KafkaErrorCode) -> Meaning {
        switch code {
        case .none: .done
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

    mutating func take(_ answer: TransactionAnswer, of ended: Flight, now: MonotonicInstant, chance: Double) {
        let code = answer.errorCode
        let error = error(code, ended)
        switch meaning(code) {
        case .done:
            served(ended.coordinator)
            done(answer, ended)
        case .again:
            lastFailure = error
            pause(now: now, chance: chance)
        case .moved:
            lastFailure = error
            forgetCoordinator(ended.coordinator, now: now, chance: chance)
        case .abort:
            if case .initialize = ended.request { return fail(error) }
            doom(error)
        case .forgotten:
            if case .initialize = ended.request { return fail(error) }
            mustBump = true
            hasStarted = false
            doom(error)
        case .fatal: fail(error)
        }
    }

    private mutating func done(_ answer: TransactionAnswer, _ ended: Flight) {
        switch (answer, ended.request) {
        case (.initialize(let response), _): initialized(response)
        case (.addPartitions, .addPartitions(let request)):
            let added = request.topics.flatMap { topic in topic.partitions.map { TopicPartition(topic.name, $0) } }
            hasStarted = true
            let set = Set(added)
            joining.removeAll { set.contains($0) }
            if case .open = phase, doom == nil { actions.append(.joined(added)) }
        case (.addOffsets, .addOffsets(let request)):
            hasStarted = true
            groups.insert(request.groupID)
        case (.commitOffsets, _):
            hasStarted = true
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
        hasStarted = false
        if isSecond, response.producerID >= 0, response.producerEpoch >= 0 {
            // What is still under way comes too late from now on.
            identity = ProducerIdentity(id: response.producerID, epoch: response.producerEpoch, isTransactional: true)
            mustBump = false
        }
        if !mustBump { finish() }
    }

    /// What a code says to the user.
    private func error(_ code: KafkaErrorCode, _ ended: Flight) -> KafkaClientError {
        switch code {
        case .producerFenced, .invalidProducerEpoch:
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

extension TransactionRequest {
    /// Whether the coordinator knows of the transaction by it.
    var begins: Bool {
        switch self {
        case .addPartitions, .addOffsets, .commitOffsets: true
        case .initialize, .end: false
        }
    }

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
