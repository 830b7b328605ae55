/// Moves partitions to other brokers (KIP-455). API key 45, versions 0 to 1; flexible.
///
/// Version 1 adds whether the number of replicas may change (KIP-860).
package struct AlterPartitionReassignmentsRequest: KafkaRequest {
    package typealias Response = AlterPartitionReassignmentsResponse
    package static let apiKey = ApiKey.alterPartitionReassignments
    package static let versions: ClosedRange<Int16> = 0...1

    package var timeoutMs: Int32 = 60000
    package var allowReplicationFactorChange = true
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&timeoutMs, "timeout_ms", default: 60000)
        c.field(&allowReplicationFactorChange, "allow_replication_factor_change", 1..., default: true)
        c.field(&topics, "topics")
        c.tags()
    }
}

extension AlterPartitionReassignmentsRequest {
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
        /// Nil cancels what is under way.
        package var replicas: [Int32]?

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&replicas, "replicas")
            c.tags()
        }
    }
}

/// Which partitions will be moved. API key 45, versions 0 to 1; flexible.
///
/// Version 1 adds whether the number of replicas may change (KIP-860).
package struct AlterPartitionReassignmentsResponse: KafkaResponse {
    package typealias Request = AlterPartitionReassignmentsRequest

    package var throttleTimeMs: Int32 = 0
    package var allowReplicationFactorChange = true
    package var errorCode: KafkaErrorCode = .none
    package var errorMessage: String?
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&allowReplicationFactorChange, "allow_replication_factor_change", 1..., default: true, ignorable: true)
        c.field(&errorCode, "error_code")
        c.field(&errorMessage, "error_message")
        c.field(&topics, "responses")
        c.tags()
    }
}

extension AlterPartitionReassignmentsResponse {
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
        package var errorCode: KafkaErrorCode = .none
        package var errorMessage: String?

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&errorCode, "error_code")
            c.field(&errorMessage, "error_message")
            c.tags()
        }
    }
}
