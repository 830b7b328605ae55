import KafkaProtocol

extension Session {
    /// Deletes offsets of topics that the group's members do not read (KIP-496).
    func handleOffsetDelete(
        _ request: OffsetDeleteRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> OffsetDeleteResponse? {
        var response = OffsetDeleteResponse()
        response.throttleTimeMs = throttleMs
        if let code = refusal(ofGroup: request.groupID, plan) {
            response.errorCode = code
            return response
        }
        let known = request.topics.map { cluster.topic(named: $0.name) }
        let code = cluster.groups.update(request.groupID, coordinator: node.id) { group, _, _ -> KafkaErrorCode in
            guard var found = group else { return .groupIdNotFound }
            let subscribed = found.subscribedTopics
            if subscribed == nil, !found.hasNoMembers { return .nonEmptyGroup }
            group = nil
            response.topics = zip(request.topics, known).map { asked, topic in
                var answer = OffsetDeleteResponse.Topic()
                answer.name = asked.name
                answer.partitions = asked.partitions.map { partition in
                    var result = OffsetDeleteResponse.Partition()
                    result.index = partition.index
                    if let code = plan.error(topic: asked.name, partition: partition.index) {
                        result.errorCode = code
                    } else if topic?.partition(partition.index) == nil {
                        result.errorCode = .unknownTopicOrPartition
                    } else if subscribed?.contains(asked.name) == true {
                        result.errorCode = .groupSubscribedToTopic
                    } else {
                        found.offsets.remove(asked.name, partition.index)
                        result.errorCode = plan.errorAfterStore(topic: asked.name, partition: partition.index) ?? .none
                    }
                    return result
                }
                return answer
            }
            group = found
            return .none
        }
        response.errorCode = plan.errorAfterStore() ?? code
        return response
    }
}

extension OffsetDeleteRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] {
        topics.flatMap { topic in
            topic.partitions.map { FaultScript.Target(topic: topic.name, partition: $0.index) }
        }
    }
}
