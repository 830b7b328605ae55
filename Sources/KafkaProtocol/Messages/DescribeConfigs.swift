/// Asks for the configuration of topics, brokers and other resources (KIP-133). API key 32, versions 1 to 4; flexible
/// from 4.
///
/// Version 1 can ask for synonyms (KIP-226), 3 for the documentation (KIP-569). Version 0 is not spoken: Kafka 1.1 has
/// 1 already.
package struct DescribeConfigsRequest: KafkaRequest {
    package typealias Response = DescribeConfigsResponse
    package static let apiKey = ApiKey.describeConfigs
    package static let versions: ClosedRange<Int16> = 1...4

    package var resources: [Resource] = []
    package var includeSynonyms = false
    package var includeDocumentation = false

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&resources, "resources")
        c.field(&includeSynonyms, "include_synonyms")
        c.field(&includeDocumentation, "include_documentation", 3...)
        c.tags()
    }
}

extension DescribeConfigsRequest {
    package struct Resource: WireStruct {
        /// 2: a topic, 4: a broker, 8: a broker's logger, 16: client metrics, 32: a group.
        package var resourceType: Int8 = 0
        package var resourceName: String = ""
        /// Nil asks for all.
        package var configurationKeys: [String]?

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&resourceType, "resource_type")
            c.field(&resourceName, "resource_name")
            c.field(&configurationKeys, "configuration_keys")
            c.tags()
        }
    }
}

/// The configuration of topics, brokers and other resources. API key 32, versions 1 to 4; flexible from 4.
///
/// Version 1 adds the source and synonyms (KIP-226), 3 the type and the documentation (KIP-569).
package struct DescribeConfigsResponse: KafkaResponse {
    package typealias Request = DescribeConfigsRequest

    package var throttleTimeMs: Int32 = 0
    package var resources: [Resource] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&resources, "results")
        c.tags()
    }
}

extension DescribeConfigsResponse {
    package struct Resource: WireStruct {
        package var errorCode: KafkaErrorCode = .none
        package var errorMessage: String?
        /// 2: a topic, 4: a broker, 8: a broker's logger, 16: client metrics, 32: a group.
        package var resourceType: Int8 = 0
        package var resourceName: String = ""
        package var configs: [Config] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&errorCode, "error_code")
            c.field(&errorMessage, "error_message")
            c.field(&resourceType, "resource_type")
            c.field(&resourceName, "resource_name")
            c.field(&configs, "configs")
            c.tags()
        }
    }

    package struct Config: WireStruct {
        package var name: String = ""
        /// Nil when it is sensitive.
        package var value: String?
        package var readOnly = false
        /// 1: of the topic, 2: dynamic, of the broker, 3: dynamic, of all brokers, 4: static, of the broker, 5: the
        /// default, 6: of the broker's logger, 7: of client metrics, 8: of the group.
        package var configSource: Int8 = -1
        package var isSensitive = false
        package var synonyms: [Synonym] = []
        /// 0: not known, 1: boolean, 2: string, 3: int, 4: short, 5: long, 6: double, 7: list, 8: class, 9: password.
        package var configType: Int8 = 0
        package var documentation: String?

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&value, "value")
            c.field(&readOnly, "read_only")
            c.field(&configSource, "config_source", default: -1)
            c.field(&isSensitive, "is_sensitive")
            c.field(&synonyms, "synonyms")
            c.field(&configType, "config_type", 3..., ignorable: true)
            c.field(&documentation, "documentation", 3..., ignorable: true)
            c.tags()
        }
    }

    /// Another setting that the value may come from.
    package struct Synonym: WireStruct {
        package var name: String = ""
        /// Nil when it is sensitive.
        package var value: String?
        /// As `configSource`.
        package var source: Int8 = 0

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&value, "value")
            c.field(&source, "source")
            c.tags()
        }
    }
}
