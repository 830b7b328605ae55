public import KafkaProtocol

/// A topic, as a list of all topics has it.
public struct TopicListing: Sendable, Hashable {
    /// The topic's name.
    public let name: String
    /// The topic's id (KIP-516); ``KafkaUUID/zero`` from brokers older than Kafka 2.8.
    public let id: KafkaUUID
    /// Whether Kafka keeps something of its own in it, such as the offsets of groups.
    public let isInternal: Bool
    /// The number of partitions.
    public let partitionCount: Int
}

/// A topic and where its partitions lie, as a broker knows it at the moment.
///
/// Source: Metadata, API key 3.
public struct TopicDetails: Sendable, Hashable {
    /// The topic's name.
    public let name: String
    /// The topic's id (KIP-516); ``KafkaUUID/zero`` from brokers older than Kafka 2.8.
    public let id: KafkaUUID
    /// Whether Kafka keeps something of its own in it, such as the offsets of groups.
    public let isInternal: Bool
    /// The partitions, in ascending order.
    public let partitions: [PartitionDetails]

    init(_ topic: MetadataResponse.Topic, name: String) {
        self.name = name
        id = topic.topicID
        isInternal = topic.isInternal
        partitions = topic.partitions.map(PartitionDetails.init).sorted { $0.index < $1.index }
    }
}

/// A partition and its replicas, as a broker knows them at the moment.
///
/// Source: Metadata, API key 3.
public struct PartitionDetails: Sendable, Hashable {
    /// The partition, from 0 on.
    public let index: Int32
    /// The node id of the leader; -1 when there is none.
    public let leader: Int32
    /// The leader's epoch (KIP-320); -1 when it is not known.
    public let leaderEpoch: Int32
    /// The node ids of the brokers that keep the partition: the preferred leader first.
    public let replicas: [Int32]
    /// Those whose copies are complete, the leader included.
    public let inSyncReplicas: [Int32]
    /// Those that don't run, or whose disk has failed.
    public let offlineReplicas: [Int32]

    init(_ partition: MetadataResponse.Partition) {
        index = partition.partitionIndex
        leader = partition.leaderID
        leaderEpoch = partition.leaderEpoch
        replicas = partition.replicaNodes
        inSyncReplicas = partition.isrNodes
        offlineReplicas = partition.offlineReplicas
    }
}
