/// Where a group stands. A value of a broker's own that is not known here is kept as it is.
///
/// Source: ListGroups, API key 16, field `GroupState`.
public struct GroupState: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// The broker's word.
    public let rawValue: String

    /// A state by the broker's word.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Members have their assignments.
    public static let stable = GroupState(rawValue: "Stable")
    /// There are no members, only offsets.
    public static let empty = GroupState(rawValue: "Empty")
    /// A classic group that waits for its members to join.
    public static let preparingRebalance = GroupState(rawValue: "PreparingRebalance")
    /// A classic group that waits for its leader's assignment.
    public static let completingRebalance = GroupState(rawValue: "CompletingRebalance")
    /// A group of KIP-848 whose coordinator is making an assignment.
    public static let assigning = GroupState(rawValue: "Assigning")
    /// A group of KIP-848 whose members have not reached their assignment yet.
    public static let reconciling = GroupState(rawValue: "Reconciling")
    /// There is no such group, or not any more.
    public static let dead = GroupState(rawValue: "Dead")

    /// The broker's word.
    public var description: String { rawValue }
}

/// By which protocol a group works. A value of a broker's own that is not known here is kept as it is.
///
/// Source: ListGroups, API key 16, field `GroupType` (KIP-848).
public struct GroupType: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// The broker's word.
    public let rawValue: String

    /// A type by the broker's word.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Members share partitions out themselves.
    public static let classic = GroupType(rawValue: "classic")
    /// The coordinator shares partitions out (KIP-848).
    public static let consumer = GroupType(rawValue: "consumer")
    /// Members share the records of partitions (KIP-932).
    public static let share = GroupType(rawValue: "share")

    /// The broker's word.
    public var description: String { rawValue }
}

/// A group, as a list of all groups has it.
///
/// Source: ListGroups, API key 16.
public struct GroupListing: Sendable, Hashable {
    /// The group's id.
    public let id: String
    /// What the members do: `consumer` for those that read; `connect`, for example, for others. Empty for a group that only has
    /// offsets.
    public let protocolType: String
    /// Where it stands; nil from brokers older than Kafka 2.6.
    public let state: GroupState?
    /// By which protocol it works; nil from brokers older than Kafka 3.8.
    public let type: GroupType?
}

/// The groups of a cluster.
public struct GroupListings: Sendable {
    /// The groups in the order of their ids.
    public var groups: [GroupListing] = []
    /// Why brokers, by their node ids, have not told those that they coordinate.
    public var failures: [Int32: KafkaClientError] = [:]
}

/// A group, its members, and what they have.
///
/// Source: DescribeGroups, API key 15; ConsumerGroupDescribe, API key 69 (KIP-848).
public struct GroupDescription: Sendable, Hashable {
    /// The group's id.
    public let id: String
    /// By which protocol it works.
    public let type: GroupType
    /// Where it stands.
    public let state: GroupState
    /// What the members do: `consumer` for those that read.
    public let protocolType: String
    /// The strategy by which partitions are assigned; empty while there is none.
    public let assignor: String
    /// The group's epoch, and the one for which there is an assignment (KIP-848); nil for a classic group.
    public let epochs: Epochs?
    /// The node id of the coordinator.
    public let coordinator: Int32
    /// The members, in the order of their ids.
    public let members: [DescribedMember]

    /// The epochs of a group of KIP-848.
    public struct Epochs: Sendable, Hashable {
        /// Grows when members or topics change.
        public let group: Int32
        /// The group epoch of which the assignment is.
        public let assignment: Int32
    }
}

/// A member of a group.
///
/// Source: DescribeGroups, API key 15; ConsumerGroupDescribe, API key 69 (KIP-848).
public struct DescribedMember: Sendable, Hashable {
    /// The member's id.
    public let id: String
    /// The name that a static member keeps (KIP-345); nil for others.
    public let groupInstanceID: String?
    /// What the member says of where it is (KIP-881); nil where it says nothing, or where it is not told.
    public let rack: String?
    /// What the member's client calls itself.
    public let clientID: String
    /// From where the member is connected.
    public let host: String
    /// The topics that the member wants; nil where that can't be read.
    public let topics: Set<String>?
    /// The regular expression of topics that the member wants (KIP-848); nil for none.
    public let topicPattern: String?
    /// The partitions that the member has; nil where that can't be read, as in a group whose members do not read.
    public let assignment: Set<TopicPartition>?
    /// The partitions that the member is to have (KIP-848); nil in a classic group.
    public let target: Set<TopicPartition>?
    /// The member's epoch (KIP-848); nil in a classic group.
    public let epoch: Int32?
}
