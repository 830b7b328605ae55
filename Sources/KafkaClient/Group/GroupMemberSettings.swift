/// What a member of a group is told once. The driver has checked the bounds.
struct GroupMemberSettings: Sendable {
    var groupID: String
    /// Kafka's `group.instance.id`: the member is static (KIP-345), and is not missed while it restarts.
    var groupInstanceID: String?
    var rack: String?
    /// After so long without a word from the member the coordinator takes it out of the group, and the member takes itself for lost.
    var sessionTimeout: Duration = .seconds(45)
    /// Of classic groups. With KIP-848 the coordinator says it; this one holds until it has.
    var heartbeatInterval: Duration = .seconds(3)
    /// A user that asks for records more seldom is taken out of the group. Also how long a rebalance waits for a member.
    var maxPollInterval: Duration = .seconds(300)
    var retryBackoff: Duration = .milliseconds(100)
    var retryBackoffMax: Duration = .seconds(1)
    /// How long the leave of a member may take.
    var leaveTimeout: Duration = .seconds(5)
    /// Of classic groups, the preferred one first.
    var assignors: [any PartitionAssignor] = [RangeAssignor(), CooperativeStickyAssignor()]
    /// Of KIP-848 groups: the strategy of the broker's; nil for its own choice.
    var serverAssignor: String?

    init(groupID: String) { self.groupID = groupID }

    var backoff: Backoff { Backoff(retryBackoff, max: retryBackoffMax) }
}
