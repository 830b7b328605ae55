/// Asks how far share groups have read (KIP-932). API key 90, versions 0 to 1; flexible.
package struct DescribeShareGroupOffsetsRequest: KafkaRequest {
    package typealias Response = DescribeShareGroupOffsetsResponse
    package static let apiKey = ApiKey.describeShareGroupOffsets
    package static let versions: ClosedRange<Int16> = 0...1

    package var groups: [Group] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&groups, "groups")
        c.tags()
    }
}

extension DescribeShareGroupOffsetsRequest {
    package struct Group: WireStruct {
        package var groupID: String = ""
        /// Nil asks for all.
        package var topics: [Topic]?

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&groupID, "group_id")
            c.field(&topics, "topics")
            c.tags()
        }
    }

    package struct Topic: WireStruct {
        package var name: String = ""
        package var partitions: [Int32] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "topic_name")
            c.field(&partitions, "partitions")
            c.tags()
        }
    }
}

/// How far share groups have read (KIP-932). API key 90, versions 0 to 1; flexible.
///
/// Version 1 adds the lag (KIP-1226).
package struct DescribeShareGroupOffsetsResponse: KafkaResponse {
    package typealias Request = DescribeShareGroupOffsetsRequest

    package var throttleTimeMs: Int32 = 0
    package var groups: [Group] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&groups, "groups")
        c.tags()
    }
}

extension DescribeShareGroupOffsetsResponse {
    package struct Group: WireStruct {
        package var groupID: String = ""
        package var topics: [Topic] = []
        package var errorCode: KafkaErrorCode = .none
        package var errorMessage: String?

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&groupID, "group_id")
            c.field(&topics, "topics")
            c.field(&errorCode, "error_code")
            c.field(&errorMessage, "error_message")
            c.tags()
        }
    }

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
        /// −1 when the group has none.
        package var startOffset: Int64 = 0
        package var leaderEpoch: Int32 = 0
        /// −1 when not known.
        package var lag: Int64 = -1
        package var errorCode: KafkaErrorCode = .none
        package var errorMessage: String?

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&startOffset, "start_offset")
            c.field(&leaderEpoch, "leader_epoch")
            c.field(&lag, "lag", 1..., default: -1, ignorable: true)
            c.field(&errorCode, "error_code")
            c.field(&errorMessage, "error_message")
            c.tags()
        }
    }
}
