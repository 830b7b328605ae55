import KafkaProtocol
import KafkaTransport

/// A share group (KIP-932): its members, and which partitions each of them reads. A partition may be with several.
struct ShareGroup: Sendable {
    enum State: String, Sendable {
        case empty = "Empty"
        case stable = "Stable"
    }

    struct Member: Sendable {
        let id: String
        var rackID: String?
        var client: GroupClient
        /// The epoch that the member was told of last.
        var epoch: Int32 = 0
        var previousEpoch: Int32 = -1
        var topicNames: Set<String> = []
        var assigned = PartitionSet()
        /// When it is fenced unless it is heard of.
        var deadline = MonotonicInstant.distantFuture

        /// About the bytes that it takes without its partitions.
        var byteCount: Int {
            512 + id.utf8.count + (rackID?.utf8.count ?? 0) + client.byteCount
                + topicNames.reduce(0) { $0 + 64 + $1.utf8.count }
        }
    }

    let settings: EmbeddedBrokerGroups
    private(set) var members: [String: Member] = [:]
    private(set) var epoch: Int32 = 0
    private var target: [String: PartitionSet] = [:]
    private var topicVersion = -1
    private(set) var wakeAt = MonotonicInstant.distantFuture
    private(set) var byteCount = 256
    /// Members that have left or were fenced, until their records are released.
    private(set) var gone: [String] = []

    init(_ settings: EmbeddedBrokerGroups) { self.settings = settings }

    var state: State { members.isEmpty ? .empty : .stable }

    var subscribedTopics: Set<String> { members.values.reduce(into: []) { $0.formUnion($1.topicNames) } }

    /// Whether the topics have changed since partitions were shared out.
    func isOutdated(by topics: GroupTopics) -> Bool { topicVersion != topics.version }

    /// Lets a member join, stay or leave, and tells it what it may read.
    ///
    /// Source: `GroupMetadataManager.shareGroupHeartbeat` of Kafka 4.3.
    mutating func heartbeat(
        _ request: ShareGroupHeartbeatRequest, _ client: GroupClient, _ topics: GroupTopics, now: MonotonicInstant
    ) throws(GroupRefusal) -> ShareGroupHeartbeatResponse {
        if request.memberEpoch < 0 { return try leave(request) }
        let former = members[request.memberID]
        if former == nil, request.memberEpoch > 0 {
            throw GroupRefusal(.unknownMemberId, "there is no member \(request.memberID)")
        }
        if former == nil, members.count >= settings.sizeMax {
            throw GroupRefusal(.groupMaxSizeReached, "the group has \(members.count) members already")
        }
        var member = former ?? Member(id: request.memberID, client: client)
        let told = request.memberEpoch
        // The answer that told it of its epoch may have been lost.
        if told > 0, told != member.epoch, told != member.previousEpoch {
            throw GroupRefusal(.fencedMemberEpoch, "the member's epoch is \(member.epoch), not \(told)")
        }
        let names = member.topicNames
        member.client = client
        if let rack = request.rackID { member.rackID = rack }
        if let names = request.subscribedTopicNames { member.topicNames = Set(names) }
        member.deadline = now + settings.shareSessionTimeout
        let hasChanged = former == nil || member.topicNames != names
        members[member.id] = member
        if hasChanged || isOutdated(by: topics) { shareOut(topics, isNew: hasChanged) }
        let assigned = target[member.id] ?? PartitionSet()
        if member.epoch != epoch { member.previousEpoch = member.epoch }
        member.epoch = epoch
        var response = ShareGroupHeartbeatResponse()
        response.memberID = member.id
        response.memberEpoch = epoch
        response.heartbeatIntervalMs = settings.shareHeartbeatInterval.milliseconds
        if told == 0 || request.subscribedTopicNames != nil || assigned != member.assigned {
            response.assignment = MemberAssignment(topicPartitions: assigned.listed)
        }
        member.assigned = assigned
        members[member.id] = member
        didChange()
        return response
    }

    /// Partitions in turn to the members that read their topic; where there are more members than partitions, in turn again.
    ///
    /// Source: `SimpleAssignor` of Kafka.
    private mutating func shareOut(_ topics: GroupTopics, isNew: Bool) {
        let former = target
        target = [:]
        for topic in subscribedTopics.compactMap({ topics[$0] }).sorted(by: { $0.name < $1.name })
        where topic.partitionCount > 0 {
            let readers = members.values.filter { $0.topicNames.contains(topic.name) }.map(\.id).sorted()
            for turn in 0..<max(readers.count, topic.partitionCount) {
                target[readers[turn % readers.count], default: PartitionSet()]
                    .insert(topic.id, Int32(turn % topic.partitionCount))
            }
        }
        topicVersion = topics.version
        if isNew || target != former { epoch = epoch == .max ? 1 : epoch + 1 }
    }

    private mutating func leave(_ request: ShareGroupHeartbeatRequest) throws(GroupRefusal)
        -> ShareGroupHeartbeatResponse
    {
        guard members[request.memberID] != nil else {
            throw GroupRefusal(.unknownMemberId, "there is no member \(request.memberID)")
        }
        remove([request.memberID])
        var response = ShareGroupHeartbeatResponse()
        response.memberID = request.memberID
        response.memberEpoch = -1
        return response
    }

    private mutating func remove(_ ids: [String]) {
        for id in ids {
            members[id] = nil
            target[id] = nil
            gone.append(id)
        }
        // What they had is shared out at the next heartbeat.
        topicVersion = -1
        didChange()
    }

    private mutating func didChange() {
        wakeAt = members.values.map(\.deadline).min() ?? .distantFuture
        byteCount = members.values.reduce(256) { $0 + $1.byteCount + $1.assigned.count * 128 }
    }

    mutating func takeGone() -> [String] {
        defer { gone = [] }
        return gone
    }

    /// Fences members that were not heard of.
    mutating func expire(now: MonotonicInstant) {
        let late = members.values.filter { $0.deadline <= now }.map(\.id)
        if late.isEmpty { didChange() } else { remove(late) }
    }

    /// Goes on at another broker: all sessions begin anew.
    mutating func move(now: MonotonicInstant) {
        for id in members.keys { members[id]!.deadline = now + settings.shareSessionTimeout }
        didChange()
    }

    /// What ShareGroupDescribe says of it.
    func describe(_ topics: GroupTopics) -> ShareGroupDescribeResponse.Group {
        var group = ShareGroupDescribeResponse.Group()
        group.groupState = state.rawValue
        group.groupEpoch = epoch
        group.assignmentEpoch = epoch
        group.assignorName = "simple"
        group.members = members.values.sorted { $0.id < $1.id }.map { member in
            var described = ShareGroupDescribeResponse.Member()
            described.memberID = member.id
            described.rackID = member.rackID
            described.memberEpoch = member.epoch
            described.clientID = member.client.id
            described.clientHost = member.client.host
            described.subscribedTopicNames = member.topicNames.sorted()
            described.assignment = DescribedAssignment(member.assigned, topics)
            return described
        }
        return group
    }
}

extension ShareGroupHeartbeatRequest {
    /// What is wrong with it, as far as that needs no group; nil when nothing is.
    ///
    /// Source: `GroupMetadataManager.throwIfShareGroupHeartbeatRequestIsInvalid` of Kafka 4.3.
    var problem: String? {
        if groupID.isEmpty { return "the group's id is empty" }
        if memberID.isEmpty { return "the member's id is empty" }
        if rackID?.isEmpty == true { return "the rack's id is empty" }
        if memberEpoch == 0, subscribedTopicNames?.isEmpty ?? true {
            return "a member that joins has to say what it reads"
        }
        return memberEpoch < -1 ? "the member's epoch is \(memberEpoch)" : nil
    }

    /// About the bytes that a group keeps of it.
    var byteCount: Int { (subscribedTopicNames ?? []).reduce(1024 + memberID.utf8.count) { $0 + 64 + $1.utf8.count } }
}
