/// Asks for topics and their partitions, page by page (KIP-966). API key 75, version 0; flexible.
package struct DescribeTopicPartitionsRequest: KafkaRequest {
    package typealias Response = DescribeTopicPartitionsResponse
    package static let apiKey = ApiKey.describeTopicPartitions
    package static let versions: ClosedRange<Int16> = 0...0

    /// In any order; the answer is in the order of names. Empty for all.
    package var topics: [Topic] = []
    package var responsePartitionLimit: Int32 = 2000
    /// Where to begin; nil for the first.
    package var cursor: TopicPartitionCursor?

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&topics, "topics")
        c.field(&responsePartitionLimit, "response_partition_limit", default: 2000)
        c.field(&cursor, "cursor")
        c.tags()
    }
}

extension DescribeTopicPartitionsRequest {
    package struct Topic: WireStruct {
        package var name: String = ""

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.tags()
        }
    }
}

/// One page of topics and their partitions (KIP-966). API key 75, version 0; flexible.
package struct DescribeTopicPartitionsResponse: KafkaResponse {
    package typealias Request = DescribeTopicPartitionsRequest

    package var throttleTimeMs: Int32 = 0
    package var topics: [Topic] = []
    /// Where the rest begins; nil when there is none.
    package var nextCursor: TopicPartitionCursor?

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&topics, "topics")
        c.field(&nextCursor, "next_cursor")
        c.tags()
    }
}

extension DescribeTopicPartitionsResponse {
    package struct Topic: WireStruct {
        package var errorCode: KafkaErrorCode = .none
        package var name: String?
        package var topicID: KafkaUUID = .zero
        package var isInternal = false
        package var partitions: [Partition] = []
        /// A bit field; `Int32.min` when not asked for (KIP-430).
        package var topicAuthorizedOperations: Int32 = .min

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&errorCode, "error_code")
            c.field(&name, "name")
            c.field(&topicID, "topic_id")
            c.field(&isInternal, "is_internal")
            c.field(&partitions, "partitions")
            c.field(&topicAuthorizedOperations, "topic_authorized_operations", default: .min)
            c.tags()
        }
    }

    package struct Partition: WireStruct {
        package var errorCode: KafkaErrorCode = .none
        package var index: Int32 = 0
        /// −1 when the partition has none.
        package var leaderID: Int32 = 0
        /// −1 when not known.
        package var leaderEpoch: Int32 = -1
        package var replicaNodes: [Int32] = []
        package var isrNodes: [Int32] = []
        /// Replicas that may lead without a loss though they are not in sync (KIP-966).
        package var eligibleLeaderReplicas: [Int32]?
        package var lastKnownELR: [Int32]?
        package var offlineReplicas: [Int32] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&errorCode, "error_code")
            c.field(&index, "partition_index")
            c.field(&leaderID, "leader_id")
            c.field(&leaderEpoch, "leader_epoch", default: -1)
            c.field(&replicaNodes, "replica_nodes")
            c.field(&isrNodes, "isr_nodes")
            c.field(&eligibleLeaderReplicas, "eligible_leader_replicas")
            c.field(&lastKnownELR, "last_known_elr")
            c.field(&offlineReplicas, "offline_replicas")
            c.tags()
        }
    }
}
