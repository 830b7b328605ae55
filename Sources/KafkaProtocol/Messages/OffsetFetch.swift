/// Asks how far groups have read. API key 9, versions 1 to 10; flexible from 6.
///
/// Version 2 can ask for all topics (KIP-88), 7 for stable offsets only (KIP-447), 8 for several groups (KIP-709), 9 as
/// a member of a consumer group (KIP-848), 10 names topics by their ids. Version 0, which reads ZooKeeper, is not
/// spoken.
package struct OffsetFetchRequest: KafkaRequest {
    package typealias Response = OffsetFetchResponse
    package static let apiKey = ApiKey.offsetFetch
    package static let versions: ClosedRange<Int16> = 1...10

    /// Up to version 7.
    package var groupID: String = ""
    /// Nil, from version 2 on, asks for all; up to version 7.
    package var topics: [Topic]? = []
    /// From version 8 on.
    package var groups: [Group] = []
    /// Whether offsets that an open transaction commits are answered with UNSTABLE_OFFSET_COMMIT (KIP-447).
    package var requireStable = false

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&groupID, "group_id", 0...7)
        c.field(&topics, "topics", 0...7, nullable: 2..., default: [])
        c.field(&groups, "groups", 8...)
        c.field(&requireStable, "require_stable", 7...)
        c.tags()
    }
}

extension OffsetFetchRequest {
    package struct Group: WireStruct {
        package var groupID: String = ""
        /// Nil for a client that is no member.
        package var memberID: String?
        /// −1 for a client that is no member.
        package var memberEpoch: Int32 = -1
        /// Nil asks for all.
        package var topics: [Topic]?

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&groupID, "group_id")
            c.field(&memberID, "member_id", 9..., ignorable: true)
            c.field(&memberEpoch, "member_epoch", 9..., default: -1, ignorable: true)
            c.field(&topics, "topics")
            c.tags()
        }
    }

    package struct Topic: WireStruct {
        /// Up to version 9.
        package var name: String = ""
        /// From version 10 on.
        package var topicID: KafkaUUID = .zero
        package var partitionIndexes: [Int32] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name", 0...9, ignorable: true)
            c.field(&topicID, "topic_id", 10..., ignorable: true)
            c.field(&partitionIndexes, "partition_indexes")
            c.tags()
        }
    }
}

/// How far groups have read. API key 9, versions 1 to 10; flexible from 6.
///
/// Version 2 adds an error code of its own (KIP-88), 3 the throttle time, 5 the leader epoch (KIP-320), 8 several
/// groups (KIP-709), 10 names topics by their ids (KIP-848).
package struct OffsetFetchResponse: KafkaResponse {
    package typealias Request = OffsetFetchRequest

    package var throttleTimeMs: Int32 = 0
    /// Up to version 7.
    package var topics: [Topic] = []
    /// Up to version 7; each group has its own from then on.
    package var errorCode: KafkaErrorCode = .none
    /// From version 8 on.
    package var groups: [Group] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms", 3..., ignorable: true)
        c.field(&topics, "topics", 0...7)
        c.field(&errorCode, "error_code", 2...7, ignorable: true)
        c.field(&groups, "groups", 8...)
        c.tags()
    }
}

extension OffsetFetchResponse {
    package struct Group: WireStruct {
        package var groupID: String = ""
        package var topics: [Topic] = []
        package var errorCode: KafkaErrorCode = .none

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&groupID, "group_id")
            c.field(&topics, "topics")
            c.field(&errorCode, "error_code")
            c.tags()
        }
    }

    package struct Topic: WireStruct {
        /// Up to version 9.
        package var name: String = ""
        /// From version 10 on.
        package var topicID: KafkaUUID = .zero
        package var partitions: [Partition] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name", 0...9, ignorable: true)
            c.field(&topicID, "topic_id", 10..., ignorable: true)
            c.field(&partitions, "partitions")
            c.tags()
        }
    }

    package struct Partition: WireStruct {
        package var index: Int32 = 0
        /// −1 when the group has committed none.
        package var committedOffset: Int64 = 0
        /// Of the last record that was read; −1 when not known.
        package var committedLeaderEpoch: Int32 = -1
        package var metadata: String?
        package var errorCode: KafkaErrorCode = .none

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&committedOffset, "committed_offset")
            c.field(&committedLeaderEpoch, "committed_leader_epoch", 5..., default: -1, ignorable: true)
            c.field(&metadata, "metadata")
            c.field(&errorCode, "error_code")
            c.tags()
        }
    }
}
