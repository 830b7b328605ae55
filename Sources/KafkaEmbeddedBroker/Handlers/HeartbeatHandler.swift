import KafkaProtocol

extension Session {
    func handleHeartbeat(
        _ request: HeartbeatRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> HeartbeatResponse? {
        var response = HeartbeatResponse()
        response.throttleTimeMs = throttleMs
        if let code = refusal(ofGroup: request.groupID, plan) ?? (request.groupID.isEmpty ? .invalidGroupId : nil) {
            response.errorCode = code
        } else {
            let found = cluster.groups.update(request.groupID, coordinator: node.id) { group, _, now in
                group?.ifClassic { $0.heartbeat(request, now: now) } ?? .unknownMemberId
            }
            response.errorCode = plan.errorAfterStore() ?? found
        }
        return response
    }
}

extension HeartbeatRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}
