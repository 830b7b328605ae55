public import KafkaProtocol
public import KafkaTransport

/// What is known of a cluster at one moment: its brokers, and the partitions of the topics that were asked for.
public struct ClusterSnapshot: Sendable {
    public var clusterID: String?
    /// -1 when there is none at the moment.
    public var controllerID: Int32 = -1
    public var brokers: [Int32: Endpoint] = [:]
    public var topics: [String: TopicDescription] = [:]

    init() {}

    /// Takes what an answer says; of topics only those that it speaks of.
    mutating func apply(_ response: MetadataResponse) {
        clusterID = response.clusterID ?? clusterID
        controllerID = response.controllerID
        // An answer without brokers comes from one that is starting: the ones known before are the better guess.
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

/// The partitions of a topic.
public struct TopicDescription: Sendable, Equatable {
    /// Zero where the broker is older than Kafka 2.8.
    public let id: KafkaUUID
    /// In order of their index, without gaps.
    public let partitions: [PartitionDescription]

    var hasLeader: Bool { partitions.contains { $0.leader >= 0 } }

    init(_ topic: MetadataResponse.Topic) {
        id = topic.topicID
        let sorted = topic.partitions.sorted { $0.partitionIndex < $1.partitionIndex }
        // A partition is found by its index in the list, so an index that leaves a gap is not believed.
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

/// One partition: where it is led and kept.
public struct PartitionDescription: Sendable, Equatable {
    /// Node id of the leader, -1 when there is none.
    public let leader: Int32
    /// -1 where the broker is older than Kafka 2.1.
    public let leaderEpoch: Int32
    public let replicas: [Int32]
}
