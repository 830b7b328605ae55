/// Asks where leader epochs end, which tells whether a log was cut short. API key 23, versions 0 to 4; flexible from 4.
///
/// Version 2 adds the current leader epoch (KIP-320), 3 the replica's id (KIP-392). Kafka 4 speaks 2 and above.
package struct OffsetForLeaderEpochRequest: KafkaRequest {
    package typealias Response = OffsetForLeaderEpochResponse
    package static let apiKey = ApiKey.offsetForLeaderEpoch
    package static let versions: ClosedRange<Int16> = 0...4

    /// −1 for a consumer. Kafka's own default, −2, may see beyond the high watermark.
    package var replicaID: Int32 = -1
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&replicaID, "replica_id", 3..., default: -1, ignorable: true)
        c.field(&topics, "topics")
        c.tags()
    }
}

extension OffsetForLeaderEpochRequest {
    package struct Topic: WireStruct {
        package var name: String = ""
        package var partitions: [Partition] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "topic")
            c.field(&partitions, "partitions")
            c.tags()
        }
    }

    package struct Partition: WireStruct {
        package var index: Int32 = 0
        /// −1 when not known.
        package var currentLeaderEpoch: Int32 = -1
        /// The epoch whose end is asked for.
        package var leaderEpoch: Int32 = 0

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition")
            c.field(&currentLeaderEpoch, "current_leader_epoch", 2..., default: -1, ignorable: true)
            c.field(&leaderEpoch, "leader_epoch")
            c.tags()
        }
    }
}

/// Where leader epochs end. API key 23, versions 0 to 4; flexible from 4.
///
/// Version 1 adds the leader epoch (KIP-279), 2 the throttle time.
package struct OffsetForLeaderEpochResponse: KafkaResponse {
    package typealias Request = OffsetForLeaderEpochRequest

    package var throttleTimeMs: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms", 2..., ignorable: true)
        c.field(&topics, "topics")
        c.tags()
    }
}

extension OffsetForLeaderEpochResponse {
    package struct Topic: WireStruct {
        package var name: String = ""
        package var partitions: [Partition] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "topic")
            c.field(&partitions, "partitions")
            c.tags()
        }
    }

    /// Where an epoch ends.
    package struct Partition: WireStruct {
        package var errorCode: KafkaErrorCode = .none
        package var index: Int32 = 0
        /// The largest epoch that the leader knows up to that asked for; −1 when it knows none.
        package var leaderEpoch: Int32 = -1
        /// The first offset behind the epoch; −1 when not known.
        package var endOffset: Int64 = -1

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&errorCode, "error_code")
            c.field(&index, "partition")
            c.field(&leaderEpoch, "leader_epoch", 1..., default: -1, ignorable: true)
            c.field(&endOffset, "end_offset", default: -1)
            c.tags()
        }
    }
}
