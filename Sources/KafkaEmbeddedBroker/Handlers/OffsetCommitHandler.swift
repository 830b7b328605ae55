import KafkaProtocol

extension Session {
    /// Stores offsets, of members and of clients that are in no group.
    func handleOffsetCommit(
        _ request: OffsetCommitRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> OffsetCommitResponse? {
        var response = OffsetCommitResponse()
        response.throttleTimeMs = throttleMs
        let names = request.topics.map {
            header.apiVersion >= 10 ? cluster.topic(id: $0.topicID) : cluster.topic(named: $0.name)
        }
        let code =
            refusal(ofGroup: request.groupID, plan)
            ?? cluster.groups.update(request.groupID, coordinator: node.id) {
                [groups = cluster.groups] group, state, now -> KafkaErrorCode? in
                var found = group ?? Group()
                if group == nil, request.generationIDOrMemberEpoch >= 0 {
                    return header.apiVersion >= 9 ? .groupIdNotFound : .illegalGeneration
                }
                group = nil
                defer { group = found }
                if let code = found.commitRefusal(request, version: header.apiVersion, now: now) { return code }
                if !groups.hasRoom(for: request.byteCount, &state) { return .policyViolation }
                for (asked, topic) in zip(request.topics, names) {
                    for partition in asked.partitions where self.refusal(of: partition, topic, plan) == nil {
                        guard let topic else { continue }
                        found.offsets.commit(CommittedOffset(partition), topic.name, partition.index)
                    }
                }
                return nil
            }
        response.topics = zip(request.topics, names).map { asked, topic in
            var answer = OffsetCommitResponse.Topic()
            answer.name = asked.name
            answer.topicID = asked.topicID
            answer.partitions = asked.partitions.map { partition in
                var result = OffsetCommitResponse.Partition()
                result.index = partition.index
                let unknown: KafkaErrorCode? = header.apiVersion >= 10 && topic == nil ? .unknownTopicId : nil
                result.errorCode =
                    code ?? unknown ?? self.refusal(of: partition, topic, plan)
                    ?? plan.errorAfterStore(topic: topic?.name, partition: partition.index) ?? .none
                return result
            }
            return answer
        }
        return response
    }

    private func refusal(
        of partition: OffsetCommitRequest.Partition, _ topic: Topic?, _ plan: FaultPlan
    ) -> KafkaErrorCode? {
        if let code = plan.error(topic: topic?.name, partition: partition.index) { return code }
        if topic?.partition(partition.index) == nil { return .unknownTopicOrPartition }
        let longest = cluster.groups.settings.offsetMetadataByteCountMax
        return (partition.committedMetadata?.utf8.count ?? 0) > longest ? .offsetMetadataTooLarge : nil
    }
}

extension CommittedOffset {
    fileprivate init(_ partition: OffsetCommitRequest.Partition) {
        self.init(
            offset: partition.committedOffset, leaderEpoch: partition.committedLeaderEpoch,
            metadata: partition.committedMetadata ?? "")
    }
}

extension OffsetCommitRequest: TargetedRequest {
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
            let name = topic.topicID == .zero ? topic.name : cluster.topic(id: topic.topicID)?.name
            return topic.partitions.map { FaultScript.Target(topic: name, partition: $0.index) }
        }
    }
}
