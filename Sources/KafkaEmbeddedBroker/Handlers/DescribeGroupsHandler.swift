import KafkaProtocol

extension Session {
    /// Describes classic groups. One that is not there is dead, and from version 6 on not found (KIP-1043).
    func handleDescribeGroups(
        _ request: DescribeGroupsRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> DescribeGroupsResponse? {
        var response = DescribeGroupsResponse()
        response.throttleTimeMs = throttleMs
        // A group is described once, so that an answer is no longer than what there is.
        var seen = Set<String>()
        response.groups = request.groups.map { id in
            var group = DescribeGroupsResponse.Group()
            if let code = refusal(ofGroup: id, plan) ?? objection(toGroup: id, &seen) ?? plan.errorAfterStore() {
                group.errorCode = code
            } else if let found = cluster.groups.update(
                id, coordinator: node.id, { group, _, _ in group.flatMap(Self.describe) })
            {
                group = found
                if request.includeAuthorizedOperations { group.authorizedOperations = Self.groupOperations }
            } else {
                group.groupState = "Dead"
                if header.apiVersion >= 6 {
                    group.errorCode = .groupIdNotFound
                    group.errorMessage = "there is no classic group \(id)"
                }
            }
            group.groupID = id
            return group
        }
        return response
    }

    /// Why a group is not described; nil when it is.
    func objection(toGroup id: String, _ seen: inout Set<String>) -> KafkaErrorCode? {
        if id.isEmpty { return .invalidGroupId }
        return seen.insert(id).inserted ? nil : .invalidRequest
    }

    private static func describe(_ group: Group) -> DescribeGroupsResponse.Group? {
        if let classic = group.classic { return classic.describe() }
        if group.consumer != nil || group.share != nil { return nil }
        var simple = DescribeGroupsResponse.Group()
        simple.groupState = group.stateName
        return simple
    }
}

extension DescribeGroupsRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}
