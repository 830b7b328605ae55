/// Stores how far a group has read. API key 8, versions 2 to 10; flexible from 8.
///
/// Version 5 leaves the retention to the broker (KIP-211), 6 adds the leader epoch (KIP-320), 7 static members
/// (KIP-345), 9 members of consumer groups (KIP-848), 10 names topics by their ids. Versions 0 and 1 are not spoken:
/// Kafka 0.9 has 2 already.
package struct OffsetCommitRequest: KafkaRequest {
    package typealias Response = OffsetCommitResponse
    package static let apiKey = ApiKey.offsetCommit
    package static let versions: ClosedRange<Int16> = 2...10

    package var groupID: String = ""
    /// The generation of a classic group, the member's epoch of a consumer group (KIP-848); −1 for a consumer that is
    /// in no group.
    package var generationIDOrMemberEpoch: Int32 = -1
    package var memberID: String = ""
    /// The id of a static member (KIP-345); nil for others.
    package var groupInstanceID: String?
    /// −1 for the broker's own retention.
    package var retentionTimeMs: Int64 = -1
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&groupID, "group_id")
        c.field(&generationIDOrMemberEpoch, "generation_id_or_member_epoch", default: -1)
        c.field(&memberID, "member_id")
        c.field(&groupInstanceID, "group_instance_id", 7...)
        c.field(&retentionTimeMs, "retention_time_ms", 2...4, default: -1, ignorable: true)
        c.field(&topics, "topics")
        c.tags()
    }
}

extension OffsetCommitRequest {
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
        package var committedOffset: Int64 = 0
        /// Of the last record that was read; −1 when not known.
        package var committedLeaderEpoch: Int32 = -1
        package var committedMetadata: String?

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&committedOffset, "committed_offset")
            c.field(&committedLeaderEpoch, "committed_leader_epoch", 6..., default: -1, ignorable: true)
            c.field(&committedMetadata, "committed_metadata")
            c.tags()
        }
    }
}

/// Which offsets were stored. API key 8, versions 2 to 10; flexible from 8.
///
/// Version 3 adds the throttle time, 10 names topics by their ids (KIP-848).
package struct OffsetCommitResponse: KafkaResponse {
    package typealias Request = OffsetCommitRequest

    package var throttleTimeMs: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms", 3..., ignorable: true)
        c.field(&topics, "topics")
        c.tags()
    }
}

extension OffsetCommitResponse {
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
        package var errorCode: KafkaErrorCode = .none

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&errorCode, "error_code")
            c.tags()
        }
    }
}
