import KafkaProtocol

extension Session {
    /// Tells how far groups have read.
    func handleOffsetFetch(
        _ request: OffsetFetchRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> OffsetFetchResponse? {
        var response = OffsetFetchResponse()
        response.throttleTimeMs = throttleMs
        if header.apiVersion >= 8 {
            var seen = Set<String>()
            response.groups = request.groups.map { asked in
                guard seen.insert(asked.groupID).inserted else { return .init(repeated: asked.groupID) }
                return committed(asked, header.apiVersion, plan, requireStable: request.requireStable)
            }
            return response
        }
        var asked = OffsetFetchRequest.Group()
        asked.groupID = request.groupID
        asked.topics = request.topics
        let found = committed(asked, header.apiVersion, plan, requireStable: request.requireStable)
        response.errorCode = found.errorCode
        response.topics = found.topics
        return response
    }

    private func committed(
        _ asked: OffsetFetchRequest.Group, _ version: Int16, _ plan: FaultPlan, requireStable: Bool
    ) -> OffsetFetchResponse.Group {
        var answer = OffsetFetchResponse.Group()
        answer.groupID = asked.groupID
        var offsets = CommittedOffsets()
        var current: Group?
        let code =
            refusal(ofGroup: asked.groupID, plan)
            ?? cluster.groups.update(asked.groupID, coordinator: node.id) { group, _, _ -> KafkaErrorCode? in
                if group == nil, asked.memberID != nil, asked.memberEpoch >= 0 { return .groupIdNotFound }
                offsets = group?.offsets ?? offsets
                current = group
                return group?.consumer?.fetchRefusal(memberID: asked.memberID, epoch: asked.memberEpoch)
            } ?? plan.errorAfterStore()
        if let code {
            answer.errorCode = code
            // Before version 2 only partitions have a code.
            if version < 2 { answer.topics = asked.topics?.map { .init($0, code) } ?? [] }
            return answer
        }
        let topics =
            asked.topics
            ?? offsets.topics.sorted { $0.key < $1.key }.map { name, partitions in
                var topic = OffsetFetchRequest.Topic()
                topic.name = name
                topic.topicID = cluster.topic(named: name)?.id ?? .zero
                topic.partitionIndexes = partitions.keys.sorted()
                return topic
            }
        let pending = current
        // Whoever asks for a partition again and again gets no more than there is.
        var byteCountLeft = offsets.byteCount
        answer.topics = topics.map { topic in
            let name = version >= 10 ? cluster.topic(id: topic.topicID)?.name : topic.name
            guard let name else { return .init(topic, .unknownTopicId) }
            var found = OffsetFetchResponse.Topic(topic, .none)
            for index in found.partitions.indices {
                let partition = found.partitions[index].index
                if let code = plan.error(topic: name, partition: partition)
                    ?? plan.errorAfterStore(topic: name, partition: partition)
                {
                    found.partitions[index].errorCode = code
                } else if requireStable, pending?.hasPending(name, partition) == true {
                    found.partitions[index].errorCode = .unstableOffsetCommit
                } else if let offset = offsets[name, partition] {
                    byteCountLeft -= offset.byteCount
                    if byteCountLeft < 0 {
                        found.partitions[index].errorCode = .invalidRequest
                        continue
                    }
                    found.partitions[index].committedOffset = offset.offset
                    found.partitions[index].committedLeaderEpoch = offset.leaderEpoch
                    found.partitions[index].metadata = offset.metadata
                }
            }
            return found
        }
        return answer
    }
}

extension OffsetFetchResponse.Group {
    /// For a group that a request names a second time.
    fileprivate init(repeated id: String) {
        self.init()
        groupID = id
        errorCode = .invalidRequest
    }
}

extension OffsetFetchResponse.Topic {
    /// The partitions that are asked for, without offsets.
    fileprivate init(_ asked: OffsetFetchRequest.Topic, _ code: KafkaErrorCode) {
        self.init()
        name = asked.name
        topicID = asked.topicID
        partitions = asked.partitionIndexes.map { index in
            var partition = OffsetFetchResponse.Partition()
            partition.index = index
            partition.committedOffset = -1
            partition.metadata = ""
            partition.errorCode = code
            return partition
        }
    }
}

extension OffsetFetchRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] {
        ((topics ?? []) + groups.flatMap { $0.topics ?? [] }).flatMap { topic in
            let name = topic.topicID == .zero ? topic.name : cluster.topic(id: topic.topicID)?.name
            return topic.partitionIndexes.map { FaultScript.Target(topic: name, partition: $0) }
        }
    }
}
