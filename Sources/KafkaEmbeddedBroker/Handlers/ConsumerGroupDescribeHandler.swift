import KafkaProtocol

extension Session {
    func handleConsumerGroupDescribe(
        _ request: ConsumerGroupDescribeRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> ConsumerGroupDescribeResponse? {
        var response = ConsumerGroupDescribeResponse()
        response.throttleTimeMs = throttleMs
        let topics = cluster.groupTopics
        // A group is described once, so that an answer is no longer than what there is.
        var seen = Set<String>()
        response.groups = request.groupIDs.map { id in
            var group = ConsumerGroupDescribeResponse.Group()
            if let code = refusal(ofGroup: id, plan) ?? objection(toGroup: id, &seen) ?? plan.errorAfterStore() {
                group.errorCode = code
                group.errorMessage = code.message
            } else if let consumer = cluster.groups.update(id, coordinator: node.id, { group, _, _ in group?.consumer })
            {
                group = consumer.describe(topics)
                if request.includeAuthorizedOperations { group.authorizedOperations = Self.groupOperations }
            } else {
                group.errorCode = .groupIdNotFound
                group.errorMessage = "there is no consumer group \(id)"
            }
            group.groupID = id
            return group
        }
        return response
    }

    /// What anybody may do with a group: read, delete and describe it, and describe and alter its configuration (KIP-430).
    static let groupOperations: Int32 = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11
}

extension ConsumerGroupDescribeRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}
