/// Asks which partitions are being moved to other brokers (KIP-455). API key 46, version 0; flexible.
package struct ListPartitionReassignmentsRequest: KafkaRequest {
    package typealias Response = ListPartitionReassignmentsResponse
    package static let apiKey = ApiKey.listPartitionReassignments
    package static let versions: ClosedRange<Int16> = 0...0

    package var timeoutMs: Int32 = 60000
    /// Nil asks for all.
    package var topics: [Topic]?

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&timeoutMs, "timeout_ms", default: 60000)
        c.field(&topics, "topics")
        c.tags()
    }
}

extension ListPartitionReassignmentsRequest {
    package struct Topic: WireStruct {
        package var name: String = ""
        package var partitionIndexes: [Int32] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&partitionIndexes, "partition_indexes")
            c.tags()
        }
    }
}

/// Which partitions are being moved to other brokers (KIP-455). API key 46, version 0; flexible.
package struct ListPartitionReassignmentsResponse: KafkaResponse {
    package typealias Request = ListPartitionReassignmentsRequest

    package var throttleTimeMs: Int32 = 0
    package var errorCode: KafkaErrorCode = .none
    package var errorMessage: String?
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&errorCode, "error_code")
        c.field(&errorMessage, "error_message")
        c.field(&topics, "topics")
        c.tags()
    }
}

extension ListPartitionReassignmentsResponse {
    package struct Topic: WireStruct {
        package var name: String = ""
        package var partitions: [Partition] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&partitions, "partitions")
            c.tags()
        }
    }

    package struct Partition: WireStruct {
        package var index: Int32 = 0
        package var replicas: [Int32] = []
        package var addingReplicas: [Int32] = []
        package var removingReplicas: [Int32] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&replicas, "replicas")
            c.field(&addingReplicas, "adding_replicas")
            c.field(&removingReplicas, "removing_replicas")
            c.tags()
        }
    }
}
