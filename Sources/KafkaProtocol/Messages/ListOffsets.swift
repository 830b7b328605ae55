/// Asks for the offset at a timestamp. API key 2, versions 1 to 11; flexible from 6.
///
/// Version 2 adds isolation (KIP-98), 4 the leader epoch (KIP-320), 10 the timeout (KIP-1075). Special timestamps: −1
/// latest, −2 earliest, −3 that of the maximum timestamp (7, KIP-734), −4 earliest local (8, KIP-405), −5 latest tiered
/// (9, KIP-1005), −6 earliest pending upload (11, KIP-1023).
public struct ListOffsetsRequest: KafkaRequest {
    public typealias Response = ListOffsetsResponse
    public static let apiKey = ApiKey.listOffsets
    public static let versions: ClosedRange<Int16> = 1...11

    /// −1 for a consumer. Kafka's own default is 0; nobody but a replica has a use for it.
    public var replicaID: Int32 = -1
    /// 0: read uncommitted, 1: read committed.
    public var isolationLevel: Int8 = 0
    public var topics: [Topic] = []
    /// How long the broker may wait for remote storage.
    public var timeoutMs: Int32 = 0

    public init() {}

    public mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&replicaID, "replica_id")
        c.field(&isolationLevel, "isolation_level", 2...)
        c.field(&topics, "topics")
        c.field(&timeoutMs, "timeout_ms", 10..., ignorable: true)
        c.tags()
    }
}

extension ListOffsetsRequest {
    public struct Topic: WireStruct {
        public var name: String = ""
        public var partitions: [Partition] = []

        public init() {}

        public init(name: String, partitions: [Partition]) {
            self.name = name
            self.partitions = partitions
        }

        public mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&partitions, "partitions")
            c.tags()
        }
    }

    public struct Partition: WireStruct {
        public var index: Int32 = 0
        /// −1 when not known.
        public var currentLeaderEpoch: Int32 = -1
        /// Milliseconds, or one of the special values.
        public var timestamp: Int64 = 0

        public init() {}

        public init(index: Int32, currentLeaderEpoch: Int32 = -1, timestamp: Int64) {
            self.index = index
            self.currentLeaderEpoch = currentLeaderEpoch
            self.timestamp = timestamp
        }

        public mutating func code<C: FieldCoder>(_ c: inout C) {
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
public struct ListOffsetsResponse: KafkaResponse {
    public typealias Request = ListOffsetsRequest

    public var throttleTimeMs: Int32 = 0
    public var topics: [Topic] = []

    public init() {}

    public mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms", 2..., ignorable: true)
        c.field(&topics, "topics")
        c.tags()
    }
}

extension ListOffsetsResponse {
    public struct Topic: WireStruct {
        public var name: String = ""
        public var partitions: [Partition] = []

        public init() {}

        public mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&partitions, "partitions")
            c.tags()
        }
    }

    public struct Partition: WireStruct {
        public var index: Int32 = 0
        public var errorCode: KafkaErrorCode = .none
        public var timestamp: Int64 = -1
        public var offset: Int64 = -1
        public var leaderEpoch: Int32 = -1

        public init() {}

        public mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&errorCode, "error_code")
            c.field(&timestamp, "timestamp", 1..., default: -1)
            c.field(&offset, "offset", 1..., default: -1)
            c.field(&leaderEpoch, "leader_epoch", 4..., default: -1)
            c.tags()
        }
    }
}
