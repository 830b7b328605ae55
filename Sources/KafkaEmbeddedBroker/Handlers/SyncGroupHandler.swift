import KafkaProtocol

extension Session {
    func handleSyncGroup(
        _ request: SyncGroupRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> SyncGroupResponse? {
        var refused = SyncGroupResponse()
        if let code = refusal(ofGroup: request.groupID, plan) ?? (request.groupID.isEmpty ? .invalidGroupId : nil) {
            refused.errorCode = code
            return finished(refused, plan)
        }
        let byteCount = request.assignments.reduce(0) { $0 + $1.assignment.count }
        let outcome = cluster.groups.serve(request.groupID, coordinator: node.id, tell: groupAnswers) {
            [groups = cluster.groups] group, state, waiter, now in
            if byteCount > 0, !groups.hasRoom(for: byteCount, &state) {
                refused.errorCode = .policyViolation
            } else if group?.ifClassic({ $0.sync(request, waiter: waiter, now: now) }) != nil {
                return nil
            } else {
                refused.errorCode = .unknownMemberId
            }
            return .sync(refused)
        }
        switch outcome {
        case .answer(.sync(let response)): return finished(response, plan)
        case .answer(.join): return nil
        case .wait(let waiter):
            park(header, plan, until: waiter)
            return nil
        }
    }

    func finished(_ response: SyncGroupResponse, _ plan: FaultPlan) -> SyncGroupResponse {
        var response = response
        response.throttleTimeMs = throttleMs
        if let code = plan.errorAfterStore() { response.errorCode = code }
        return response
    }
}

extension SyncGroupRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}
