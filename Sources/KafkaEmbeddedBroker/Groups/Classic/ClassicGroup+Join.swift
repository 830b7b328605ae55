import KafkaProtocol
import KafkaTransport

/// A JoinGroup request, and where its answer goes.
struct JoinAttempt: Sendable {
    let request: JoinGroupRequest
    let version: Int16
    let client: GroupClient
    let waiter: GroupWaiterID
    /// An id that no member has, for the case that one is needed.
    let newID: String

    var sessionTimeout: Duration { .milliseconds(Int64(request.sessionTimeoutMs)) }
    /// Version 0 has none of its own.
    var rebalanceTimeout: Duration {
        version == 0 ? sessionTimeout : .milliseconds(Int64(max(0, request.rebalanceTimeoutMs)))
    }
    /// About the bytes that a group keeps of it.
    var byteCount: Int {
        request.protocols.reduce(1024 + newID.utf8.count + client.byteCount) {
            $0 + 64 + $1.name.utf8.count + $1.metadata.count
        }
    }
}

extension ClassicGroup {
    /// Lets a member join, or join again. The answer comes when the group has its next generation, or at once when nothing
    /// has to change.
    ///
    /// Source: `GroupMetadataManager.classicGroupJoinToClassicGroup` of Kafka 4.3; KIP-345, KIP-394, KIP-814.
    mutating func join(_ attempt: JoinAttempt, now: MonotonicInstant) {
        let request = attempt.request
        let instanceOwner = request.groupInstanceID.flatMap { staticMembers[$0] }
        if request.memberID.isEmpty {
            guard hasRoom(for: instanceOwner ?? "") else {
                return answerJoin(attempt.waiter, .groupMaxSizeReached, memberID: "")
            }
            return joinAnew(attempt, instanceOwner: instanceOwner, now: now)
        }
        guard hasRoom(for: request.memberID) else {
            // As in Kafka, who does not get in anew is out.
            remove(request.memberID, now: now)
            return answerJoin(attempt.waiter, .groupMaxSizeReached, memberID: "")
        }
        guard supports(request) else {
            return answerJoin(attempt.waiter, .inconsistentGroupProtocol, memberID: request.memberID)
        }
        if pending.removeValue(forKey: request.memberID) != nil {
            return add(request.memberID, attempt, now: now)
        }
        if let code = objection(to: request.memberID, request.groupInstanceID) {
            return answerJoin(attempt.waiter, code, memberID: request.memberID)
        }
        joinAgain(attempt, now: now)
    }

    private mutating func joinAnew(_ attempt: JoinAttempt, instanceOwner: String?, now: MonotonicInstant) {
        let request = attempt.request
        guard supports(request) else { return answerJoin(attempt.waiter, .inconsistentGroupProtocol, memberID: "") }
        if let instanceOwner { return replace(instanceOwner, by: attempt, now: now) }
        // A static member is known by its instance id, and older clients can't join twice.
        if request.groupInstanceID != nil || attempt.version < 4 { return add(attempt.newID, attempt, now: now) }
        if pending.count >= Self.pendingCountMax, let oldest = pending.min(by: { $0.value < $1.value }) {
            pending[oldest.key] = nil
        }
        pending[attempt.newID] = now + attempt.sessionTimeout
        wake(at: now + attempt.sessionTimeout)
        answerJoin(attempt.waiter, .memberIdRequired, memberID: attempt.newID)
    }

    private mutating func add(_ id: String, _ attempt: JoinAttempt, now: MonotonicInstant) {
        let request = attempt.request
        if members.isEmpty { protocolType = request.protocolType }
        joining?.hasGrown = true
        insert(
            ClassicMember(
                id: id, instanceID: request.groupInstanceID, client: attempt.client,
                sessionTimeout: attempt.sessionTimeout, rebalanceTimeout: attempt.rebalanceTimeout,
                protocols: request.protocols, number: makeNumber(), joining: attempt.waiter,
                deadline: now + Self.newMemberTimeout))
        rebalance(now: now)
    }

    private mutating func joinAgain(_ attempt: JoinAttempt, now: MonotonicInstant) {
        let id = attempt.request.memberID
        guard let member = members[id] else { return }
        let isSame = member.protocols == attempt.request.protocols
        switch state {
        case .preparingRebalance: update(id, by: attempt, now: now)
        case .completingRebalance where isSame:
            // Its answer was lost.
            answerGeneration(attempt.waiter, of: id)
            return
        case .stable where isSame && leader != id:
            answerGeneration(attempt.waiter, of: id)
            return
        case .completingRebalance, .stable: update(id, by: attempt, now: now)
        case .empty: return answerJoin(attempt.waiter, .unknownMemberId, memberID: id)
        }
        rebalance(now: now)
    }

    /// Notes what a member says of itself when it joins, and that it waits.
    private mutating func update(_ id: String, by attempt: JoinAttempt, now: MonotonicInstant) {
        // Of two requests the client waits for the later one.
        if let earlier = members[id]?.joining { answerJoin(earlier, .rebalanceInProgress, memberID: id) }
        if let syncing = members[id]?.syncing { answerSync(syncing, .rebalanceInProgress) }
        change(id) { member in
            member.protocols = attempt.request.protocols
            member.sessionTimeout = attempt.sessionTimeout
            member.rebalanceTimeout = attempt.rebalanceTimeout
            member.client = attempt.client
            member.joining = attempt.waiter
            member.syncing = nil
            member.deadline = member.isNew ? now + Self.newMemberTimeout : .distantFuture
        }
    }

    /// A static member that comes back with no id, or another one with its instance id: it gets a new id, and who had the
    /// old one is fenced. The group rebalances only when it would assign in another way.
    private mutating func replace(_ oldID: String, by attempt: JoinAttempt, now: MonotonicInstant) {
        let formerLeader = leader
        guard var member = members[oldID] else { return }
        if let waiter = member.joining { answerJoin(waiter, .fencedInstanceId, memberID: oldID) }
        if let waiter = member.syncing { answerSync(waiter, .fencedInstanceId) }
        let wasLeader = leader == oldID
        removeMember(oldID)
        member = ClassicMember(
            id: attempt.newID, instanceID: member.instanceID, client: attempt.client,
            sessionTimeout: attempt.sessionTimeout, rebalanceTimeout: attempt.rebalanceTimeout,
            protocols: attempt.request.protocols, assignment: member.assignment, number: member.number,
            isNew: member.isNew, owesSync: member.owesSync, deadline: now + attempt.sessionTimeout)
        insert(member)
        if wasLeader { leader = attempt.newID }
        if state == .stable, chosenProtocol == protocolName {
            answerGeneration(attempt.waiter, of: attempt.newID, version: attempt.version, formerLeader: formerLeader)
            return
        }
        update(attempt.newID, by: attempt, now: now)
        rebalance(now: now)
    }

    // MARK: Answers

    /// Tells a member the generation that the group is in.
    ///
    /// - Parameters:
    ///   - version: of the request of a static member that came back; nil for others. A leader that came back must not
    ///     assign anew: from version 9 on it is told so, before that it is not told that it leads.
    ///   - formerLeader: who led before a static member came back.
    mutating func answerGeneration(
        _ waiter: GroupWaiterID, of id: String, version: Int16? = nil, formerLeader: String? = nil
    ) {
        var response = JoinGroupResponse()
        response.generationID = generation
        response.protocolType = protocolType
        response.protocolName = protocolName
        response.memberID = id
        response.leader = leader ?? ""
        var isLeader = leader == id
        if let version, version < 9 {
            response.leader = formerLeader ?? ""
            isLeader = false
        }
        response.skipAssignment = version != nil && isLeader
        if isLeader {
            response.members = orderedMembers.map { member in
                var listed = JoinGroupResponse.Member()
                listed.memberID = member.id
                listed.groupInstanceID = member.instanceID
                listed.metadata = member.metadata(for: protocolName)
                return listed
            }
        }
        answers.append(GroupAnswer(waiter: waiter, content: .join(response)))
    }

    // MARK: Conditions

    private func hasRoom(for id: String) -> Bool {
        switch state {
        case .empty: true
        case .preparingRebalance:
            members[id]?.joining != nil || members.values.count { $0.joining != nil } < settings.sizeMax
        case .completingRebalance, .stable: members[id] != nil || members.count < settings.sizeMax
        }
    }

    private func supports(_ request: JoinGroupRequest) -> Bool {
        if request.protocolType.isEmpty || request.protocols.isEmpty { return false }
        return members.isEmpty
            || request.protocolType == protocolType && request.protocols.contains { isSupportedByAll($0.name) }
    }

    /// Why somebody is not taken for a member; nil when he is.
    func objection(to id: String, _ instance: String?) -> KafkaErrorCode? {
        if let instance {
            guard let owner = staticMembers[instance] else { return .unknownMemberId }
            if owner != id { return .fencedInstanceId }
        }
        return members[id] == nil ? .unknownMemberId : nil
    }
}
