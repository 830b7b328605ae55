import KafkaProtocol

extension Session {
    func handleJoinGroup(
        _ request: JoinGroupRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> JoinGroupResponse? {
        var refused = JoinGroupResponse()
        refused.memberID = request.memberID
        if let code = refusal(ofGroup: request.groupID, plan) ?? objection(to: request) {
            refused.errorCode = code
            return finished(refused, plan)
        }
        let outcome = cluster.groups.serve(request.groupID, coordinator: node.id, tell: groupAnswers) {
            [groups = cluster.groups] group, state, waiter, now in
            let attempt = JoinAttempt(
                request: request, version: header.apiVersion, client: self.groupClient(header), waiter: waiter,
                newID: "\(request.groupInstanceID ?? header.clientID ?? "")-\(KafkaUUID.random())")
            if group == nil, !request.memberID.isEmpty {
                refused.errorCode = .unknownMemberId
            } else if !groups.hasRoom(for: attempt.byteCount, &state) {
                refused.errorCode = .policyViolation
            } else {
                var found = group ?? Group()
                group = nil
                let isServed = found.withClassic(groups.settings) { $0.join(attempt, now: now) } != nil
                group = found
                if isServed { return nil }
                refused.errorCode = .inconsistentGroupProtocol
            }
            return .join(refused)
        }
        switch outcome {
        case .answer(.join(let response)): return finished(response, plan)
        case .answer(.sync): return nil
        case .wait(let waiter):
            park(header, plan, until: waiter)
            return nil
        }
    }

    private func objection(to request: JoinGroupRequest) -> KafkaErrorCode? {
        if request.groupID.isEmpty { return .invalidGroupId }
        let settings = cluster.groups.settings
        let timeout = Duration.milliseconds(Int64(request.sessionTimeoutMs))
        return timeout < settings.sessionTimeoutMin || timeout > settings.sessionTimeoutMax
            ? .invalidSessionTimeout : nil
    }

    func finished(_ response: JoinGroupResponse, _ plan: FaultPlan) -> JoinGroupResponse {
        var response = response
        response.throttleTimeMs = throttleMs
        if let code = plan.errorAfterStore() { response.errorCode = code }
        return response
    }
}

extension JoinGroupRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}
