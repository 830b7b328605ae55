/// Adds partitions to topics (KIP-195). API key 37, versions 0 to 3; flexible from 2.
///
/// Version 3 may answer THROTTLING_QUOTA_EXCEEDED (KIP-599).
package struct CreatePartitionsRequest: KafkaRequest {
    package typealias Response = CreatePartitionsResponse
    package static let apiKey = ApiKey.createPartitions
    package static let versions: ClosedRange<Int16> = 0...3

    package var topics: [Topic] = []
    package var timeoutMs: Int32 = 0
    package var validateOnly = false

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&topics, "topics")
        c.field(&timeoutMs, "timeout_ms")
        c.field(&validateOnly, "validate_only")
        c.tags()
    }
}

extension CreatePartitionsRequest {
    package struct Topic: WireStruct {
        package var name: String = ""
        /// The new number, with those that are there.
        package var count: Int32 = 0
        /// Of the new partitions only; nil when the broker chooses.
        package var assignments: [Assignment]?

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&count, "count")
            c.field(&assignments, "assignments")
            c.tags()
        }
    }

    package struct Assignment: WireStruct {
        /// The first is the preferred leader.
        package var brokerIDs: [Int32] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&brokerIDs, "broker_ids")
            c.tags()
        }
    }
}

/// Which topics got partitions. API key 37, versions 0 to 3; flexible from 2.
package struct CreatePartitionsResponse: KafkaResponse {
    package typealias Request = CreatePartitionsRequest

    package var throttleTimeMs: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&topics, "results")
        c.tags()
    }
}

extension CreatePartitionsResponse {
    package struct Topic: WireStruct {
        package var name: String = ""
        package var errorCode: KafkaErrorCode = .none
        package var errorMessage: String?

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&errorCode, "error_code")
            c.field(&errorMessage, "error_message")
            c.tags()
        }
    }
}
