import KafkaProtocol

/// How a leader is elected.
///
/// Source: ElectLeaders, API key 43, field `ElectionType` (KIP-460).
public enum LeaderElection: Int8, Sendable, CaseIterable {
    /// The first of the replicas leads, when it is in sync.
    case preferred = 0
    /// Any replica that runs leads, when none is in sync: records that it lacks are lost.
    case unclean = 1
}

extension Cluster {
    /// Deletes the records of partitions before an offset.
    ///
    /// - Parameter offsets: the first offset to keep in each partition; -1 to delete all records that there are.
    /// - Returns: for each partition the first offset that is still in its log, or why nothing was deleted: `.offsetOutOfRange` for an
    ///   offset behind the last record, for example.
    /// - Throws: `CancellationError`; `KafkaClientError`: `.closed`, or why no broker could be asked who leads.
    ///
    /// Source: DeleteRecords, API key 21, versions 0 to 2 (KIP-107).
    public func deleteRecords(
        before offsets: [TopicPartition: Int64]
    ) async throws -> [TopicPartition: Result<Int64, KafkaClientError>] {
        let timeoutMs = brokerTimeoutMs
        return try await gather(Set(offsets.keys)) { open, isFirst in
            try await self.routeToLeaders(open, isFirst: isFirst)
        } ask: { cluster, errand in
            var request = DeleteRecordsRequest()
            request.timeoutMs = timeoutMs
            request.topics = errand.keys.byTopic.map { name, partitions in
                var topic = DeleteRecordsRequest.Topic()
                topic.name = name
                topic.partitions = partitions.map { index in
                    var partition = DeleteRecordsRequest.Partition()
                    partition.index = index
                    partition.offset = offsets[TopicPartition(name, index)]!
                    return partition
                }
                return topic
            }
            let made = request
            let response = try await cluster.ask(errand.target, timeout: errand.timeLeft, attempts: 1) { _ in made }
            var outcomes: Outcomes<TopicPartition, Int64> = [:]
            for topic in response.topics {
                for partition in topic.partitions {
                    let key = TopicPartition(topic.name, partition.index)
                    outcomes[key] = Result(
                        cluster.error(
                            partition.errorCode, topic.name, "cannot delete records of \(key)", nil, needs: "Delete"),
                        partition.lowWatermark)
                }
            }
            return outcomes
        }
    }

    /// Has leaders elected.
    ///
    /// - Parameters:
    ///   - election: which replica is to lead.
    ///   - partitions: the partitions; nil for all of the cluster.
    /// - Returns: for each partition true when another broker leads now, false when that was not needed, or why there was no election.
    ///   With nil, partitions that needed none may be missing.
    /// - Throws: `CancellationError`; `KafkaClientError`: `.closed`, why no broker could be asked, or why a broker refuses all.
    ///
    /// Source: ElectLeaders, API key 43, versions 0 to 2 (KIP-183, KIP-460); Kafka 2.2 and newer, 2.4 and newer for unclean ones.
    public func electLeaders(
        _ election: LeaderElection, of partitions: Set<TopicPartition>?
    ) async throws -> [TopicPartition: Result<Bool, KafkaClientError>] {
        guard let partitions else { return try await electAllLeaders(election) }
        let timeoutMs = brokerTimeoutMs
        return try await gather(partitions) { open, isFirst in
            try await self.routeToController(open, isFirst: isFirst)
        } ask: { cluster, errand in
            try await cluster.askForElection(
                election, errand.keys, timeoutMs: timeoutMs, errand.target, timeout: errand.timeLeft)
        }
    }

    private func electAllLeaders(
        _ election: LeaderElection
    ) async throws -> [TopicPartition: Result<Bool, KafkaClientError>] {
        // The whole cluster is the one thing to ask for.
        let timeoutMs = brokerTimeoutMs
        let all: Outcomes<Int, [TopicPartition: Result<Bool, KafkaClientError>]> = try await gather([0]) {
            open, isFirst in
            try await self.routeToController(open, isFirst: isFirst)
        } ask: { cluster, errand in
            let found = try await cluster.askForElection(
                election, nil, timeoutMs: timeoutMs, errand.target, timeout: errand.timeLeft)
            return [0: .success(found)]
        }
        return try all[0]!.get()
    }

    private func askForElection(
        _ election: LeaderElection, _ partitions: Set<TopicPartition>?, timeoutMs: Int32, _ target: Target,
        timeout: Duration
    ) async throws -> [TopicPartition: Result<Bool, KafkaClientError>] {
        var request = ElectLeadersRequest()
        request.electionType = election.rawValue
        request.timeoutMs = timeoutMs
        request.topics = partitions?.byTopic.map { name, indices in
            var topic = ElectLeadersRequest.Topic()
            topic.name = name
            topic.partitions = indices
            return topic
        }
        let made = request
        let response = try await ask(target, timeout: timeout, attempts: 1) { _ in made }
        if response.errorCode != .none {
            throw KafkaClientError(
                response.errorCode, "cannot elect leaders", nil, needs: .init(onCluster: "Alter"), of: metadata.user)
        }
        var outcomes: Outcomes<TopicPartition, Bool> = [:]
        for topic in response.topics {
            for partition in topic.partitions {
                let key = TopicPartition(topic.name, partition.index)
                if partition.errorCode == .electionNotNeeded {
                    outcomes[key] = .success(false)
                    continue
                }
                let error =
                    partition.errorCode == .none
                    ? nil
                    : KafkaClientError(
                        partition.errorCode, "cannot elect a leader of \(key)", partition.errorMessage,
                        needs: .init(onCluster: "Alter"), of: metadata.user)
                outcomes[key] = Result(error, true)
            }
        }
        return outcomes
    }
}
