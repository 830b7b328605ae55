/// Changes single values of the configuration of topics, brokers and other resources (KIP-339). API key 44, versions 0
/// to 1; flexible from 1.
package struct IncrementalAlterConfigsRequest: KafkaRequest {
    package typealias Response = IncrementalAlterConfigsResponse
    package static let apiKey = ApiKey.incrementalAlterConfigs
    package static let versions: ClosedRange<Int16> = 0...1

    package var resources: [Resource] = []
    package var validateOnly = false

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&resources, "resources")
        c.field(&validateOnly, "validate_only")
        c.tags()
    }
}

extension IncrementalAlterConfigsRequest {
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
        /// 0: set, 1: delete, 2: append, 3: subtract.
        package var configOperation: Int8 = 0
        /// Nil to delete.
        package var value: String?

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&configOperation, "config_operation")
            c.field(&value, "value")
            c.tags()
        }
    }
}

/// Which resources were changed. API key 44, versions 0 to 1; flexible from 1.
package struct IncrementalAlterConfigsResponse: KafkaResponse {
    package typealias Request = IncrementalAlterConfigsRequest

    package var throttleTimeMs: Int32 = 0
    package var resources: [Resource] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&resources, "responses")
        c.tags()
    }
}

extension IncrementalAlterConfigsResponse {
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
