/// A topic to create.
///
/// Source: CreateTopics, API key 19.
public struct NewTopic: Sendable, Hashable {
    /// 1 to 249 ASCII letters, digits, `.`, `_` and `-`, but neither `.` nor `..`.
    public var name: String
    /// The number of partitions, at least one; -1 for the broker's default, from Kafka 2.4 on (KIP-464).
    public var partitionCount: Int32
    /// The number of replicas of each partition, at least one and at most the number of brokers; -1 for the broker's default, from
    /// Kafka 2.4 on (KIP-464).
    public var replicationFactor: Int16
    /// The node ids of each partition's replicas, the preferred leader first: those of partition n at index n. Empty where the
    /// broker chooses; otherwise the number of partitions and the replication factor follow from it, and are not looked at.
    public var assignments: [[Int32]]
    /// Settings of the topic, such as `cleanup.policy`, and their values.
    public var configuration: [String: String]

    /// A topic to create. Parameters that are left out leave the choice to the broker; the properties say bounds.
    public init(
        _ name: String, partitionCount: Int32 = -1, replicationFactor: Int16 = -1, assignments: [[Int32]] = [],
        configuration: [String: String] = [:]
    ) {
        self.name = name
        self.partitionCount = partitionCount
        self.replicationFactor = replicationFactor
        self.assignments = assignments
        self.configuration = configuration
    }
}

/// How many partitions a topic is to have, and where the new ones lie.
///
/// Source: CreatePartitions, API key 37.
public struct NewPartitions: Sendable, Hashable {
    /// The new number of partitions, those that are there included.
    public var totalCount: Int32
    /// The node ids of each new partition's replicas, the preferred leader first. Empty where the broker chooses.
    public var assignments: [[Int32]]

    /// A number of partitions.
    ///
    /// - Parameters:
    ///   - totalCount: the new number, those that are there included.
    ///   - assignments: replicas of the new partitions only; empty where the broker chooses.
    public init(to totalCount: Int32, assignments: [[Int32]] = []) {
        self.totalCount = totalCount
        self.assignments = assignments
    }
}
