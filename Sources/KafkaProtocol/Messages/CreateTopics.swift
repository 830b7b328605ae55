/// Creates topics. API key 19, versions 0 to 7; flexible from 5. Kafka 4 speaks 2 and above.
///
/// Version 1 adds `validateOnly`, 4 lets the broker choose partitions and replication, as −1 (KIP-464).
public struct CreateTopicsRequest: KafkaRequest {
    public typealias Response = CreateTopicsResponse
    public static let apiKey = ApiKey.createTopics
    public static let versions: ClosedRange<Int16> = 0...7

    public var topics: [Topic] = []
    public var timeoutMs: Int32 = 60_000
    /// Check only, create nothing.
    public var validateOnly = false

    public init() {}

    public init(topics: [Topic], timeoutMs: Int32 = 60_000, validateOnly: Bool = false) {
        self.topics = topics
        self.timeoutMs = timeoutMs
        self.validateOnly = validateOnly
    }

    public mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&topics, "topics")
        c.field(&timeoutMs, "timeout_ms", default: 60_000)
        c.field(&validateOnly, "validate_only", 1...)
        c.tags()
    }
}

extension CreateTopicsRequest {
    public struct Topic: WireStruct {
        public var name: String = ""
        /// −1 when assigned by hand, or from version 4 on for the broker's default.
        public var partitionCount: Int32 = 0
        /// −1 when assigned by hand, or from version 4 on for the broker's default.
        public var replicationFactor: Int16 = 0
        public var assignments: [Assignment] = []
        public var configs: [Config] = []

        public init() {}

        public init(name: String, partitionCount: Int32, replicationFactor: Int16, configs: [Config] = []) {
            self.name = name
            self.partitionCount = partitionCount
            self.replicationFactor = replicationFactor
            self.configs = configs
        }

        public mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&partitionCount, "num_partitions")
            c.field(&replicationFactor, "replication_factor")
            c.field(&assignments, "assignments")
            c.field(&configs, "configs")
            c.tags()
        }
    }

    /// The brokers of one partition, assigned by hand.
    public struct Assignment: WireStruct {
        public var partitionIndex: Int32 = 0
        public var brokerIDs: [Int32] = []

        public init() {}

        public mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&partitionIndex, "partition_index")
            c.field(&brokerIDs, "broker_ids")
            c.tags()
        }
    }

    public struct Config: WireStruct {
        public var name: String = ""
        public var value: String?

        public init() {}

        public init(name: String, value: String?) {
            self.name = name
            self.value = value
        }

        public mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&value, "value")
            c.tags()
        }
    }
}

/// Which topics were created. API key 19, versions 0 to 7; flexible from 5.
///
/// Version 1 adds messages, 2 the throttle time, 5 the topic's configuration (KIP-525), 7 its id (KIP-516).
public struct CreateTopicsResponse: KafkaResponse {
    public typealias Request = CreateTopicsRequest

    public var throttleTimeMs: Int32 = 0
    public var topics: [Topic] = []

    public init() {}

    public mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms", 2..., ignorable: true)
        c.field(&topics, "topics")
        c.tags()
    }
}

extension CreateTopicsResponse {
    public struct Topic: WireStruct {
        public var name: String = ""
        public var topicID: KafkaUUID = .zero
        public var errorCode: KafkaErrorCode = .none
        public var errorMessage: String?
        /// Why `configs` is nil.
        public var topicConfigErrorCode: KafkaErrorCode = .none
        public var partitionCount: Int32 = -1
        public var replicationFactor: Int16 = -1
        public var configs: [Config]? = []

        public init() {}

        public mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&topicID, "topic_id", 7..., ignorable: true)
            c.field(&errorCode, "error_code")
            c.field(&errorMessage, "error_message", 1..., ignorable: true)
            c.field(&partitionCount, "num_partitions", 5..., default: -1, ignorable: true)
            c.field(&replicationFactor, "replication_factor", 5..., default: -1, ignorable: true)
            c.field(&configs, "configs", 5..., ignorable: true)
            c.tags { c in
                c.tagged(0, &topicConfigErrorCode, "topic_config_error_code", 5..., ignorable: true)
            }
        }
    }

    public struct Config: WireStruct {
        public var name: String = ""
        public var value: String?
        public var readOnly = false
        public var configSource: Int8 = -1
        public var isSensitive = false

        public init() {}

        public mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&value, "value")
            c.field(&readOnly, "read_only")
            c.field(&configSource, "config_source", default: -1, ignorable: true)
            c.field(&isSensitive, "is_sensitive")
            c.tags()
        }
    }
}
