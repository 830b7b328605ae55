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

    /// Takes over what an answer says. Topics that are not in the answer stay as they are.
    mutating func apply(_ response: MetadataResponse) {
        clusterID = response.clusterID ?? clusterID
        controllerID = response.controllerID
        // A broker that is starting may name no brokers. The brokers known before are then more likely to be right.
        if !response.brokers.isEmpty {
            brokers = [:]
            for broker in response.brokers {
                guard let port = UInt16(exactly: broker.port) else { continue }
                brokers[broker.nodeID] = Endpoint(host: broker.host, port: port)
            }
        }
        for topic in response.topics {
            guard let name = topic.name else { continue }
            if topic.errorCode == .none {
                topics[name] = TopicDescription(topic)
            } else if topic.errorCode == .unknownTopicOrPartition {
                topics[name] = nil
            }
        }
    }
}

/// A topic's id and partitions.
///
/// Source: Metadata, API key 3.
public struct TopicDescription: Sendable, Equatable {
    /// The topic's id (KIP-516); ``KafkaUUID/zero`` from brokers older than Kafka 2.8.
    public let id: KafkaUUID
    /// The partitions: partition n at index n.
    public let partitions: [PartitionDescription]

    var hasLeader: Bool { partitions.contains { $0.leader >= 0 } }

    init(_ topic: MetadataResponse.Topic) {
        id = topic.topicID
        let sorted = topic.partitions.sorted { $0.partitionIndex < $1.partitionIndex }
        // Partitions are found by their index in the array, so that those behind a gap can't be kept.
        var partitions: [PartitionDescription] = []
        for partition in sorted where Int(partition.partitionIndex) == partitions.count {
            partitions.append(
                PartitionDescription(
                    leader: partition.errorCode == .leaderNotAvailable ? -1 : partition.leaderID,
                    leaderEpoch: partition.leaderEpoch, replicas: partition.replicaNodes))
        }
        self.partitions = partitions
    }
}

/// The leader and the replicas of one partition.
///
/// Source: Metadata, API key 3.
public struct PartitionDescription: Sendable, Equatable {
    /// The node id of the leader; -1 when there is none at the moment.
    public let leader: Int32
    /// The leader's epoch (KIP-320); -1 from brokers older than Kafka 2.1.
    public let leaderEpoch: Int32
    /// The node ids of the brokers that keep the partition, in Kafka's order: the preferred leader first.
    public let replicas: [Int32]
}
