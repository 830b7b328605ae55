import KafkaProtocol
import KafkaTransport

extension GroupDriver {
    // MARK: Where partitions begin

    /// Where the group has come to in partitions, or where reading is to begin that it never has.
    ///
    /// - Returns: nil when the member has lost them, or has ended, meanwhile.
    func starts(of partitions: Set<TopicPartition>) async -> [TopicPartition: StartOffset]? {
        let backoff = Backoff(cluster.configuration.retryBackoff, max: cluster.configuration.retryBackoffMax)
        var failureCount = 0
        while !isClosed, membership.owned.isSuperset(of: partitions) {
            do {
                let found = try await fetch(partitions)
                var starts: [TopicPartition: StartOffset] = [:]
                for partition in partitions {
                    starts[partition] = found[partition].map { .offset($0.offset) } ?? configuration.start
                    committed[partition] = found[partition]
                }
                return starts
            } catch let error as KafkaClientError where !Self.passes(error) {
                for lane in lanes { await lane.fail(error) }
                return nil
            } catch {
                failureCount += 1
                let pause = backoff.delayNs(attempt: failureCount, chance: .random(in: -1...1))
                try? await Task.sleep(for: .nanoseconds(pause))
                if Task.isCancelled { return nil }
            }
        }
        return nil
    }

    /// Whether the member is about to be in another generation, or the coordinator elsewhere.
    static func passes(_ error: KafkaClientError) -> Bool {
        guard let code = error.brokerError else { return error.isRetriable || error.code == .closed }
        switch code {
        case .illegalGeneration, .unknownMemberId, .rebalanceInProgress, .staleMemberEpoch, .notCoordinator,
            .coordinatorNotAvailable, .coordinatorLoadInProgress, .unstableOffsetCommit, .fencedInstanceId:
            return true
        default: return code.isRetriable
        }
    }

    /// What the group has committed; partitions for which it has nothing are missing.
    func fetch(_ partitions: Set<TopicPartition>) async throws -> [TopicPartition: CommittedOffset] {
        let identity = membership.identity
        let topics = partitions.byTopic.map { OffsetFetchRequest.Topic($0, $1) }
        let groupID = configuration.groupID
        let isConsumerGroup = configuration.groupProtocol == .consumer
        let response = try await ask(atMost: 9) { version in
            var request = OffsetFetchRequest()
            request.requireStable = version >= 7
            if version < 8 {
                request.groupID = groupID
                request.topics = topics
            } else {
                var group = OffsetFetchRequest.Group()
                group.groupID = groupID
                group.topics = topics
                if isConsumerGroup, let identity {
                    group.memberID = identity.memberID
                    group.memberEpoch = identity.generation
                }
                request.groups = [group]
            }
            return request
        }
        let group = response.groups.first { $0.groupID == groupID }
        try check(group?.errorCode ?? response.errorCode, "read")
        var found: [TopicPartition: CommittedOffset] = [:]
        for topic in group?.topics ?? response.topics {
            for partition in topic.partitions {
                try check(partition.errorCode, "read", of: TopicPartition(topic.name, partition.index))
                if partition.committedOffset >= 0 {
                    found[TopicPartition(topic.name, partition.index)] = CommittedOffset(
                        partition.committedOffset, leaderEpoch: partition.committedLeaderEpoch,
                        metadata: partition.metadata ?? "")
                }
            }
        }
        return found
    }

    private func check(
        _ code: KafkaErrorCode, _ what: String, of partition: TopicPartition? = nil
    ) throws(KafkaClientError) {
        if code == .none { return }
        let place = partition.map { " for partition \($0.partition) of topic '\($0.topic)'" } ?? ""
        throw KafkaClientError(
            code, "the offsets of group '\(configuration.groupID)'\(place) can't be \(what)",
            needs: .init("Read", group: configuration.groupID), of: cluster.metadata.user)
    }

    /// Where the group has come to in the partitions that the member has, or where reading is to begin that it never has.
    func committedStarts() async throws -> [TopicPartition: StartOffset] {
        let owned = membership.owned
        if owned.isEmpty { return [:] }
        let backoff = Backoff(cluster.configuration.retryBackoff, max: cluster.configuration.retryBackoffMax)
        let deadline = MonotonicInstant.now + connectionConfiguration.requestTimeout
        var failureCount = 0
        while true {
            do {
                let found = try await fetch(owned)
                return Dictionary(
                    uniqueKeysWithValues: owned.map {
                        ($0, found[$0].map { .offset($0.offset) } ?? configuration.start)
                    })
            } catch let error as KafkaClientError where Self.passes(error) && deadline > .now && !isClosed {
                // Such as offsets of a transaction that is about to end.
                failureCount += 1
                let pause = backoff.delayNs(attempt: failureCount, chance: .random(in: -1...1))
                try await Task.sleep(for: .nanoseconds(pause))
            }
        }
    }

    /// Who the member is, for offsets that are committed within transactions.
    func metadata() throws(KafkaClientError) -> ConsumerGroupMetadata {
        let identity = try identity()
        return ConsumerGroupMetadata(
            groupID: configuration.groupID, generation: identity.generation, memberID: identity.memberID,
            groupInstanceID: identity.groupInstanceID)
    }

    /// The same, for offsets of partitions that are all the member's, and were since it has read them. Those that were taken from it
    /// another member may have read since; and when they have come back, the coordinator does not know that the offsets are of before.
    ///
    /// - Parameter moment: when the transaction began that the offsets are for.
    func metadata(
        owning offsets: [TopicPartition: CommittedOffset], since moment: MonotonicInstant
    ) throws(KafkaClientError) -> ConsumerGroupMetadata {
        for (partition, offset) in offsets {
            let isOwned = membership.owned.contains(partition) && held.contains(partition)
            let isKept = lanes.allSatisfy { $0.queue.covers(offset.offset, of: partition, since: moment) }
            if isOwned, isKept { continue }
            let why = isOwned ? "was taken from this member after it was read" : "is not this member's any more"
            throw KafkaClientError(
                .brokerError, "partition \(partition.partition) of topic '\(partition.topic)' \(why)",
                brokerError: .illegalGeneration)
        }
        return try metadata()
    }

    // MARK: Committing

    /// Commits where the user has come to, where that is not committed yet.
    ///
    /// - Parameter partitions: those to commit for; nil for all.
    func commitHandled(of partitions: Set<TopicPartition>?) async throws {
        if isClosed { throw KafkaClientError(.closed, "the consumer was closed, and is in its group no longer") }
        var offsets: [TopicPartition: CommittedOffset] = [:]
        for lane in lanes {
            for (partition, position) in lane.queue.handledPositions
            where partitions?.contains(partition) ?? true {
                let offset = CommittedOffset(position.offset, leaderEpoch: position.epoch)
                if membership.owned.contains(partition), committed[partition]?.offset != offset.offset {
                    offsets[partition] = offset
                }
            }
        }
        if !offsets.isEmpty { try await commit(offsets) }
    }

    /// The last commit before partitions go. It is tried for as long as others can be made to wait.
    func commitAtRevocation(of partitions: Set<TopicPartition>) async {
        guard configuration.autoCommitInterval != nil else { return }
        for attempt in 1...3 {
            do { return try await commitHandled(of: partitions) } catch let error as KafkaClientError {
                guard error.isRetriable, attempt < 3, !isClosed else {
                    return cluster.metadata.emit(.groupTroubled(group: configuration.groupID, error: error))
                }
                try? await Task.sleep(for: .milliseconds(100))
            } catch { return }
        }
    }

    private func identity() throws(KafkaClientError) -> MemberIdentity {
        if let identity = membership.identity { return identity }
        throw KafkaClientError(
            .brokerError, "the consumer is no member of group '\(configuration.groupID)' at the moment",
            brokerError: .unknownMemberId)
    }

    /// Commits offsets, in the name of the member. Of topics that were assigned by their ids, by these: another topic that has got the
    /// name meanwhile was not read.
    func commit(_ offsets: [TopicPartition: CommittedOffset]) async throws {
        let identity = try identity()
        let ids = membership.ownedTopicIDs
        let names = Dictionary(uniqueKeysWithValues: ids.map { ($1, $0) })
        let areIDsKnown = offsets.keys.allSatisfy { ids[$0.topic] != nil }
        var request = OffsetCommitRequest()
        request.groupID = configuration.groupID
        request.generationIDOrMemberEpoch = identity.generation
        request.memberID = identity.memberID
        request.topics = offsets.keys.byTopic.map { name, indices in
            var topic = OffsetCommitRequest.Topic(name, indices, offsets)
            topic.topicID = ids[name] ?? .zero
            return topic
        }
        let made = request
        let response = try await ask(atMost: areIDsKnown ? 10 : 9) { version in
            var request = made
            if version >= 7 { request.groupInstanceID = identity.groupInstanceID }
            return request
        }
        var failure: (partition: TopicPartition, code: KafkaErrorCode)?
        for topic in response.topics {
            let name = names[topic.topicID] ?? topic.name
            for partition in topic.partitions {
                let key = TopicPartition(name, partition.index)
                if partition.errorCode == .none {
                    committed[key] = offsets[key]
                } else {
                    failure = failure ?? (key, partition.errorCode)
                }
            }
        }
        if let failure {
            handle(.committed(identity, failure.code))
            try check(failure.code, "committed", of: failure.partition)
        }
    }
}
