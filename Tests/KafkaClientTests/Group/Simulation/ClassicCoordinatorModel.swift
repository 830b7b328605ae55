import KafkaProtocol
import KafkaTransport

@testable import KafkaClient

/// The coordinator of a classic group, as Kafka's behaves: a group rebalances until all members have joined or their time is over, then the
/// leader's assignment is handed out.
struct ClassicCoordinatorModel: SimulatedCoordinator {
    struct Member {
        var id: String
        var instance: String?
        var protocols: [JoinGroupRequest.GroupProtocol]
        var sessionTimeout: Duration
        var rebalanceTimeout: Duration
        var sessionEnd: MonotonicInstant
        var assignment: [UInt8] = []
        /// The client and the number of the request that waits.
        var join: (client: Int, number: Int)?
        var sync: (client: Int, number: Int)?
    }

    enum State { case empty, preparing, completing, stable }

    var topics: [String: GroupTopic] = [:]
    private(set) var rebalanceCount = 0
    private var state = State.empty
    private var members: [String: Member] = [:]
    /// Ids that were given out, and when they are forgotten.
    private var pending: [String: MonotonicInstant] = [:]
    private var generation: Int32 = 0
    private var leader = ""
    private var protocolName = ""
    private var rebalanceEnd = MonotonicInstant.distantFuture
    private var nextID = 0
    /// The topics when the leader assigned.
    private var assignedTopics: [String: GroupTopic] = [:]
    /// What another broker would load: members and generation as of the last assignment.
    private var stored: (members: [String: Member], generation: Int32, leader: String, protocolName: String)?

    func knows(_ identity: MemberIdentity) -> Bool {
        members[identity.memberID] != nil && identity.generation == generation
    }

    var nextDeadline: MonotonicInstant {
        let sessions = members.values.filter { $0.join == nil && $0.sync == nil }.map(\.sessionEnd)
        return (sessions + pending.values + [state == .preparing ? rebalanceEnd : .distantFuture]).min()
            ?? .distantFuture
    }

    mutating func failOver(now: MonotonicInstant) {
        let stored = stored ?? ([:], 0, "", "")
        members = stored.members.mapValues { member in
            var member = member
            member.sessionEnd = now + member.sessionTimeout
            return member
        }
        (generation, leader, protocolName) = (stored.generation, stored.leader, stored.protocolName)
        pending = [:]
        state = members.isEmpty ? .empty : .stable
    }

    mutating func receive(
        _ request: GroupRequest, client: Int, number: Int, now: MonotonicInstant
    ) -> [SimulatedReply] {
        func reply(_ answer: GroupAnswer) -> [SimulatedReply] {
            [SimulatedReply(client: client, number: number, answer: answer)]
        }
        switch request {
        case .joinGroup(let request): return join(request, (client, number), now: now)
        case .syncGroup(let request): return sync(request, (client, number), now: now)
        case .heartbeat(let request):
            var response = HeartbeatResponse()
            response.errorCode = check(request.memberID, request.groupInstanceID, request.generationID)
            if response.errorCode == .none {
                touch(request.memberID, now: now)
                if state == .preparing { response.errorCode = .rebalanceInProgress }
            }
            return reply(.heartbeat(response))
        case .leaveGroup(let request):
            var replies = reply(.leaveGroup(LeaveGroupResponse()))
            for member in request.members { replies += remove(member.memberID, now: now) }
            return replies
        case .consumerHeartbeat, .shareHeartbeat: return []
        }
    }

    private func check(_ id: String, _ instance: String?, _ generation: Int32) -> KafkaErrorCode {
        if let instance, let holder = members.values.first(where: { $0.instance == instance }), holder.id != id {
            return .fencedInstanceId
        }
        guard members[id] != nil else { return .unknownMemberId }
        return generation == self.generation ? .none : .illegalGeneration
    }

    private mutating func touch(_ id: String, now: MonotonicInstant) {
        guard let member = members[id] else { return }
        members[id]?.sessionEnd = now + member.sessionTimeout
    }

    // MARK: Joining

    private mutating func join(
        _ request: JoinGroupRequest, _ call: (client: Int, number: Int), now: MonotonicInstant
    ) -> [SimulatedReply] {
        func refuse(_ code: KafkaErrorCode, id: String = "") -> [SimulatedReply] {
            var response = JoinGroupResponse()
            response.errorCode = code
            response.memberID = id
            return [SimulatedReply(client: call.client, number: call.number, answer: .joinGroup(response))]
        }
        var id = request.memberID
        let holder = request.groupInstanceID.flatMap { instance in members.values.first { $0.instance == instance } }
        if id.isEmpty {
            nextID += 1
            id = "member-\(nextID)"
            if let holder { return replace(holder, by: id, request, call, now: now) }
            if request.groupInstanceID == nil {
                pending[id] = now + .milliseconds(request.sessionTimeoutMs)
                return refuse(.memberIdRequired, id: id)
            }
        } else if let holder, holder.id != id {
            return refuse(.fencedInstanceId)
        } else if members[id] == nil, pending.removeValue(forKey: id) == nil {
            return refuse(.unknownMemberId)
        }
        let known = members[id]
        var member = Member(
            id: id, instance: request.groupInstanceID, protocols: request.protocols,
            sessionTimeout: .milliseconds(request.sessionTimeoutMs),
            rebalanceTimeout: .milliseconds(request.rebalanceTimeoutMs), sessionEnd: now)
        member.sessionEnd = now + member.sessionTimeout
        member.assignment = known?.assignment ?? []
        if let known, known.protocols == request.protocols, state == .completing || state == .stable && id != leader {
            members[id]?.sessionEnd = member.sessionEnd
            return [welcome(id, call)]
        }
        member.join = call
        members[id] = member
        return prepare(now: now) + complete(now: now)
    }

    /// A static member has come back: nothing moves if it wants what it had.
    private mutating func replace(
        _ holder: Member, by id: String, _ request: JoinGroupRequest, _ call: (client: Int, number: Int),
        now: MonotonicInstant
    ) -> [SimulatedReply] {
        var member = holder
        members[holder.id] = nil
        let isSame = holder.protocols.map(\.name) == request.protocols.map(\.name)
        member.id = id
        member.protocols = request.protocols
        member.sessionEnd = now + member.sessionTimeout
        member.join = nil
        member.sync = nil
        if leader == holder.id { leader = id }
        members[id] = member
        // A leader that comes back does not know by what it was assigned (KIP-814): topics must not have grown meanwhile.
        if state == .stable, isSame, topics == assignedTopics {
            stored = (members, generation, leader, protocolName)
            return [welcome(id, call, skipsAssignment: true)]
        }
        members[id]?.join = call
        return prepare(now: now) + complete(now: now)
    }

    private mutating func prepare(now: MonotonicInstant) -> [SimulatedReply] {
        guard state != .preparing else { return [] }
        // A new group waits a little, so that members that start together join together.
        let wait = state == .empty ? Duration.seconds(1) : members.values.map(\.rebalanceTimeout).max() ?? .zero
        rebalanceEnd = now + wait
        state = .preparing
        return members.values.compactMap(\.sync).isEmpty ? [] : answerSyncs(.rebalanceInProgress)
    }

    private mutating func complete(now: MonotonicInstant, isOver: Bool = false) -> [SimulatedReply] {
        guard state == .preparing, isOver || pending.isEmpty && members.values.allSatisfy({ $0.join != nil }) else {
            return []
        }
        for member in members.values where member.join == nil && member.instance == nil { members[member.id] = nil }
        rebalanceEnd = .distantFuture
        let joined = members.values.filter { $0.join != nil }
        guard !joined.isEmpty else {
            state = members.isEmpty ? .empty : .preparing
            if state == .preparing { rebalanceEnd = now + .seconds(60) }
            return []
        }
        generation += 1
        rebalanceCount += 1
        state = .completing
        protocolName = vote()
        if members[leader]?.join == nil { leader = joined.map(\.id).min() ?? "" }
        return joined.map { member in
            members[member.id]?.join = nil
            members[member.id]?.sessionEnd = now + member.sessionTimeout
            return welcome(member.id, member.join ?? (0, 0))
        }
    }

    private func vote() -> String {
        let common = members.values.reduce(into: Set(members.values.first?.protocols.map(\.name) ?? [])) {
            $0.formIntersection($1.protocols.map(\.name))
        }
        let votes = members.values.compactMap { $0.protocols.first { common.contains($0.name) }?.name }
        let counts = Dictionary(votes.map { ($0, 1) }, uniquingKeysWith: +)
        return counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? ""
    }

    private func welcome(
        _ id: String, _ call: (client: Int, number: Int), skipsAssignment: Bool = false
    ) -> SimulatedReply {
        var response = JoinGroupResponse()
        response.generationID = generation
        response.protocolType = "consumer"
        response.protocolName = protocolName
        response.leader = leader
        response.memberID = id
        response.skipAssignment = skipsAssignment && id == leader
        if id == leader {
            response.members = members.values.sorted { $0.id < $1.id }.map { member in
                var entry = JoinGroupResponse.Member()
                entry.memberID = member.id
                entry.groupInstanceID = member.instance
                entry.metadata = member.protocols.first { $0.name == protocolName }?.metadata ?? []
                return entry
            }
        }
        return SimulatedReply(client: call.client, number: call.number, answer: .joinGroup(response))
    }

    // MARK: Syncing

    private mutating func sync(
        _ request: SyncGroupRequest, _ call: (client: Int, number: Int), now: MonotonicInstant
    ) -> [SimulatedReply] {
        var response = SyncGroupResponse()
        response.errorCode = check(request.memberID, request.groupInstanceID, request.generationID)
        if response.errorCode == .none, state == .preparing { response.errorCode = .rebalanceInProgress }
        if response.errorCode == .none {
            touch(request.memberID, now: now)
            members[request.memberID]?.sync = call
            if state == .completing, request.memberID == leader {
                for id in members.keys { members[id]?.assignment = [] }
                for assignment in request.assignments {
                    members[assignment.memberID]?.assignment = assignment.assignment
                }
                state = .stable
                assignedTopics = topics
            }
            let replies = state == .stable ? answerSyncs(.none) : []
            if state == .stable { stored = (members, generation, leader, protocolName) }
            return replies
        }
        return [SimulatedReply(client: call.client, number: call.number, answer: .syncGroup(response))]
    }

    private mutating func answerSyncs(_ code: KafkaErrorCode) -> [SimulatedReply] {
        members.values.compactMap { member in
            guard let call = member.sync else { return nil }
            members[member.id]?.sync = nil
            var response = SyncGroupResponse()
            response.errorCode = code
            if code == .none {
                response.protocolType = "consumer"
                response.protocolName = protocolName
                response.assignment = member.assignment
            }
            return SimulatedReply(client: call.client, number: call.number, answer: .syncGroup(response))
        }
    }

    // MARK: Time

    private mutating func remove(_ id: String, now: MonotonicInstant) -> [SimulatedReply] {
        pending[id] = nil
        guard members.removeValue(forKey: id) != nil else { return complete(now: now) }
        guard !members.isEmpty else {
            state = .empty
            return []
        }
        return prepare(now: now) + complete(now: now)
    }

    mutating func elapse(now: MonotonicInstant) -> [SimulatedReply] {
        var replies: [SimulatedReply] = []
        for (id, end) in pending where end <= now { pending[id] = nil }
        for member in members.values where member.join == nil && member.sync == nil && member.sessionEnd <= now {
            replies += remove(member.id, now: now)
        }
        return replies + complete(now: now, isOver: rebalanceEnd <= now)
    }
}
