public import KafkaProtocol
public import KafkaTransport

/// What is known of a cluster at one moment: its brokers, and the partitions of the topics that were asked for.
///
/// Source: Metadata, API key 3.
public struct ClusterSnapshot: Sendable {
    /// The cluster's id; nil before the first answer, and when brokers tell none.
    public var clusterID: String?
    /// The node id of the controller; -1 when there is none at the moment.
    public var controllerID: Int32 = -1
    /// The endpoints of the brokers, by their node ids.
    public var brokers: [Int32: Endpoint] = [:]
    /// The topics that were asked for and exist, by their names.
    public var topics: [String: TopicDescription] = [:]

    init() {}
}

/// A topic's id and partitions. It is a table that never changes: lanes, doors and builders share one by reference.
///
/// Source: Metadata, API key 3.
public struct TopicDescription: Sendable, Equatable {
    /// The topic's id (KIP-516); ``KafkaUUID/zero`` from brokers older than Kafka 2.8.
    public let id: KafkaUUID
    /// The partitions: partition n at index n.
    public let partitions: [PartitionDescription]
    /// How often this client has learned something new of the topic: 1 for what it learned first.
    public let generation: Int

    var hasLeader: Bool { partitions.contains { $0.leader >= 0 } }

    init(id: KafkaUUID, partitions: [PartitionDescription], generation: Int) {
        self.id = id
        self.partitions = partitions
        self.generation = generation
    }
}

/// The leader and the replicas of one partition.
///
/// Source: Metadata, API key 3.
public struct PartitionDescription: Sendable, Equatable {
    /// The node id of the leader; -1 when there is none at the moment.
    public internal(set) var leader: Int32
    /// The leader's epoch (KIP-320); -1 from brokers older than Kafka 2.1.
    public internal(set) var leaderEpoch: Int32
    /// The node ids of the brokers that keep the partition, in Kafka's order: the preferred leader first.
    public let replicas: [Int32]
}
