import KafkaProtocol

extension Session {
    /// Serves a member of a share group (KIP-932).
    func handleShareGroupHeartbeat(
        _ request: ShareGroupHeartbeatRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> ShareGroupHeartbeatResponse? {
        var response = ShareGroupHeartbeatResponse()
        if let code = refusal(ofGroup: request.groupID, plan) {
            response.errorCode = code
            response.errorMessage = code.message
        } else if let problem = request.problem {
            response.errorCode = .invalidRequest
            response.errorMessage = problem
        } else {
            switch serve(request, groupClient(header)) {
            case .success(let answer): response = answer
            case .failure(let refusal):
                response.errorCode = refusal.code
                response.errorMessage = refusal.message
            }
            if let code = plan.errorAfterStore() { response.errorCode = code }
        }
        response.throttleTimeMs = throttleMs
        return response
    }

    private func serve(
        _ request: ShareGroupHeartbeatRequest, _ client: GroupClient
    ) -> Result<ShareGroupHeartbeatResponse, GroupRefusal> {
        let topics = cluster.groupTopics
        let groups = cluster.groups
        return groups.update(request.groupID, coordinator: node.id) { group, state, now in
            if group == nil, request.memberEpoch != 0 {
                return .failure(GroupRefusal(.groupIdNotFound, "there is no group \(request.groupID)"))
            }
            let mayGrow = request.memberEpoch == 0 || group?.share?.isOutdated(by: topics) == true
            if mayGrow, !groups.hasRoom(for: request.byteCount, &state) {
                return .failure(GroupRefusal(.policyViolation, "the groups take as much memory as they may"))
            }
            var found = group ?? Group()
            group = nil
            defer { group = found }
            do throws(GroupRefusal) {
                return .success(
                    try found.withShare(groups.settings) { share throws(GroupRefusal) in
                        try share.heartbeat(request, client, topics, now: now)
                    })
            } catch {
                return .failure(error)
            }
        }
    }

    func handleShareGroupDescribe(
        _ request: ShareGroupDescribeRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> ShareGroupDescribeResponse? {
        var response = ShareGroupDescribeResponse()
        response.throttleTimeMs = throttleMs
        let topics = cluster.groupTopics
        // A group is described once, so that an answer is no longer than what there is.
        var seen = Set<String>()
        response.groups = request.groupIDs.map { id in
            var group = ShareGroupDescribeResponse.Group()
            if let code = refusal(ofGroup: id, plan) ?? objection(toGroup: id, &seen) ?? plan.errorAfterStore() {
                group.errorCode = code
                group.errorMessage = code.message
            } else if let share = cluster.groups.update(id, coordinator: node.id, { group, _, _ in group?.share }) {
                group = share.describe(topics)
                if request.includeAuthorizedOperations { group.authorizedOperations = Self.groupOperations }
            } else {
                group.errorCode = .groupIdNotFound
                group.errorMessage = "there is no share group \(id)"
            }
            group.groupID = id
            return group
        }
        return response
    }

    // MARK: Offsets

    func handleDescribeShareGroupOffsets(
        _ request: DescribeShareGroupOffsetsRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> DescribeShareGroupOffsetsResponse? {
        var response = DescribeShareGroupOffsetsResponse()
        response.throttleTimeMs = throttleMs
        var seen = Set<String>()
        response.groups = request.groups.map { asked in
            var group = DescribeShareGroupOffsetsResponse.Group()
            group.groupID = asked.groupID
            if let code = refusal(ofGroup: asked.groupID, plan) ?? objection(toGroup: asked.groupID, &seen)
                ?? plan.errorAfterStore() ?? shareRefusal(asked.groupID)
            {
                group.errorCode = code
                group.errorMessage = code.message
                return group
            }
            let known = cluster.shares.partitions(of: asked.groupID)
            group.topics = describedTopics(asked, known).map { topic in
                describe(topic, of: asked.groupID, known)
            }
            return group
        }
        return response
    }

    private func describedTopics(
        _ asked: DescribeShareGroupOffsetsRequest.Group, _ known: [ShareStore.Key: SharePartition]
    ) -> [DescribeShareGroupOffsetsRequest.Topic] {
        if let topics = asked.topics { return topics }
        return Dictionary(grouping: known.keys, by: \.topicID).compactMap { id, keys in
            guard let found = cluster.topic(id: id) else { return nil }
            var topic = DescribeShareGroupOffsetsRequest.Topic()
            topic.name = found.name
            topic.partitions = keys.map(\.partition).sorted()
            return topic
        }
    }

    private func describe(
        _ asked: DescribeShareGroupOffsetsRequest.Topic, of group: String, _ known: [ShareStore.Key: SharePartition]
    ) -> DescribeShareGroupOffsetsResponse.Topic {
        let topic = cluster.topic(named: asked.name)
        var answer = DescribeShareGroupOffsetsResponse.Topic()
        answer.name = asked.name
        answer.topicID = topic?.id ?? .zero
        answer.partitions = Set(asked.partitions).sorted().map { index in
            var partition = DescribeShareGroupOffsetsResponse.Partition()
            partition.index = index
            partition.startOffset = -1
            guard let topic, let log = topic.partition(index) else {
                partition.errorCode = .unknownTopicOrPartition
                partition.errorMessage = partition.errorCode.message
                return partition
            }
            if let share = known[ShareStore.Key(group: group, topicID: topic.id, partition: index)] {
                partition.startOffset = max(share.start, log.startOffset)
                partition.leaderEpoch = log.leadership.leaderEpoch
                partition.lag = share.lag(log.statistics.endOffset)
            }
            return partition
        }
        return answer
    }

    /// Why a group's offsets are not told or set; nil when they are.
    private func shareRefusal(_ id: String, isChange: Bool = false) -> KafkaErrorCode? {
        cluster.groups.update(id, coordinator: node.id) { group, _, _ -> KafkaErrorCode? in
            guard let share = group?.share else { return .groupIdNotFound }
            return isChange && !share.members.isEmpty ? .nonEmptyGroup : nil
        }
    }

    func handleAlterShareGroupOffsets(
        _ request: AlterShareGroupOffsetsRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> AlterShareGroupOffsetsResponse? {
        var response = AlterShareGroupOffsetsResponse()
        response.throttleTimeMs = throttleMs
        if let code = refusal(ofGroup: request.groupID, plan) ?? shareRefusal(request.groupID, isChange: true) {
            response.errorCode = code
            response.errorMessage = code.message
            return response
        }
        response.topics = request.topics.map { asked in
            let topic = cluster.topic(named: asked.name)
            var answer = AlterShareGroupOffsetsResponse.Topic()
            answer.name = asked.name
            answer.topicID = topic?.id ?? .zero
            answer.partitions = asked.partitions.map { wanted in
                var partition = AlterShareGroupOffsetsResponse.Partition()
                partition.index = wanted.index
                guard let topic, let log = topic.partition(wanted.index) else {
                    partition.errorCode = .unknownTopicOrPartition
                    partition.errorMessage = partition.errorCode.message
                    return partition
                }
                let isSet = cluster.shares.set(
                    ShareStore.Key(group: request.groupID, topicID: topic.id, partition: wanted.index),
                    SharePartition(start: max(log.startOffset, wanted.startOffset), leader: log.leadership))
                if !isSet {
                    partition.errorCode = .policyViolation
                    partition.errorMessage = partition.errorCode.message
                }
                return partition
            }
            return answer
        }
        if let code = plan.errorAfterStore() { response.errorCode = code }
        return response
    }

    func handleDeleteShareGroupOffsets(
        _ request: DeleteShareGroupOffsetsRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> DeleteShareGroupOffsetsResponse? {
        var response = DeleteShareGroupOffsetsResponse()
        response.throttleTimeMs = throttleMs
        if let code = refusal(ofGroup: request.groupID, plan) ?? shareRefusal(request.groupID, isChange: true) {
            response.errorCode = code
            response.errorMessage = code.message
            return response
        }
        let known = cluster.shares.partitions(of: request.groupID)
        response.topics = request.topics.map { asked in
            var answer = DeleteShareGroupOffsetsResponse.Topic()
            answer.name = asked.name
            guard let topic = cluster.topic(named: asked.name) else {
                answer.errorCode = .unknownTopicOrPartition
                answer.errorMessage = answer.errorCode.message
                return answer
            }
            answer.topicID = topic.id
            for key in known.keys where key.topicID == topic.id { cluster.shares.forget(key) }
            return answer
        }
        if let code = plan.errorAfterStore() { response.errorCode = code }
        return response
    }
}

extension ShareGroupHeartbeatRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}

extension ShareGroupDescribeRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}

extension DescribeShareGroupOffsetsRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}

extension AlterShareGroupOffsetsRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}

extension DeleteShareGroupOffsetsRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}
