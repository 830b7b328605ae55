/// A group whose partitions are to be given to its members.
public struct GroupSubscription: Sendable {
    /// The members, in any order.
    public var members: [GroupMember]
    /// The topics that members want, by name. Topics that nobody has heard of are missing.
    public var topics: [String: GroupTopic]

    /// The group of these members and topics.
    public init(members: [GroupMember], topics: [String: GroupTopic]) {
        self.members = members
        self.topics = topics
    }
}

/// A member of a group, as its leader sees it.
///
/// Source: `JoinGroupResponse` and `ConsumerProtocolSubscription`, versions 0 to 3.
public struct GroupMember: Sendable, Equatable {
    /// The id that the broker has given the member.
    public var id: String
    /// Kafka's `group.instance.id` of a static member (KIP-345); nil for others.
    public var groupInstanceID: String?
    /// The rack in which the member is; nil when it doesn't say (KIP-881).
    public var rack: String?
    /// The topics that the member wants.
    public var topics: [String]
    /// The partitions that the member holds while the group rebalances (KIP-429); none with an eager strategy.
    public var ownedPartitions: [TopicPartition]
    /// The group's generation in which the member got ``ownedPartitions``; nil when it doesn't say.
    public var generation: Int32?
    /// What the member's strategy tells the leader's.
    public var userData: [UInt8]?

    /// A member that wants these topics.
    public init(
        id: String, groupInstanceID: String? = nil, rack: String? = nil, topics: [String],
        ownedPartitions: [TopicPartition] = [], generation: Int32? = nil, userData: [UInt8]? = nil
    ) {
        self.id = id
        self.groupInstanceID = groupInstanceID
        self.rack = rack
        self.topics = topics
        self.ownedPartitions = ownedPartitions
        self.generation = generation
        self.userData = userData
    }
}

/// Which member gets which partitions.
public struct GroupAssignment: Sendable, Equatable {
    /// Partitions by the member's id. A member that is missing gets none.
    public var partitions: [String: [TopicPartition]]
    /// What the leader's strategy tells those of the members, by the member's id.
    public var userData: [String: [UInt8]]

    /// The assignment of these partitions.
    public init(_ partitions: [String: [TopicPartition]], userData: [String: [UInt8]] = [:]) {
        self.partitions = partitions
        self.userData = userData
    }
}

/// What one member was given.
public struct ReceivedAssignment: Sendable, Equatable {
    /// All partitions of the member.
    public var partitions: [TopicPartition]
    /// The group's generation.
    public var generation: Int32
    /// What the leader's strategy has added.
    public var userData: [UInt8]?

    /// The assignment of these partitions in a generation.
    public init(partitions: [TopicPartition], generation: Int32, userData: [UInt8]? = nil) {
        self.partitions = partitions
        self.generation = generation
        self.userData = userData
    }
}
