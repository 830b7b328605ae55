/// Asks for brokers, topics and partition leaders. API key 3, versions 1 to 13; flexible from 9.
///
/// Version 4 adds `allowAutoTopicCreation`, 8 the authorized operations (KIP-430), 10 topic ids, which a broker heeds
/// from 12 on (KIP-516); 11 drops the cluster's authorized operations (KIP-700).
public struct MetadataRequest: KafkaRequest {
    public typealias Response = MetadataResponse
    public static let apiKey = ApiKey.metadata
    public static let versions: ClosedRange<Int16> = 1...13

    /// Nil asks for all topics, an empty array for none.
    public var topics: [Topic]? = []
    public var allowAutoTopicCreation = true
    public var includeClusterAuthorizedOperations = false
    public var includeTopicAuthorizedOperations = false

    public init() {}

    /// Asks for the topics with these names, nil for all. Before version 4 brokers always create what they may.
    public init(topicNames: [String]?) {
        self.topics = topicNames?.map(Topic.init(name:))
    }

    public mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&topics, "topics")
        c.field(&allowAutoTopicCreation, "allow_auto_topic_creation", 4..., default: true)
        c.field(&includeClusterAuthorizedOperations, "include_cluster_authorized_operations", 8...10)
        c.field(&includeTopicAuthorizedOperations, "include_topic_authorized_operations", 8...)
        c.tags()
    }
}

extension MetadataRequest {
    public struct Topic: WireStruct {
        public var topicID: KafkaUUID = .zero
        /// Nil, from version 12 on, when the topic is asked for by its id.
        public var name: String? = ""

        public init() {}

        public init(name: String) {
            self.name = name
        }

        public init(topicID: KafkaUUID) {
            self.topicID = topicID
            self.name = nil
        }

        public mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&topicID, "topic_id", 10..., ignorable: true)
            c.field(&name, "name", nullable: 10...)
            c.tags()
        }
    }
}

/// Brokers, topics and partition leaders. API key 3, versions 1 to 13; flexible from 9.
///
/// Version 2 adds the cluster id, 3 the throttle time, 5 offline replicas, 7 the leader epoch (KIP-320), 8 to 10 the
/// cluster's authorized operations (KIP-430), 10 topic ids (KIP-516), 13 an error code of its own.
public struct MetadataResponse: KafkaResponse {
    public typealias Request = MetadataRequest

    public var throttleTimeMs: Int32 = 0
    public var brokers: [Broker] = []
    public var clusterID: String?
    /// −1 when not known.
    public var controllerID: Int32 = -1
    public var topics: [Topic] = []
    /// A bit field; `Int32.min` when not asked for.
    public var clusterAuthorizedOperations: Int32 = .min
    public var errorCode: KafkaErrorCode = .none

    public init() {}

    public mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms", 3..., ignorable: true)
        c.field(&brokers, "brokers")
        c.field(&clusterID, "cluster_id", 2..., ignorable: true)
        c.field(&controllerID, "controller_id", 1..., default: -1, ignorable: true)
        c.field(&topics, "topics")
        c.field(&clusterAuthorizedOperations, "cluster_authorized_operations", 8...10, default: .min)
        c.field(&errorCode, "error_code", 13..., ignorable: true)
        c.tags()
    }
}

extension MetadataResponse {
    public struct Broker: WireStruct {
        public var nodeID: Int32 = 0
        public var host: String = ""
        public var port: Int32 = 0
        public var rack: String?

        public init() {}

        public init(nodeID: Int32, host: String, port: Int32, rack: String? = nil) {
            self.nodeID = nodeID
            self.host = host
            self.port = port
            self.rack = rack
        }

        public mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&nodeID, "node_id")
            c.field(&host, "host")
            c.field(&port, "port")
            c.field(&rack, "rack", 1..., ignorable: true)
            c.tags()
        }
    }

    public struct Topic: WireStruct {
        public var errorCode: KafkaErrorCode = .none
        /// Nil, from version 12 on, when the topic was asked for by an id that does not exist.
        public var name: String? = ""
        public var topicID: KafkaUUID = .zero
        public var isInternal = false
        public var partitions: [Partition] = []
        /// A bit field; `Int32.min` when not asked for.
        public var topicAuthorizedOperations: Int32 = .min

        public init() {}

        public mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&errorCode, "error_code")
            c.field(&name, "name", nullable: 12...)
            c.field(&topicID, "topic_id", 10..., ignorable: true)
            c.field(&isInternal, "is_internal", 1..., ignorable: true)
            c.field(&partitions, "partitions")
            c.field(&topicAuthorizedOperations, "topic_authorized_operations", 8..., default: .min)
            c.tags()
        }
    }

    public struct Partition: WireStruct {
        public var errorCode: KafkaErrorCode = .none
        public var partitionIndex: Int32 = 0
        /// −1 when the partition has none.
        public var leaderID: Int32 = 0
        /// −1 when not known.
        public var leaderEpoch: Int32 = -1
        public var replicaNodes: [Int32] = []
        public var isrNodes: [Int32] = []
        public var offlineReplicas: [Int32] = []

        public init() {}

        public mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&errorCode, "error_code")
            c.field(&partitionIndex, "partition_index")
            c.field(&leaderID, "leader_id")
            c.field(&leaderEpoch, "leader_epoch", 7..., default: -1, ignorable: true)
            c.field(&replicaNodes, "replica_nodes")
            c.field(&isrNodes, "isr_nodes")
            c.field(&offlineReplicas, "offline_replicas", 5..., ignorable: true)
            c.tags()
        }
    }
}
