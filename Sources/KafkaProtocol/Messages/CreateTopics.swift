/// Creates topics. API key 19, versions 0 to 7; flexible from 5. Kafka 4 speaks 2 and above.
///
/// Version 1 adds `validateOnly`, 4 lets the broker choose partitions and replication, as −1 (KIP-464).
package struct CreateTopicsRequest: KafkaRequest {
    package typealias Response = CreateTopicsResponse
    package static let apiKey = ApiKey.createTopics
    package static let versions: ClosedRange<Int16> = 0...7

    package var topics: [Topic] = []
    package var timeoutMs: Int32 = 60_000
    /// Check only, create nothing.
    package var validateOnly = false

    package init() {}

    package init(topics: [Topic], timeoutMs: Int32 = 60_000, validateOnly: Bool = false) {
        self.topics = topics
        self.timeoutMs = timeoutMs
        self.validateOnly = validateOnly
    }

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&topics, "topics")
        c.field(&timeoutMs, "timeout_ms", default: 60_000)
        c.field(&validateOnly, "validate_only", 1...)
        c.tags()
    }
}

extension CreateTopicsRequest {
    package struct Topic: WireStruct {
        package var name: String = ""
        /// −1 when assigned by hand, or from version 4 on for the broker's default.
        package var partitionCount: Int32 = 0
        /// −1 when assigned by hand, or from version 4 on for the broker's default.
        package var replicationFactor: Int16 = 0
        package var assignments: [Assignment] = []
        package var configs: [Config] = []

        package init() {}

        package init(name: String, partitionCount: Int32, replicationFactor: Int16, configs: [Config] = []) {
            self.name = name
            self.partitionCount = partitionCount
            self.replicationFactor = replicationFactor
            self.configs = configs
        }

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&partitionCount, "num_partitions")
            c.field(&replicationFactor, "replication_factor")
            c.field(&assignments, "assignments")
            c.field(&configs, "configs")
            c.tags()
        }
    }

    /// The brokers of one partition, assigned by hand.
    package struct Assignment: WireStruct {
        package var partitionIndex: Int32 = 0
        package var brokerIDs: [Int32] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&partitionIndex, "partition_index")
            c.field(&brokerIDs, "broker_ids")
            c.tags()
        }
    }

    package struct Config: WireStruct {
        package var name: String = ""
        package var value: String?

        package init() {}

        package init(name: String, value: String?) {
            self.name = name
            self.value = value
        }

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&value, "value")
            c.tags()
        }
    }
}

/// Which topics were created. API key 19, versions 0 to 7; flexible from 5.
///
/// Version 1 adds messages, 2 the throttle time, 5 the topic's configuration (KIP-525), 7 its id (KIP-516).
package struct CreateTopicsResponse: KafkaResponse {
    package typealias Request = CreateTopicsRequest

    package var throttleTimeMs: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms", 2..., ignorable: true)
        c.field(&topics, "topics")
        c.tags()
    }
}

extension CreateTopicsResponse {
    package struct Topic: WireStruct {
        package var name: String = ""
        package var topicID: KafkaUUID = .zero
        package var errorCode: KafkaErrorCode = .none
        package var errorMessage: String?
        /// Why `configs` is nil.
        package var topicConfigErrorCode: KafkaErrorCode = .none
        package var partitionCount: Int32 = -1
        package var replicationFactor: Int16 = -1
        package var configs: [Config]? = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
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

    package struct Config: WireStruct {
        package var name: String = ""
        package var value: String?
        package var readOnly = false
        package var configSource: Int8 = -1
        package var isSensitive = false

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&value, "value")
            c.field(&readOnly, "read_only")
            c.field(&configSource, "config_source", default: -1, ignorable: true)
            c.field(&isSensitive, "is_sensitive")
            c.tags()
        }
    }
}
