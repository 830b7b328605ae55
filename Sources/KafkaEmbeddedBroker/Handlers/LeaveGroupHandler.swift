import KafkaProtocol

extension Session {
    func handleLeaveGroup(
        _ request: LeaveGroupRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> LeaveGroupResponse? {
        var response = LeaveGroupResponse()
        response.throttleTimeMs = throttleMs
        if let code = refusal(ofGroup: request.groupID, plan) ?? (request.groupID.isEmpty ? .invalidGroupId : nil) {
            response.errorCode = code
            return response
        }
        let leaving = header.apiVersion >= 3 ? request.members : [LeaveGroupRequest.Member(id: request.memberID)]
        let left = cluster.groups.update(request.groupID, coordinator: node.id) { group, _, now in
            group?.ifClassic { $0.leave(leaving, now: now) }
                ?? leaving.map { LeaveGroupResponse.Member($0, .unknownMemberId) }
        }
        if header.apiVersion >= 3 {
            response.members = left
        } else {
            response.errorCode = left.first?.errorCode ?? .none
        }
        if let code = plan.errorAfterStore() { response.errorCode = code }
        return response
    }
}

extension LeaveGroupRequest.Member {
    fileprivate init(id: String) {
        self.init()
        memberID = id
    }
}

extension LeaveGroupResponse.Member {
    init(_ member: LeaveGroupRequest.Member, _ code: KafkaErrorCode) {
        self.init()
        memberID = member.memberID
        groupInstanceID = member.groupInstanceID
        errorCode = code
    }
}

extension LeaveGroupRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}
