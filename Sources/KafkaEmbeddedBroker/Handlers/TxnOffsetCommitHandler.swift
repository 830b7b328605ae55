import KafkaProtocol

extension Session {
    /// Keeps offsets that a transaction brings, until it ends. Before version 5 the group has to be in the transaction.
    func handleTxnOffsetCommit(
        _ request: TxnOffsetCommitRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> TxnOffsetCommitResponse? {
        var response = TxnOffsetCommitResponse()
        response.throttleTimeMs = throttleMs
        let code = refusal(ofGroup: request.groupID, plan) ?? keep(request, header, plan)
        response.topics = request.topics.map { asked in
            let topic = cluster.topic(named: asked.name)
            var answer = TxnOffsetCommitResponse.Topic()
            answer.name = asked.name
            answer.partitions = asked.partitions.map { partition in
                var result = TxnOffsetCommitResponse.Partition()
                result.index = partition.index
                result.errorCode =
                    code ?? refusal(of: partition, topic, plan)
                    ?? plan.errorAfterStore(topic: asked.name, partition: partition.index) ?? .none
                return result
            }
            return answer
        }
        return response
    }

    private func keep(
        _ request: TxnOffsetCommitRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> KafkaErrorCode? {
        let groups = cluster.groups
        do throws(TransactionRefusal) {
            return try cluster.withTransaction(
                request.transactionalID, request.producerID, request.producerEpoch, group: request.groupID,
                adds: header.apiVersion >= 5
            ) {
                groups.update(request.groupID, coordinator: node.id) { group, state, now -> KafkaErrorCode? in
                    var found = group ?? Group()
                    if group == nil, request.generationID >= 0 { return .illegalGeneration }
                    group = nil
                    defer { group = found }
                    // A consumer that says nothing of itself is taken at its word, as in Kafka.
                    if request.saysMember,
                        let code = found.commitRefusal(request.asCommit, version: Self.newestOfCommits, now: now)
                    {
                        return code == .staleMemberEpoch ? .illegalGeneration : code
                    }
                    if !groups.hasRoom(for: request.byteCount, &state) { return .policyViolation }
                    for asked in request.topics {
                        let topic = cluster.topic(named: asked.name)
                        for partition in asked.partitions where refusal(of: partition, topic, plan) == nil {
                            found.addPending(
                                CommittedOffset(
                                    offset: partition.committedOffset, leaderEpoch: partition.committedLeaderEpoch,
                                    metadata: partition.committedMetadata ?? ""),
                                asked.name, partition.index, of: request.producerID)
                        }
                    }
                    return nil
                }
            }
        } catch {
            // As Kafka tells it to those who commit offsets.
            return error.code == .producerFenced ? .invalidProducerEpoch : error.code
        }
    }

    private static let newestOfCommits = OffsetCommitRequest.versions.upperBound

    private func refusal(
        of partition: TxnOffsetCommitRequest.Partition, _ topic: Topic?, _ plan: FaultPlan
    ) -> KafkaErrorCode? {
        if let code = plan.error(topic: topic?.name, partition: partition.index) { return code }
        if topic?.partition(partition.index) == nil { return .unknownTopicOrPartition }
        let longest = cluster.groups.settings.offsetMetadataByteCountMax
        return (partition.committedMetadata?.utf8.count ?? 0) > longest ? .offsetMetadataTooLarge : nil
    }
}

extension TxnOffsetCommitRequest: TargetedRequest {
    fileprivate var saysMember: Bool { generationID >= 0 || !memberID.isEmpty || groupInstanceID != nil }

    /// What a group looks at before it takes a commit.
    fileprivate var asCommit: OffsetCommitRequest {
        var commit = OffsetCommitRequest()
        commit.groupID = groupID
        commit.generationIDOrMemberEpoch = generationID
        commit.memberID = memberID
        commit.groupInstanceID = groupInstanceID
        return commit
    }

    /// About the bytes that a group keeps of it.
    fileprivate var byteCount: Int {
        topics.reduce(256) { sum, topic in
            topic.partitions.reduce(sum + 256 + topic.name.utf8.count) {
                $0 + 96 + ($1.committedMetadata?.utf8.count ?? 0)
            }
        }
    }

    func targets(_ cluster: Cluster) -> [FaultScript.Target] {
        topics.flatMap { topic in
            topic.partitions.map { FaultScript.Target(topic: topic.name, partition: $0.index) }
        }
    }
}
