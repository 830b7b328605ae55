/// Deletes topics. API key 20, versions 0 to 6; flexible from 4. Kafka 4 speaks 1 and above.
///
/// Version 6 takes names or ids in `topics` (KIP-516); before, names go in `topicNames`.
public struct DeleteTopicsRequest: KafkaRequest {
    public typealias Response = DeleteTopicsResponse
    public static let apiKey = ApiKey.deleteTopics
    public static let versions: ClosedRange<Int16> = 0...6

    /// From version 6 on.
    public var topics: [Topic] = []
    /// Up to version 5.
    public var topicNames: [String] = []
    public var timeoutMs: Int32 = 0

    public init() {}

    /// Deletes topics by their names, in the form that `version` takes.
    public init(names: [String], timeoutMs: Int32, version: Int16) {
        if version >= 6 {
            self.topics = names.map(Topic.init(name:))
        } else {
            self.topicNames = names
        }
        self.timeoutMs = timeoutMs
    }

    public mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&topics, "topics", 6...)
        c.field(&topicNames, "topic_names", 0...5, ignorable: true)
        c.field(&timeoutMs, "timeout_ms")
        c.tags()
    }
}

extension DeleteTopicsRequest {
    public struct Topic: WireStruct {
        /// Nil when the topic is named by its id.
        public var name: String?
        public var topicID: KafkaUUID = .zero

        public init() {}

        public init(name: String) {
            self.name = name
        }

        public init(topicID: KafkaUUID) {
            self.topicID = topicID
        }

        public mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&topicID, "topic_id")
            c.tags()
        }
    }
}

/// Which topics were deleted. API key 20, versions 0 to 6; flexible from 4.
///
/// Version 1 adds the throttle time, 5 messages (KIP-599), 6 topic ids (KIP-516).
public struct DeleteTopicsResponse: KafkaResponse {
    public typealias Request = DeleteTopicsRequest

    public var throttleTimeMs: Int32 = 0
    public var topics: [Topic] = []

    public init() {}

    public mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms", 1..., ignorable: true)
        c.field(&topics, "responses")
        c.tags()
    }
}

extension DeleteTopicsResponse {
    public struct Topic: WireStruct {
        /// Nil, from version 6 on, when the topic was named by an id that does not exist.
        public var name: String? = ""
        public var topicID: KafkaUUID = .zero
        public var errorCode: KafkaErrorCode = .none
        public var errorMessage: String?

        public init() {}

        public mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name", nullable: 6...)
            c.field(&topicID, "topic_id", 6..., ignorable: true)
            c.field(&errorCode, "error_code")
            c.field(&errorMessage, "error_message", 5..., ignorable: true)
            c.tags()
        }
    }
}
