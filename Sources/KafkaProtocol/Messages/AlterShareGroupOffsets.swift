/// Sets how far a share group has read (KIP-932). API key 91, version 0; flexible.
package struct AlterShareGroupOffsetsRequest: KafkaRequest {
    package typealias Response = AlterShareGroupOffsetsResponse
    package static let apiKey = ApiKey.alterShareGroupOffsets
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

extension AlterShareGroupOffsetsRequest {
    package struct Topic: WireStruct {
        package var name: String = ""
        package var partitions: [Partition] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "topic_name")
            c.field(&partitions, "partitions")
            c.tags()
        }
    }

    package struct Partition: WireStruct {
        package var index: Int32 = 0
        package var startOffset: Int64 = 0

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&startOffset, "start_offset")
            c.tags()
        }
    }
}

/// For which partitions the offset was set. API key 91, version 0; flexible.
package struct AlterShareGroupOffsetsResponse: KafkaResponse {
    package typealias Request = AlterShareGroupOffsetsRequest

    package var throttleTimeMs: Int32 = 0
    package var errorCode: KafkaErrorCode = .none
    package var errorMessage: String?
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&errorCode, "error_code")
        c.field(&errorMessage, "error_message")
        c.field(&topics, "responses")
        c.tags()
    }
}

extension AlterShareGroupOffsetsResponse {
    package struct Topic: WireStruct {
        package var name: String = ""
        package var topicID: KafkaUUID = .zero
        package var partitions: [Partition] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "topic_name")
            c.field(&topicID, "topic_id")
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
