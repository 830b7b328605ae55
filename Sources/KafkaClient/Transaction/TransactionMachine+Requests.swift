import KafkaProtocol
import KafkaTransport

extension TransactionMachine {
    /// What is to be sent next, to whom, and in which version at most; nil when there is nothing.
    func nextRequest() -> (TransactionRequest, CoordinatorKey, Int16)? {
        switch phase {
        case .failed: return nil
        case .idle where !hasBegun: return nil
        case .idle, .beginning: return identity == nil || mustBump ? (initialize(), own, .max) : nil
        case .open:
            guard let identity else { return nil }
            if !joining.isEmpty { return (addPartitions(identity), own, Self.addPartitionsMax) }
            guard let first = adding.first else { return nil }
            let group = first.offsets.group.groupID
            if !isSecond, !groups.contains(group) { return (addOffsets(group, identity), own, .max) }
            return (commitOffsets(first.offsets, identity), .group(group), isSecond ? .max : Self.firstProtocolMax)
        case .ending(let isCommit, _):
            guard let identity else { return nil }
            if presence != .none { return (end(isCommit, identity), own, isSecond ? .max : Self.firstProtocolMax) }
            return mustBump ? (initialize(), own, .max) : nil
        }
    }

    /// From version 4 on it is for brokers.
    private static let addPartitionsMax: Int16 = 3
    /// The newest EndTxn and TxnOffsetCommit of the first protocol.
    private static let firstProtocolMax: Int16 = 4

    /// Asks for a producer id, or for the next epoch of the one that there is (KIP-360).
    private func initialize() -> TransactionRequest {
        let timeoutMs = Int32(clamping: settings.timeout.nanoseconds / 1_000_000)
        return .initialize(
            InitProducerIDRequest(
                transactionalID: settings.id, transactionTimeoutMs: timeoutMs, producerID: identity?.id ?? -1,
                producerEpoch: identity?.epoch ?? -1))
    }

    private func addPartitions(_ identity: ProducerIdentity) -> TransactionRequest {
        var request = AddPartitionsToTxnRequest()
        request.transactionalID = settings.id
        request.producerID = identity.id
        request.producerEpoch = identity.epoch
        request.topics = Dictionary(grouping: joining, by: \.topic).map { name, partitions in
            var topic = AddPartitionsToTxnRequest.Topic()
            topic.name = name
            topic.partitions = partitions.map(\.partition)
            return topic
        }
        return .addPartitions(request)
    }

    private func addOffsets(_ group: String, _ identity: ProducerIdentity) -> TransactionRequest {
        var request = AddOffsetsToTxnRequest()
        request.transactionalID = settings.id
        request.producerID = identity.id
        request.producerEpoch = identity.epoch
        request.groupID = group
        return .addOffsets(request)
    }

    private func commitOffsets(_ offsets: GroupOffsets, _ identity: ProducerIdentity) -> TransactionRequest {
        var request = TxnOffsetCommitRequest()
        request.transactionalID = settings.id
        request.groupID = offsets.group.groupID
        request.producerID = identity.id
        request.producerEpoch = identity.epoch
        request.generationID = offsets.group.generation
        request.memberID = offsets.group.memberID
        request.groupInstanceID = offsets.group.groupInstanceID
        request.topics = Dictionary(grouping: offsets.offsets, by: \.key.topic).map { name, offsets in
            var topic = TxnOffsetCommitRequest.Topic()
            topic.name = name
            topic.partitions = offsets.sorted { $0.key < $1.key }.map { partition, offset in
                var committed = TxnOffsetCommitRequest.Partition()
                committed.index = partition.partition
                committed.committedOffset = offset.offset
                committed.committedLeaderEpoch = offset.leaderEpoch
                committed.committedMetadata = offset.metadata
                return committed
            }
            return topic
        }
        return .commitOffsets(request)
    }

    private func end(_ isCommit: Bool, _ identity: ProducerIdentity) -> TransactionRequest {
        var request = EndTxnRequest()
        request.transactionalID = settings.id
        request.producerID = identity.id
        request.producerEpoch = identity.epoch
        request.committed = isCommit
        return .end(request)
    }
}

extension InitProducerIDRequest {
    /// As a version can carry it. Before version 3 a producer can't say which epoch it has: whoever asks gets the next one.
    func fitted(to version: Int16) -> InitProducerIDRequest {
        var request = self
        if version < 3 { (request.producerID, request.producerEpoch) = (-1, -1) }
        return request
    }
}

extension TxnOffsetCommitRequest {
    /// As a version can carry it. Before version 3 (KIP-447) nothing is said of the member, and the transactional id alone fences.
    func fitted(to version: Int16) -> TxnOffsetCommitRequest {
        var request = self
        if version < 3 { (request.generationID, request.memberID, request.groupInstanceID) = (-1, "", nil) }
        return request
    }
}
