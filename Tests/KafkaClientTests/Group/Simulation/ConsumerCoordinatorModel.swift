import KafkaProtocol
import KafkaTransport

@testable import KafkaClient

/// The coordinator of a KIP-848 group, as Kafka's behaves: it has a target for each member, and leads each there by itself. A partition is
/// given only when nobody has it any more.
struct ConsumerCoordinatorModel: SimulatedCoordinator {
    typealias Partition = TopicPartition

    struct Member {
        var id: String
        var instance: String?
        var epoch: Int32
        var previousEpoch: Int32 = -1
        var topics: Set<String>
        var assigned: Set<Partition> = []
        var revoking: Set<Partition> = []
        var owned: Set<Partition> = []
        var sessionEnd: MonotonicInstant
        var rebalanceTimeout: Duration
        var revokeBy = MonotonicInstant.distantFuture
    }

    var topics: [String: GroupTopic] = [:] {
        didSet { if topics != oldValue { retarget() } }
    }
    private(set) var rebalanceCount = 0
    private var members: [String: Member] = [:]
    private var epoch: Int32 = 0
    private var target: [String: Set<Partition>] = [:]
    private let sessionTimeout = Duration.seconds(45)

    func knows(_ identity: MemberIdentity) -> Bool {
        guard let member = members[identity.memberID] else { return false }
        return member.epoch == identity.generation || member.previousEpoch == identity.generation
    }

    var nextDeadline: MonotonicInstant {
        members.values.map { min($0.sessionEnd, $0.revokeBy) }.min() ?? .distantFuture
    }

    mutating func failOver(now: MonotonicInstant) {
        for id in members.keys { members[id]?.sessionEnd = now + sessionTimeout }
    }

    mutating func elapse(now: MonotonicInstant) -> [SimulatedReply] {
        for member in members.values where min(member.sessionEnd, member.revokeBy) <= now { remove(member.id) }
        return []
    }

    private mutating func remove(_ id: String) {
        if members.removeValue(forKey: id) != nil { retarget() }
    }

    private mutating func retarget() {
        epoch += 1
        rebalanceCount += 1
        let group = GroupSubscription(
            members: members.values.map { member in
                GroupMember(
                    id: member.id, groupInstanceID: member.instance, topics: member.topics.sorted(),
                    ownedPartitions: (target[member.id] ?? []).sorted(), generation: 0)
            }, topics: topics)
        let given = StickyAssignment(group) { ($0.ownedPartitions, 0) }.assignment
        target = given.partitions.mapValues(Set.init)
    }

    mutating func receive(
        _ request: GroupRequest, client: Int, number: Int, now: MonotonicInstant
    ) -> [SimulatedReply] {
        guard case .consumerHeartbeat(let request) = request else { return [] }
        var response = heartbeat(request, now: now)
        response.heartbeatIntervalMs = 5000
        return [SimulatedReply(client: client, number: number, answer: .consumerHeartbeat(response))]
    }

    private mutating func heartbeat(
        _ request: ConsumerGroupHeartbeatRequest, now: MonotonicInstant
    ) -> ConsumerGroupHeartbeatResponse {
        var response = ConsumerGroupHeartbeatResponse()
        response.memberID = request.memberID
        response.memberEpoch = request.memberEpoch
        if request.memberEpoch < 0 {
            // A static member that comes back would have its partitions kept; here it is as if it were new.
            remove(request.memberID)
            return response
        }
        if let instance = request.instanceID,
            members.values.contains(where: { $0.instance == instance && $0.id != request.memberID })
        {
            response.errorCode = .unreleasedInstanceId
            return response
        }
        let owned = request.topicPartitions.map(named)
        if request.memberEpoch == 0 {
            var member = Member(
                id: request.memberID, instance: request.instanceID, epoch: 0,
                topics: Set(request.subscribedTopicNames ?? []), sessionEnd: now,
                rebalanceTimeout: .milliseconds(request.rebalanceTimeoutMs))
            member.epoch = 0
            members[member.id] = member
            retarget()
        }
        guard var member = members[request.memberID] else {
            response.errorCode = .unknownMemberId
            return response
        }
        if request.memberEpoch != 0, request.memberEpoch != member.epoch {
            // The answer that told the epoch may have been lost.
            guard request.memberEpoch == member.previousEpoch, owned?.isSubset(of: member.assigned) == true else {
                response.errorCode = .fencedMemberEpoch
                return response
            }
        }
        member.sessionEnd = now + sessionTimeout
        if let owned { member.owned = owned }
        members[member.id] = member
        if let names = request.subscribedTopicNames, Set(names) != member.topics {
            members[member.id]?.topics = Set(names)
            retarget()
        }
        let before = member.assigned
        advance(member.id, now: now)
        let after = members[member.id]?.assigned ?? []
        response.memberEpoch = members[member.id]?.epoch ?? 0
        let isFull = request.rebalanceTimeoutMs >= 0
        if isFull || after != before { response.assignment = MemberAssignment(topicPartitions: byID(after)) }
        return response
    }

    /// Leads a member towards its target: first it revokes, then it gets what is free.
    private mutating func advance(_ id: String, now: MonotonicInstant) {
        guard var member = members[id] else { return }
        let wanted = target[id] ?? []
        if !member.revoking.isEmpty {
            guard member.revoking.isDisjoint(with: member.owned) else { return }
            member.revoking = []
            member.revokeBy = .distantFuture
        }
        let removed = member.assigned.subtracting(wanted)
        if !removed.isEmpty, !removed.isDisjoint(with: member.owned) || member.epoch > 0 {
            member.revoking = removed
            member.assigned.formIntersection(wanted)
            member.revokeBy = now + member.rebalanceTimeout
        } else {
            var taken: Set<Partition> = []
            for other in members.values where other.id != id { taken.formUnion(other.assigned.union(other.revoking)) }
            member.assigned = member.assigned.intersection(wanted).union(wanted.subtracting(taken))
            if member.epoch != epoch {
                member.previousEpoch = member.epoch
                member.epoch = epoch
            }
        }
        members[id] = member
    }

    private func named(_ topics: [TopicIDPartitions]) -> Set<Partition> {
        var result: Set<Partition> = []
        for topic in topics {
            guard let name = self.topics.first(where: { $0.value.id == topic.topicID })?.key else { continue }
            for partition in topic.partitions { result.insert(Partition(name, partition)) }
        }
        return result
    }

    private func byID(_ partitions: Set<Partition>) -> [TopicIDPartitions] {
        TopicPartition.byTopic(partitions).map {
            TopicIDPartitions(topicID: topics[$0.topic]?.id ?? .zero, partitions: $0.partitions)
        }
    }
}
