import KafkaProtocol

extension Session {
    /// Deletes groups without members, with their offsets (KIP-229).
    func handleDeleteGroups(
        _ request: DeleteGroupsRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> DeleteGroupsResponse? {
        var response = DeleteGroupsResponse()
        response.throttleTimeMs = throttleMs
        response.groups = request.groupNames.map { id in
            var answer = DeleteGroupsResponse.Group()
            answer.groupID = id
            if let code = refusal(ofGroup: id, plan) ?? (id.isEmpty ? .invalidGroupId : nil) {
                answer.errorCode = code
            } else {
                let code = cluster.groups.update(id, coordinator: node.id) { group, _, _ -> KafkaErrorCode in
                    guard let found = group else { return .groupIdNotFound }
                    guard found.hasNoMembers else { return .nonEmptyGroup }
                    group = nil
                    return .none
                }
                if code == .none { cluster.shares.forget(group: id) }
                answer.errorCode = plan.errorAfterStore() ?? code
            }
            return answer
        }
        return response
    }
}

extension DeleteGroupsRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}
