import KafkaProtocol

/// How far a group is behind the end of a partition.
public struct PartitionLag: Sendable, Hashable {
    /// What the group has committed; nil for nothing.
    public let committed: CommittedOffset?
    /// The offset behind the last record that the group may read.
    public let endOffset: Int64
    /// How many offsets lie between the two; nil where nothing is committed. It is more than the number of records where a topic is
    /// compacted or has transactions, and never below 0.
    public let lag: Int64?

    init(committed: CommittedOffset?, endOffset: Int64) {
        self.committed = committed
        self.endOffset = endOffset
        lag = committed.map { max(0, endOffset - $0.offset) }
    }
}

extension Cluster {
    /// What became of the offsets of a group: for each partition the offset, nil where nothing is committed, or why it is not known.
    public typealias GroupOffsets = [TopicPartition: Result<CommittedOffset?, KafkaClientError>]

    // MARK: Looking

    /// How far groups have read.
    ///
    /// - Parameters:
    ///   - groups: for each group its partitions; nil for all of which it has committed something.
    ///   - stableOnly: whether offsets that an open transaction is about to commit are waited for (KIP-447); from Kafka 2.5 on.
    /// - Returns: for each group its offsets, or the coordinator's reason why they are not told. A group that is not there has none.
    /// - Throws: `CancellationError`; `KafkaClientError`: `.closed`, or why no broker could be asked for coordinators.
    ///
    /// Source: OffsetFetch, API key 9, versions 1 to 9; one request for each coordinator from version 8 on (KIP-709).
    public func committedOffsets(
        of groups: [String: Set<TopicPartition>?], stableOnly: Bool = false
    ) async throws -> [String: Result<GroupOffsets, KafkaClientError>] {
        try await gather(Set(groups.keys)) { open, _ in
            try await self.routeToCoordinators(open)
        } ask: { cluster, errand in
            var outcomes: Outcomes<String, GroupOffsets> = [:]
            let asked = errand.keys.sorted().map { OffsetFetchRequest.Group($0, groups[$0] ?? nil) }
            let version = AskedVersion()
            let response = try await cluster.ask(
                errand.target, timeout: errand.timeLeft, attempts: 1, atMost: 9
            ) { known in
                version.version = known
                return OffsetFetchRequest(known < 8 ? [asked[0]] : asked, stableOnly: stableOnly, version: known)
            }
            if version.version >= 8 {
                for group in response.groups {
                    outcomes[group.groupID] = cluster.offsets(group.topics, group.errorCode, of: group.groupID)
                }
                return outcomes
            }
            outcomes[asked[0].groupID] = cluster.offsets(response.topics, response.errorCode, of: asked[0].groupID)
            for group in asked.dropFirst() {
                let response = try await cluster.ask(
                    errand.target, timeout: errand.timeLeft, attempts: 1, atMost: 7
                ) { OffsetFetchRequest([group], stableOnly: stableOnly, version: $0) }
                outcomes[group.groupID] = cluster.offsets(response.topics, response.errorCode, of: group.groupID)
            }
            return outcomes
        }
    }

    /// How far a group has read.
    ///
    /// - Parameters:
    ///   - group: the group's id. One that is not there has committed nothing.
    ///   - partitions: the partitions; nil for all of which the group has committed something.
    ///   - stableOnly: whether offsets that an open transaction is about to commit are waited for (KIP-447); from Kafka 2.5 on.
    /// - Throws: `KafkaClientError`: the coordinator's reason with its ``KafkaClientError/brokerError``, or why it did not answer;
    ///   `CancellationError`.
    ///
    /// Source: OffsetFetch, API key 9, versions 1 to 9.
    public func committedOffsets(
        of group: String, _ partitions: Set<TopicPartition>? = nil, stableOnly: Bool = false
    ) async throws -> GroupOffsets {
        try await committedOffsets(of: [group: partitions], stableOnly: stableOnly)[group]!.get()
    }

    /// How far a group is behind the ends of partitions.
    ///
    /// The offsets of the group are asked for first, so that a group that reads meanwhile does not seem to be ahead.
    ///
    /// - Parameters:
    ///   - group: the group's id.
    ///   - partitions: the partitions; nil for all of which the group has committed something.
    ///   - isolation: what the group reads: behind the last record of all, or before the first transaction that is still open.
    /// - Returns: a result for each partition.
    /// - Throws: the errors of ``committedOffsets(of:_:stableOnly:)``.
    ///
    /// Source: OffsetFetch, API key 9; ListOffsets, API key 2.
    public func lag(
        of group: String, _ partitions: Set<TopicPartition>? = nil, isolation: IsolationLevel = .readUncommitted
    ) async throws -> [TopicPartition: Result<PartitionLag, KafkaClientError>] {
        let committed = try await committedOffsets(of: group, partitions)
        let ends = try await listOffsets(committed.mapValues { _ in .latest }, isolation: isolation)
        return committed.reduce(into: [:]) { lags, entry in
            let (partition, committed) = entry
            lags[partition] = committed.flatMap { committed in
                (ends[partition]
                    ?? .failure(KafkaClientError(.requestTimedOut, "no broker has told the end of \(partition)")))
                    .map { PartitionLag(committed: committed, endOffset: $0.offset ?? 0) }
            }
        }
    }

    // MARK: Changing

    /// Commits offsets in the place of a group that has no members: from there its members go on.
    ///
    /// - Parameters:
    ///   - offsets: the offsets to commit.
    ///   - group: the group's id. One that is not there is created.
    /// - Returns: a result for each partition. With members in the group the coordinator refuses: `.brokerError` with UNKNOWN_MEMBER_ID.
    /// - Throws: `KafkaClientError`: why the coordinator did not answer; `.invalidArgument` for an offset below zero; `CancellationError`.
    ///
    /// Source: OffsetCommit, API key 8, versions 2 to 9.
    public func commitOffsets(
        _ offsets: [TopicPartition: CommittedOffset], of group: String
    ) async throws -> [TopicPartition: Result<Void, KafkaClientError>] {
        try offsets.checkNotNegative()
        var request = OffsetCommitRequest()
        request.groupID = group
        let made = request
        return try await gather(Set(offsets.keys)) { open, _ in
            try await self.route(open, toCoordinatorOf: group)
        } ask: { cluster, errand in
            let response = try await cluster.ask(
                errand.target, timeout: errand.timeLeft, attempts: 1, atMost: 9
            ) { _ in
                var request = made
                request.topics = errand.keys.byTopic.map { OffsetCommitRequest.Topic($0, $1, offsets) }
                return request
            }
            var outcomes: Outcomes<TopicPartition, Void> = [:]
            for topic in response.topics {
                for partition in topic.partitions {
                    let key = TopicPartition(topic.name, partition.index)
                    outcomes[key] = Result(
                        cluster.offsetFailure(partition.errorCode, group, key, "committed", needs: "Read"), ())
                }
            }
            return outcomes
        }
    }

    /// Deletes offsets of a group, of topics that its members do not read.
    ///
    /// - Parameters:
    ///   - partitions: the partitions whose offsets are deleted.
    ///   - group: the group's id.
    /// - Returns: a result for each partition. An error is `.brokerError` with GROUP_SUBSCRIBED_TO_TOPIC, for example.
    /// - Throws: `KafkaClientError`: why the coordinator refuses all, with its ``KafkaClientError/brokerError``, or why it did not
    ///   answer; `CancellationError`.
    ///
    /// Source: OffsetDelete, API key 47, version 0 (KIP-496); Kafka 2.4 and newer.
    public func deleteOffsets(
        _ partitions: Set<TopicPartition>, of group: String
    ) async throws -> [TopicPartition: Result<Void, KafkaClientError>] {
        try await gather(partitions) { open, _ in
            try await self.route(open, toCoordinatorOf: group)
        } ask: { cluster, errand in
            let response = try await cluster.ask(errand.target, timeout: errand.timeLeft, attempts: 1) { _ in
                var request = OffsetDeleteRequest()
                request.groupID = group
                request.topics = errand.keys.byTopic.map { OffsetDeleteRequest.Topic($0, $1) }
                return request
            }
            let failure = cluster.groupFailure(
                response.errorCode, group, "relieved of offsets", nil, needs: "Delete")
            if let failure { throw failure }
            var outcomes: Outcomes<TopicPartition, Void> = [:]
            for topic in response.topics {
                for partition in topic.partitions {
                    let key = TopicPartition(topic.name, partition.index)
                    outcomes[key] = Result(
                        cluster.offsetFailure(partition.errorCode, group, key, "deleted", needs: "Delete"), ())
                }
            }
            return outcomes
        }
    }

    private func route(
        _ open: Set<TopicPartition>, toCoordinatorOf group: String
    ) async throws -> Routes<TopicPartition> {
        let coordinator = try await routeToCoordinators([group])[group]!
        return open.reduce(into: [:]) { $0[$1] = coordinator }
    }

    // MARK: Answers

    private func offsets(
        _ topics: [OffsetFetchResponse.Topic], _ code: KafkaErrorCode, of group: String
    ) -> Result<GroupOffsets, KafkaClientError> {
        if let failure = groupFailure(code, group, "asked for its offsets", nil) { return .failure(failure) }
        var offsets: GroupOffsets = [:]
        for topic in topics {
            for partition in topic.partitions {
                let key = TopicPartition(topic.name, partition.index)
                if let failure = offsetFailure(partition.errorCode, group, key, "read", needs: "Describe") {
                    // It passes with the transaction: the group is asked for again.
                    if partition.errorCode == .unstableOffsetCommit { return .failure(failure) }
                    offsets[key] = .failure(failure)
                } else {
                    offsets[key] = .success(CommittedOffset(partition))
                }
            }
        }
        return .success(offsets)
    }

    private func offsetFailure(
        _ code: KafkaErrorCode, _ group: String, _ partition: TopicPartition, _ what: String, needs operation: String
    ) -> KafkaClientError? {
        if code == .none { return nil }
        let action = "the offset of group '\(group)' for \(partition) can't be \(what)"
        return code == .topicAuthorizationFailed
            ? topicError(code, partition.topic, action, needs: "Read")
            : groupError(code, group, action, needs: operation)
    }
}

extension CommittedOffset {
    /// Nil where nothing is committed.
    fileprivate init?(_ partition: OffsetFetchResponse.Partition) {
        if partition.committedOffset < 0 { return nil }
        self.init(
            partition.committedOffset, leaderEpoch: partition.committedLeaderEpoch, metadata: partition.metadata ?? "")
    }
}

extension OffsetFetchRequest {
    /// In the form that `version` takes; before version 8 of one group.
    fileprivate init(_ groups: [Group], stableOnly: Bool, version: Int16) {
        self.init()
        requireStable = stableOnly
        if version >= 8 {
            self.groups = groups
        } else {
            groupID = groups[0].groupID
            topics = groups[0].topics
        }
    }
}

extension OffsetFetchRequest.Group {
    fileprivate init(_ id: String, _ partitions: Set<TopicPartition>?) {
        self.init()
        groupID = id
        topics = partitions?.byTopic.map { OffsetFetchRequest.Topic($0, $1) }
    }
}

extension OffsetFetchRequest.Topic {
    init(_ name: String, _ indices: [Int32]) {
        self.init()
        self.name = name
        partitionIndexes = indices
    }
}

extension OffsetCommitRequest.Topic {
    init(_ name: String, _ indices: [Int32], _ offsets: [TopicPartition: CommittedOffset]) {
        self.init()
        self.name = name
        partitions = indices.map { index in
            let offset = offsets[TopicPartition(name, index)]!
            var partition = OffsetCommitRequest.Partition()
            partition.index = index
            partition.committedOffset = offset.offset
            partition.committedLeaderEpoch = offset.leaderEpoch
            partition.committedMetadata = offset.metadata
            return partition
        }
    }
}

extension OffsetDeleteRequest.Topic {
    fileprivate init(_ name: String, _ indices: [Int32]) {
        self.init()
        self.name = name
        partitions = indices.map { index in
            var partition = OffsetDeleteRequest.Partition()
            partition.index = index
            return partition
        }
    }
}
