import KafkaProtocol
import KafkaTransport

@testable import KafkaClient

/// A member whose coordinator is the test.
struct MembershipBench<Member: GroupMembership> {
    var member: Member
    var now = MonotonicInstant(nanoseconds: 0)
    /// What the member has wanted since the last event.
    private(set) var actions: [MembershipAction] = []
    private var lastRequest: (number: Int, request: GroupRequest)?

    init(_ member: Member) { self.member = member }

    mutating func tell(_ event: MembershipEvent, chance: Double = 0) {
        actions = member.handle(event, now: now, chance: chance)
        for case .send(let request, let number, _) in actions { lastRequest = (number, request) }
    }

    /// Lets time pass in the steps that the member asks for.
    mutating func wait(_ time: Duration) {
        let end = now + time
        while let wakeAt, wakeAt <= end {
            now = max(now, wakeAt)
            tell(.time)
            if !isQuiet { return }
        }
        now = end
        tell(.time)
    }

    /// Answers the last request.
    mutating func answer(_ answer: GroupAnswer) { tell(.answered(lastRequest?.number ?? 0, answer)) }

    mutating func loseAnswer() {
        tell(.unanswered(lastRequest?.number ?? 0, KafkaClientError(.requestTimedOut, "no answer")))
    }

    private var isQuiet: Bool {
        actions.allSatisfy { if case .wake = $0 { true } else { false } }
    }

    var wakeAt: MonotonicInstant? {
        actions.reduce(nil) { moment, action in
            if case .wake(let at) = action { at } else { moment }
        }
    }

    /// The requests that were sent after the last event.
    var sent: [GroupRequest] {
        actions.compactMap { if case .send(let request, _, _) = $0 { request } else { nil } }
    }
    var join: JoinGroupRequest? { if case .joinGroup(let request) = sent.last { request } else { nil } }
    var sync: SyncGroupRequest? { if case .syncGroup(let request) = sent.last { request } else { nil } }
    var heartbeat: HeartbeatRequest? { if case .heartbeat(let request) = sent.last { request } else { nil } }
    var leaveGroup: LeaveGroupRequest? { if case .leaveGroup(let request) = sent.last { request } else { nil } }
    var consumerHeartbeat: ConsumerGroupHeartbeatRequest? {
        if case .consumerHeartbeat(let request) = sent.last { request } else { nil }
    }
    var revoked: (partitions: Set<TopicPartition>, number: Int)? {
        for case .revoke(let partitions, let number) in actions { return (partitions, number) }
        return nil
    }
    var assigned: Set<TopicPartition>? {
        actions.compactMap { if case .assign(let new, _) = $0 { new } else { nil } }.last
    }
    var lost: Set<TopicPartition>? {
        actions.compactMap { if case .lose(let partitions, _) = $0 { partitions } else { nil } }.last
    }
    var failure: KafkaClientError? {
        actions.compactMap { if case .fail(let error) = $0 { error } else { nil } }.last
    }
    var warning: KafkaClientError? {
        actions.compactMap { if case .warn(let error) = $0 { error } else { nil } }.last
    }
    var learned: Set<String>? {
        actions.compactMap { if case .learn(let topics, _) = $0 { topics } else { nil } }.last
    }
    var findsCoordinator: Bool { actions.contains { if case .findCoordinator = $0 { true } else { false } } }
    var hasLeft: Bool { actions.contains { if case .left = $0 { true } else { false } } }
}

extension MembershipBench<ClassicMembership> {
    /// A member that is about to join, with topics a (4 partitions) and b (2).
    static func classic(
        _ assignors: [any PartitionAssignor] = [RangeAssignor()], instance: String? = nil,
        topics: Set<String> = ["a"], change: (inout GroupMemberSettings) -> Void = { _ in }
    ) -> MembershipBench {
        var settings = GroupMemberSettings(groupID: "g")
        settings.assignors = assignors
        settings.groupInstanceID = instance
        change(&settings)
        var bench = MembershipBench(ClassicMembership(settings))
        bench.tell(.polled(isWaiting: true))
        bench.tell(.topics(.ab))
        bench.tell(.subscribed(topics))
        bench.tell(.foundCoordinator)
        return bench
    }

    mutating func joined(
        leader: String = "other", generation: Int32 = 1, id: String = "m", members: [(String, [UInt8])] = [],
        name: String? = nil, skipsAssignment: Bool = false
    ) {
        let name = name ?? member.settings.assignors[0].name
        answer(
            .joinGroup(
                .with { response in
                    response.generationID = generation
                    response.protocolType = "consumer"
                    response.protocolName = name
                    response.leader = leader
                    response.memberID = id
                    response.skipAssignment = skipsAssignment
                    response.members = members.map { id, metadata in
                        var entry = JoinGroupResponse.Member()
                        entry.memberID = id
                        entry.metadata = metadata
                        return entry
                    }
                }))
    }

    mutating func synced(_ partitions: [TopicPartition]) {
        let bytes = try? ConsumerProtocol.assignment(partitions, userData: nil)
        answer(.syncGroup(.with { $0.assignment = bytes ?? [] }))
    }

    mutating func refused(_ code: KafkaErrorCode) {
        switch member.state {
        case .joining: answer(.joinGroup(.with { $0.errorCode = code }))
        case .syncing: answer(.syncGroup(.with { $0.errorCode = code }))
        default: answer(.heartbeat(.with { $0.errorCode = code }))
        }
    }

    /// A member with these partitions.
    static func stable(
        _ assignors: [any PartitionAssignor] = [RangeAssignor()], instance: String? = nil,
        _ partitions: [TopicPartition] = [TopicPartition("a", 0), TopicPartition("a", 1)],
        change: (inout GroupMemberSettings) -> Void = { _ in }
    ) -> MembershipBench {
        var bench = classic(assignors, instance: instance, change: change)
        bench.joined()
        bench.synced(partitions)
        return bench
    }
}

extension GroupTopics {
    static let ab = GroupTopics(known: [
        "a": GroupTopic(id: KafkaUUID(high: 0, low: 1), partitionCount: 4),
        "b": GroupTopic(id: KafkaUUID(high: 0, low: 2), partitionCount: 2),
    ])
}
