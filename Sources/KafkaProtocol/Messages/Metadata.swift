/// Asks for brokers, topics and partition leaders. API key 3, versions 1 to 13; flexible from 9.
///
/// Version 4 adds `allowAutoTopicCreation`, 8 the authorized operations (KIP-430), 10 topic ids, which a broker heeds
/// from 12 on (KIP-516); 11 drops the cluster's authorized operations (KIP-700).
package struct MetadataRequest: KafkaRequest {
    package typealias Response = MetadataResponse
    package static let apiKey = ApiKey.metadata
    package static let versions: ClosedRange<Int16> = 1...13

    /// Nil asks for all topics, an empty array for none.
    package var topics: [Topic]? = []
    package var allowAutoTopicCreation = true
    package var includeClusterAuthorizedOperations = false
    package var includeTopicAuthorizedOperations = false

    package init() {}

    /// Asks for the topics with these names, nil for all. Before version 4 brokers always create what they may.
    package init(topicNames: [String]?) {
        self.topics = topicNames?.map(Topic.init(name:))
    }

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&topics, "topics")
        c.field(&allowAutoTopicCreation, "allow_auto_topic_creation", 4..., default: true)
        c.field(&includeClusterAuthorizedOperations, "include_cluster_authorized_operations", 8...10)
        c.field(&includeTopicAuthorizedOperations, "include_topic_authorized_operations", 8...)
        c.tags()
    }
}

extension MetadataRequest {
    package struct Topic: WireStruct {
        package var topicID: KafkaUUID = .zero
        /// Nil, from version 12 on, when the topic is asked for by its id.
        package var name: String? = ""

        package init() {}

        package init(name: String) {
            self.name = name
        }

        package init(topicID: KafkaUUID) {
            self.topicID = topicID
            self.name = nil
        }

        package mutating func code<C: FieldCoder>(_ c: inout C) {
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
package struct MetadataResponse: KafkaResponse {
    package typealias Request = MetadataRequest

    package var throttleTimeMs: Int32 = 0
    package var brokers: [Broker] = []
    package var clusterID: String?
    /// −1 when not known.
    package var controllerID: Int32 = -1
    package var topics: [Topic] = []
    /// A bit field; `Int32.min` when not asked for.
    package var clusterAuthorizedOperations: Int32 = .min
    package var errorCode: KafkaErrorCode = .none

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
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
    package struct Broker: WireStruct {
        package var nodeID: Int32 = 0
        package var host: String = ""
        package var port: Int32 = 0
        package var rack: String?

        package init() {}

        package init(nodeID: Int32, host: String, port: Int32, rack: String? = nil) {
            self.nodeID = nodeID
            self.host = host
            self.port = port
            self.rack = rack
        }

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&nodeID, "node_id")
            c.field(&host, "host")
            c.field(&port, "port")
            c.field(&rack, "rack", 1..., ignorable: true)
            c.tags()
        }
    }

    package struct Topic: WireStruct {
        package var errorCode: KafkaErrorCode = .none
        /// Nil, from version 12 on, when the topic was asked for by an id that does not exist.
        package var name: String? = ""
        package var topicID: KafkaUUID = .zero
        package var isInternal = false
        package var partitions: [Partition] = []
        /// A bit field; `Int32.min` when not asked for.
        package var topicAuthorizedOperations: Int32 = .min

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&errorCode, "error_code")
            c.field(&name, "name", nullable: 12...)
            c.field(&topicID, "topic_id", 10..., ignorable: true)
            c.field(&isInternal, "is_internal", 1..., ignorable: true)
            c.field(&partitions, "partitions")
            c.field(&topicAuthorizedOperations, "topic_authorized_operations", 8..., default: .min)
            c.tags()
        }
    }

    package struct Partition: WireStruct {
        package var errorCode: KafkaErrorCode = .none
        package var partitionIndex: Int32 = 0
        /// −1 when the partition has none.
        package var leaderID: Int32 = 0
        /// −1 when not known.
        package var leaderEpoch: Int32 = -1
        package var replicaNodes: [Int32] = []
        package var isrNodes: [Int32] = []
        package var offlineReplicas: [Int32] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
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
