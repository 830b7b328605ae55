import KafkaProtocol
import KafkaTransport

extension ClassicGroup {
    /// Asks for a member's assignment. The answer waits for the leader's request, which brings all of them.
    ///
    /// Source: `GroupMetadataManager.classicGroupSyncToClassicGroup` of Kafka 4.3.
    mutating func sync(_ request: SyncGroupRequest, waiter: GroupWaiterID, now: MonotonicInstant) {
        if let code = refusal(request) { return answerSync(waiter, code) }
        let id = request.memberID
        members[id]?.owesSync = false
        switch state {
        case .empty: answerSync(waiter, .unknownMemberId)
        case .preparingRebalance: answerSync(waiter, .rebalanceInProgress)
        case .completingRebalance:
            if let earlier = members[id]?.syncing { answerSync(earlier, .rebalanceInProgress) }
            members[id]?.syncing = waiter
            if leader == id { assign(request.assignments, now: now) }
        case .stable:
            answerAssignment(waiter, of: id)
            touch(id, now: now)
        }
        if !members.values.contains(where: \.owesSync) { syncDeadline = .distantFuture }
    }

    private func refusal(_ request: SyncGroupRequest) -> KafkaErrorCode? {
        if let code = objection(to: request.memberID, request.groupInstanceID) { return code }
        if request.generationID != generation { return .illegalGeneration }
        if let type = request.protocolType, type != protocolType { return .inconsistentGroupProtocol }
        if let name = request.protocolName, name != protocolName { return .inconsistentGroupProtocol }
        return nil
    }

    /// Takes what the leader assigns; a member that it leaves out gets nothing.
    private mutating func assign(_ assignments: [SyncGroupRequest.Assignment], now: MonotonicInstant) {
        let assigned = Dictionary(assignments.map { ($0.memberID, $0.assignment) }, uniquingKeysWith: { $1 })
        state = .stable
        for (id, member) in members {
            change(id) { $0.assignment = assigned[id] ?? [] }
            guard let waiter = member.syncing else { continue }
            members[id]?.syncing = nil
            answerAssignment(waiter, of: id)
            touch(id, now: now)
        }
    }

    private mutating func answerAssignment(_ waiter: GroupWaiterID, of id: String) {
        var response = SyncGroupResponse()
        response.protocolType = protocolType
        response.protocolName = protocolName
        response.assignment = members[id]?.assignment ?? []
        answers.append(GroupAnswer(waiter: waiter, content: .sync(response)))
    }

    /// Notes that a member is there, and tells it whether the group rebalances.
    mutating func heartbeat(_ request: HeartbeatRequest, now: MonotonicInstant) -> KafkaErrorCode {
        if let code = objection(to: request.memberID, request.groupInstanceID) { return code }
        if request.generationID != generation { return .illegalGeneration }
        if state == .empty { return .unknownMemberId }
        // Who waits for the group has no deadline.
        if members[request.memberID]?.joining == nil { touch(request.memberID, now: now) }
        return state == .preparingRebalance ? .rebalanceInProgress : .none
    }

    /// Takes members out.
    ///
    /// - Returns: for each what came of it, in their order.
    mutating func leave(_ leaving: [LeaveGroupRequest.Member], now: MonotonicInstant) -> [LeaveGroupResponse.Member] {
        var gone: [String] = []
        let answers = leaving.map { member in
            var answer = LeaveGroupResponse.Member()
            answer.memberID = member.memberID
            answer.groupInstanceID = member.groupInstanceID
            if member.memberID.isEmpty, let instance = member.groupInstanceID {
                // An administrator does not know the member's id.
                if let owner = staticMembers[instance] {
                    gone.append(owner)
                } else {
                    answer.errorCode = .unknownMemberId
                }
            } else if pending[member.memberID] != nil {
                gone.append(member.memberID)
            } else if let code = objection(to: member.memberID, member.groupInstanceID) {
                answer.errorCode = code
            } else {
                gone.append(member.memberID)
            }
            return answer
        }
        // As in Kafka, the group rebalances also when somebody leaves who has not joined yet.
        let wasSettled = state == .stable || state == .completingRebalance
        let wasNobodyIn = gone.allSatisfy { members[$0] == nil }
        for id in gone { remove(id, now: now) }
        if !gone.isEmpty, wasNobodyIn, wasSettled { rebalance(now: now) }
        return answers
    }

    /// Why offsets are not committed; nil when they are.
    ///
    /// Source: `ClassicGroup.validateOffsetCommit` of Kafka 4.3.
    mutating func commitRefusal(_ request: OffsetCommitRequest, now: MonotonicInstant) -> KafkaErrorCode? {
        let generation = request.generationIDOrMemberEpoch
        if generation < 0, state == .empty { return nil }
        guard generation >= 0 || !request.memberID.isEmpty || request.groupInstanceID != nil else {
            return state == .empty ? nil : .unknownMemberId
        }
        if let code = objection(to: request.memberID, request.groupInstanceID) { return code }
        if generation != self.generation { return .illegalGeneration }
        if state == .completingRebalance { return .rebalanceInProgress }
        if members[request.memberID]?.joining == nil { touch(request.memberID, now: now) }
        return nil
    }

    /// The topics that members read; nil for a group of another kind than consumers, or without members.
    var subscribedTopics: Set<String>? {
        guard protocolType == "consumer", !members.isEmpty else { return nil }
        let subscriptions = members.values.compactMap { member in
            try? ConsumerProtocolSubscription.decode(
                from: member.metadata(for: protocolName ?? member.protocols.first?.name))
        }
        return Set(subscriptions.flatMap(\.topics))
    }

    /// What DescribeGroups says of it.
    ///
    /// Source: `ClassicGroup.describe` of Kafka 4.3: what members say is told of a stable group only; what was assigned stays
    /// until it is taken away.
    func describe() -> DescribeGroupsResponse.Group {
        var group = DescribeGroupsResponse.Group()
        let isStable = state == .stable
        group.groupState = state.rawValue
        group.protocolType = protocolType ?? ""
        group.protocolData = isStable ? protocolName ?? "" : ""
        group.members = orderedMembers.map { member in
            var described = DescribeGroupsResponse.Member()
            described.memberID = member.id
            described.groupInstanceID = member.instanceID
            described.clientID = member.client.id
            described.clientHost = member.client.host
            described.memberMetadata = isStable ? member.metadata(for: protocolName) : []
            described.memberAssignment = member.assignment
            return described
        }
        return group
    }
}
