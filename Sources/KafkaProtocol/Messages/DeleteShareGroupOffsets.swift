/// Deletes offsets of a share group (KIP-932). API key 92, version 0; flexible.
package struct DeleteShareGroupOffsetsRequest: KafkaRequest {
    package typealias Response = DeleteShareGroupOffsetsResponse
    package static let apiKey = ApiKey.deleteShareGroupOffsets
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

extension DeleteShareGroupOffsetsRequest {
    package struct Topic: WireStruct {
        package var name: String = ""

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "topic_name")
            c.tags()
        }
    }
}

/// For which topics the offsets were deleted. API key 92, version 0; flexible.
package struct DeleteShareGroupOffsetsResponse: KafkaResponse {
    package typealias Request = DeleteShareGroupOffsetsRequest

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

extension DeleteShareGroupOffsetsResponse {
    package struct Topic: WireStruct {
        package var name: String = ""
        package var topicID: KafkaUUID = .zero
        package var errorCode: KafkaErrorCode = .none
        package var errorMessage: String?

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "topic_name")
            c.field(&topicID, "topic_id")
            c.field(&errorCode, "error_code")
            c.field(&errorMessage, "error_message")
            c.tags()
        }
    }
}
