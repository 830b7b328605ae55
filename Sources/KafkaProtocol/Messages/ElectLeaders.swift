/// Has leaders of partitions elected (KIP-183). API key 43, versions 0 to 2; flexible from 2.
///
/// Version 1 adds the type of election (KIP-460).
package struct ElectLeadersRequest: KafkaRequest {
    package typealias Response = ElectLeadersResponse
    package static let apiKey = ApiKey.electLeaders
    package static let versions: ClosedRange<Int16> = 0...2

    /// 0: the preferred leader, 1: any replica that lives, when none is in sync.
    package var electionType: Int8 = 0
    /// Nil for all.
    package var topics: [Topic]?
    package var timeoutMs: Int32 = 60000

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&electionType, "election_type", 1...)
        c.field(&topics, "topic_partitions")
        c.field(&timeoutMs, "timeout_ms", default: 60000)
        c.tags()
    }
}

extension ElectLeadersRequest {
    package struct Topic: WireStruct {
        package var name: String = ""
        package var partitions: [Int32] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "topic")
            c.field(&partitions, "partitions")
            c.tags()
        }
    }
}

/// Which leaders were elected. API key 43, versions 0 to 2; flexible from 2.
///
/// Version 1 adds an error code of its own.
package struct ElectLeadersResponse: KafkaResponse {
    package typealias Request = ElectLeadersRequest

    package var throttleTimeMs: Int32 = 0
    package var errorCode: KafkaErrorCode = .none
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&errorCode, "error_code", 1...)
        c.field(&topics, "replica_election_results")
        c.tags()
    }
}

extension ElectLeadersResponse {
    package struct Topic: WireStruct {
        package var name: String = ""
        package var partitions: [Partition] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "topic")
            c.field(&partitions, "partition_result")
            c.tags()
        }
    }

    package struct Partition: WireStruct {
        package var index: Int32 = 0
        package var errorCode: KafkaErrorCode = .none
        package var errorMessage: String?

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_id")
            c.field(&errorCode, "error_code")
            c.field(&errorMessage, "error_message")
            c.tags()
        }
    }
}
