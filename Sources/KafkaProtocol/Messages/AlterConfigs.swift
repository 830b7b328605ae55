/// Replaces the whole configuration of topics, brokers and other resources (KIP-133). API key 33, versions 0 to 2;
/// flexible from 2.
///
/// What is not named falls back to its default. `IncrementalAlterConfigsRequest` is for brokers from Kafka 2.3 on.
package struct AlterConfigsRequest: KafkaRequest {
    package typealias Response = AlterConfigsResponse
    package static let apiKey = ApiKey.alterConfigs
    package static let versions: ClosedRange<Int16> = 0...2

    package var resources: [Resource] = []
    package var validateOnly = false

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&resources, "resources")
        c.field(&validateOnly, "validate_only")
        c.tags()
    }
}

extension AlterConfigsRequest {
    package struct Resource: WireStruct {
        /// 2: a topic, 4: a broker, 8: a broker's logger, 16: client metrics, 32: a group.
        package var resourceType: Int8 = 0
        package var resourceName: String = ""
        package var configs: [Config] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&resourceType, "resource_type")
            c.field(&resourceName, "resource_name")
            c.field(&configs, "configs")
            c.tags()
        }
    }

    package struct Config: WireStruct {
        package var name: String = ""
        /// Nil for the default.
        package var value: String?

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&value, "value")
            c.tags()
        }
    }
}

/// Which resources were changed. API key 33, versions 0 to 2; flexible from 2.
package struct AlterConfigsResponse: KafkaResponse {
    package typealias Request = AlterConfigsRequest

    package var throttleTimeMs: Int32 = 0
    package var resources: [Resource] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&resources, "responses")
        c.tags()
    }
}

extension AlterConfigsResponse {
    package struct Resource: WireStruct {
        package var errorCode: KafkaErrorCode = .none
        package var errorMessage: String?
        /// 2: a topic, 4: a broker, 8: a broker's logger, 16: client metrics, 32: a group.
        package var resourceType: Int8 = 0
        package var resourceName: String = ""

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&errorCode, "error_code")
            c.field(&errorMessage, "error_message")
            c.field(&resourceType, "resource_type")
            c.field(&resourceName, "resource_name")
            c.tags()
        }
    }
}
