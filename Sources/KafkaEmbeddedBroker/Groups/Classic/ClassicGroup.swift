// The state machine of one group of the classic protocol, as Kafka's `ClassicGroup` and `GroupMetadataManager` keep it: it
// has no clock and no connections. Requests that may have to wait come with the name of a waiter, and their answers are put
// into `answers`, when it is time: at once, or by a later call.

import KafkaProtocol
import KafkaTransport

/// A group whose members share partitions out among themselves: JoinGroup, SyncGroup, Heartbeat and LeaveGroup.
///
///     empty ──join──▶ preparingRebalance ──all have joined, or time is up──▶ completingRebalance ──leader syncs──▶ stable
///       ▲                │        ▲                                               │                                │
///       └─nobody is left─┘        └──────────a member joins, leaves or is lost────┴────────────────────────────────┘
struct ClassicGroup: Sendable {
    /// The raw values are the names in DescribeGroups and ListGroups.
    enum State: String, Sendable {
        /// Without members; there may be offsets.
        case empty = "Empty"
        /// Members join.
        case preparingRebalance = "PreparingRebalance"
        /// Members wait for what the leader assigns.
        case completingRebalance = "CompletingRebalance"
        case stable = "Stable"
    }

    /// A rebalance whose members still join.
    struct Joining: Sendable {
        /// When those that have not joined are left behind.
        var deadline: MonotonicInstant
        /// Of a group's first rebalance: what is left of the time for which it may be put off for further members.
        var initialTimeLeft: Duration?
        /// Whether somebody has joined since it was put off.
        var hasGrown = false
    }

    let settings: EmbeddedBrokerGroups
    var state = State.empty
    /// The number of rebalances so far.
    var generation: Int32 = 0
    var protocolType: String?
    /// How partitions are assigned in this generation.
    var protocolName: String?
    /// The member that assigns.
    var leader: String?
    /// What counts for `byteCount` and for the choice of a protocol is changed by `change` only.
    var members: [String: ClassicMember] = [:]
    /// Static members by their instance ids.
    private(set) var staticMembers: [String: String] = [:]
    /// Ids that were given out and that nobody has joined with yet (KIP-394), and when they are forgotten.
    var pending: [String: MonotonicInstant] = [:] {
        didSet { pendingByteCount = pending.keys.reduce(0) { $0 + 64 + $1.utf8.count } }
    }
    var joining: Joining?
    /// When those that still owe SyncGroup are taken for gone.
    var syncDeadline = MonotonicInstant.distantFuture
    /// Answers that are due; whoever calls takes them.
    var answers: [GroupAnswer] = []
    /// No deadline is before this one.
    private(set) var wakeAt = MonotonicInstant.distantFuture
    /// About the bytes that members take, and the group without any.
    private var memberByteCount = 256
    private var pendingByteCount = 0
    /// How many members support each way to assign partitions.
    private var supporterCounts: [String: Int] = [:]
    private var nextNumber: UInt64 = 0

    /// How long a new member may wait for its first generation, as in Kafka.
    static let newMemberTimeout = Duration.seconds(300)
    /// The most ids that are given out and not used.
    static let pendingCountMax = 1000

    init(_ settings: EmbeddedBrokerGroups) { self.settings = settings }

    /// About the bytes that it takes.
    var byteCount: Int { memberByteCount + pendingByteCount }

    /// In the order in which they joined.
    var orderedMembers: [ClassicMember] { members.values.sorted { $0.number < $1.number } }

    // MARK: Members

    mutating func insert(_ member: ClassicMember) {
        members[member.id] = member
        if let instance = member.instanceID { staticMembers[instance] = member.id }
        count(member, 1)
        leader = leader ?? member.id
        wake(at: member.deadline)
    }

    @discardableResult
    mutating func removeMember(_ id: String) -> ClassicMember? {
        guard let member = members.removeValue(forKey: id) else { return nil }
        if let instance = member.instanceID, staticMembers[instance] == id { staticMembers[instance] = nil }
        count(member, -1)
        if leader == id { leader = orderedMembers.first?.id }
        return member
    }

    /// Changes a member, if it is there.
    mutating func change(_ id: String, _ body: (inout ClassicMember) -> Void) {
        guard var member = members.removeValue(forKey: id) else { return }
        count(member, -1)
        body(&member)
        count(member, 1)
        members[id] = member
        wake(at: member.deadline)
    }

    /// Notes that a member was heard of.
    mutating func touch(_ id: String, now: MonotonicInstant) {
        guard let member = members[id] else { return }
        members[id]?.deadline = now + member.sessionTimeout
        wake(at: now + member.sessionTimeout)
    }

    /// The number that the next new member gets.
    mutating func makeNumber() -> UInt64 {
        nextNumber += 1
        return nextNumber
    }

    private mutating func count(_ member: ClassicMember, _ change: Int) {
        memberByteCount += member.byteCount * change
        for name in member.protocolNames { supporterCounts[name, default: 0] += change }
        if change < 0 { supporterCounts = supporterCounts.filter { $0.value > 0 } }
    }

    // MARK: Ways to assign

    /// Whether all members support it.
    func isSupportedByAll(_ name: String) -> Bool { supporterCounts[name] == members.count }

    /// What most members prefer among what all support; nil without members. Among several it is what the leader prefers.
    var chosenProtocol: String? {
        var votes: [String: Int] = [:]
        for member in members.values {
            if let vote = member.protocols.first(where: { isSupportedByAll($0.name) }) {
                votes[vote.name, default: 0] += 1
            }
        }
        let most = votes.values.max()
        let judge = leader.flatMap { members[$0] }
        return judge?.protocols.first { most != nil && votes[$0.name] == most }?.name
    }

    /// The longest of the members' rebalance timeouts.
    var rebalanceTimeout: Duration { members.values.map(\.rebalanceTimeout).max() ?? .zero }

    // MARK: Time

    mutating func wake(at moment: MonotonicInstant) { wakeAt = min(wakeAt, moment) }

    /// Looks for the next deadline anew.
    mutating func updateWake() {
        wakeAt = min(joining?.deadline ?? .distantFuture, syncDeadline)
        for member in members.values { wake(at: member.deadline) }
        for deadline in pending.values { wake(at: deadline) }
    }

    // MARK: Answers

    mutating func answerJoin(_ waiter: GroupWaiterID, _ code: KafkaErrorCode, memberID: String) {
        var response = JoinGroupResponse()
        response.errorCode = code
        response.memberID = memberID
        answers.append(GroupAnswer(waiter: waiter, content: .join(response)))
    }

    mutating func answerSync(_ waiter: GroupWaiterID, _ code: KafkaErrorCode) {
        var response = SyncGroupResponse()
        response.errorCode = code
        answers.append(GroupAnswer(waiter: waiter, content: .sync(response)))
    }

    mutating func takeAnswers() -> [GroupAnswer] {
        defer { answers.removeAll() }
        return answers
    }
}
