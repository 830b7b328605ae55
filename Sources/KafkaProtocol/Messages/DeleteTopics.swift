/// Deletes topics. API key 20, versions 0 to 6; flexible from 4. Kafka 4 speaks 1 and above.
///
/// Version 6 takes names or ids in `topics` (KIP-516); before, names go in `topicNames`.
package struct DeleteTopicsRequest: KafkaRequest {
    package typealias Response = DeleteTopicsResponse
    package static let apiKey = ApiKey.deleteTopics
    package static let versions: ClosedRange<Int16> = 0...6

    /// From version 6 on.
    package var topics: [Topic] = []
    /// Up to version 5.
    package var topicNames: [String] = []
    package var timeoutMs: Int32 = 0

    package init() {}

    /// Deletes topics by their names, in the form that `version` takes.
    package init(names: [String], timeoutMs: Int32, version: Int16) {
        if version >= 6 {
            self.topics = names.map(Topic.init(name:))
        } else {
            self.topicNames = names
        }
        self.timeoutMs = timeoutMs
    }

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&topics, "topics", 6...)
        c.field(&topicNames, "topic_names", 0...5, ignorable: true)
        c.field(&timeoutMs, "timeout_ms")
        c.tags()
    }
}

extension DeleteTopicsRequest {
    package struct Topic: WireStruct {
        /// Nil when the topic is named by its id.
        package var name: String?
        package var topicID: KafkaUUID = .zero

        package init() {}

        package init(name: String) {
            self.name = name
        }

        package init(topicID: KafkaUUID) {
            self.topicID = topicID
        }

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&topicID, "topic_id")
            c.tags()
        }
    }
}

/// Which topics were deleted. API key 20, versions 0 to 6; flexible from 4.
///
/// Version 1 adds the throttle time, 5 messages (KIP-599), 6 topic ids (KIP-516).
package struct DeleteTopicsResponse: KafkaResponse {
    package typealias Request = DeleteTopicsRequest

    package var throttleTimeMs: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms", 1..., ignorable: true)
        c.field(&topics, "responses")
        c.tags()
    }
}

extension DeleteTopicsResponse {
    package struct Topic: WireStruct {
        /// Nil, from version 6 on, when the topic was named by an id that does not exist.
        package var name: String? = ""
        package var topicID: KafkaUUID = .zero
        package var errorCode: KafkaErrorCode = .none
        package var errorMessage: String?

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name", nullable: 6...)
            c.field(&topicID, "topic_id", 6..., ignorable: true)
            c.field(&errorCode, "error_code")
            c.field(&errorMessage, "error_message", 5..., ignorable: true)
            c.tags()
        }
    }
}
