/// Asks for the offset at a timestamp. API key 2, versions 1 to 11; flexible from 6.
///
/// Version 2 adds isolation (KIP-98), 4 the leader epoch (KIP-320), 10 the timeout (KIP-1075). Special timestamps: −1
/// latest, −2 earliest, −3 that of the maximum timestamp (7, KIP-734), −4 earliest local (8, KIP-405), −5 latest tiered
/// (9, KIP-1005), −6 earliest pending upload (11, KIP-1023).
package struct ListOffsetsRequest: KafkaRequest {
    package typealias Response = ListOffsetsResponse
    package static let apiKey = ApiKey.listOffsets
    package static let versions: ClosedRange<Int16> = 1...11

    /// −1 for a consumer. Kafka's own default is 0, which only replicas use.
    package var replicaID: Int32 = -1
    /// 0: read uncommitted, 1: read committed.
    package var isolationLevel: Int8 = 0
    package var topics: [Topic] = []
    /// How long the broker may wait for remote storage.
    package var timeoutMs: Int32 = 0

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&replicaID, "replica_id")
        c.field(&isolationLevel, "isolation_level", 2...)
        c.field(&topics, "topics")
        c.field(&timeoutMs, "timeout_ms", 10..., ignorable: true)
        c.tags()
    }
}

extension ListOffsetsRequest {
    package struct Topic: WireStruct {
        package var name: String = ""
        package var partitions: [Partition] = []

        package init() {}

        package init(name: String, partitions: [Partition]) {
            self.name = name
            self.partitions = partitions
        }

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&partitions, "partitions")
            c.tags()
        }
    }

    package struct Partition: WireStruct {
        package var index: Int32 = 0
        /// −1 when not known.
        package var currentLeaderEpoch: Int32 = -1
        /// Milliseconds, or one of the special values.
        package var timestamp: Int64 = 0

        package init() {}

        package init(index: Int32, currentLeaderEpoch: Int32 = -1, timestamp: Int64) {
            self.index = index
            self.currentLeaderEpoch = currentLeaderEpoch
            self.timestamp = timestamp
        }

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&currentLeaderEpoch, "current_leader_epoch", 4..., default: -1, ignorable: true)
            c.field(&timestamp, "timestamp")
            c.tags()
        }
    }
}

/// Offsets at timestamps. API key 2, versions 1 to 11; flexible from 6.
///
/// Version 2 adds the throttle time, 4 the leader epoch (KIP-320).
package struct ListOffsetsResponse: KafkaResponse {
    package typealias Request = ListOffsetsRequest

    package var throttleTimeMs: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms", 2..., ignorable: true)
        c.field(&topics, "topics")
        c.tags()
    }
}

extension ListOffsetsResponse {
    package struct Topic: WireStruct {
        package var name: String = ""
        package var partitions: [Partition] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&partitions, "partitions")
            c.tags()
        }
    }

    package struct Partition: WireStruct {
        package var index: Int32 = 0
        package var errorCode: KafkaErrorCode = .none
        package var timestamp: Int64 = -1
        package var offset: Int64 = -1
        package var leaderEpoch: Int32 = -1

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&errorCode, "error_code")
            c.field(&timestamp, "timestamp", 1..., default: -1)
            c.field(&offset, "offset", 1..., default: -1)
            c.field(&leaderEpoch, "leader_epoch", 4..., default: -1)
            c.tags()
        }
    }
}
