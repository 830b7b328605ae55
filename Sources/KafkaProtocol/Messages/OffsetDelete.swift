/// Deletes offsets of a group, of topics that it does not read (KIP-496). API key 47, version 0; no version is
/// flexible.
package struct OffsetDeleteRequest: KafkaRequest {
    package typealias Response = OffsetDeleteResponse
    package static let apiKey = ApiKey.offsetDelete
    package static let versions: ClosedRange<Int16> = 0...0

    package var groupID: String = ""
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&groupID, "group_id")
        c.field(&topics, "topics")
        c.tags()
    }
}

extension OffsetDeleteRequest {
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

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.tags()
        }
    }
}

/// Which offsets were deleted. API key 47, version 0; no version is flexible.
package struct OffsetDeleteResponse: KafkaResponse {
    package typealias Request = OffsetDeleteRequest

    package var errorCode: KafkaErrorCode = .none
    package var throttleTimeMs: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&errorCode, "error_code")
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&topics, "topics")
        c.tags()
    }
}

extension OffsetDeleteResponse {
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

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&errorCode, "error_code")
            c.tags()
        }
    }
}
