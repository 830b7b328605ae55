/// Appends record batches to partitions. API key 0, versions 3 to 13; flexible from 9.
///
/// Version 3 is the first with record batch v2 (KIP-98), 7 the first to carry zstd (KIP-110), 13 names topics by their
/// ids (KIP-516). Within a transaction, 12 and above also add the partitions to it (KIP-890).
public struct ProduceRequest: KafkaRequest {
    public typealias Response = ProduceResponse
    public static let apiKey = ApiKey.produce
    public static let versions: ClosedRange<Int16> = 3...13

    /// Nil outside a transaction.
    public var transactionalID: String?
    /// 0: no answer is sent; 1: the leader has it; −1: all in-sync replicas have it.
    public var acks: Int16 = 0
    /// How long the broker may wait for the replicas.
    public var timeoutMs: Int32 = 0
    public var topics: [Topic] = []

    public init() {}

    public init(transactionalID: String? = nil, acks: Int16, timeoutMs: Int32, topics: [Topic]) {
        self.transactionalID = transactionalID
        self.acks = acks
        self.timeoutMs = timeoutMs
        self.topics = topics
    }

    public mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&transactionalID, "transactional_id")
        c.field(&acks, "acks")
        c.field(&timeoutMs, "timeout_ms")
        c.field(&topics, "topic_data")
        c.tags()
    }
}

extension ProduceRequest {
    public struct Topic: WireStruct {
        /// Up to version 12.
        public var name: String = ""
        /// From version 13 on.
        public var topicID: KafkaUUID = .zero
        public var partitions: [Partition] = []

        public init() {}

        public init(name: String, topicID: KafkaUUID = .zero, partitions: [Partition]) {
            self.name = name
            self.topicID = topicID
            self.partitions = partitions
        }

        public mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name", 0...12, ignorable: true)
            c.field(&topicID, "topic_id", 13..., ignorable: true)
            c.field(&partitions, "partition_data")
            c.tags()
        }
    }

    public struct Partition: WireStruct {
        public var index: Int32 = 0
        public var records: RecordsField = .null

        public init() {}

        public init(index: Int32, records: RecordsField) {
            self.index = index
            self.records = records
        }

        public mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "index")
            c.field(&records, "records")
            c.tags()
        }
    }
}

/// Where the batches were appended, or why not. API key 0, versions 3 to 13; flexible from 9.
///
/// Version 5 adds the log's start offset, 8 the errors of single records (KIP-467), 10 the new leader of a partition
/// that has moved (KIP-951), 13 names topics by their ids (KIP-516).
public struct ProduceResponse: KafkaResponse {
    public typealias Request = ProduceRequest

    public var topics: [Topic] = []
    public var throttleTimeMs: Int32 = 0
    public var nodeEndpoints: [NodeEndpoint] = []

    public init() {}

    public mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&topics, "responses")
        c.field(&throttleTimeMs, "throttle_time_ms", 1..., ignorable: true)
        c.tags { c in
            c.tagged(0, &nodeEndpoints, "node_endpoints", 10...)
        }
    }
}

extension ProduceResponse {
    public struct Topic: WireStruct {
        /// Up to version 12.
        public var name: String = ""
        /// From version 13 on.
        public var topicID: KafkaUUID = .zero
        public var partitions: [Partition] = []

        public init() {}

        public init(name: String, topicID: KafkaUUID = .zero, partitions: [Partition]) {
            self.name = name
            self.topicID = topicID
            self.partitions = partitions
        }

        public mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name", 0...12, ignorable: true)
            c.field(&topicID, "topic_id", 13..., ignorable: true)
            c.field(&partitions, "partition_responses")
            c.tags()
        }
    }

    public struct Partition: WireStruct {
        public var index: Int32 = 0
        public var errorCode: KafkaErrorCode = .none
        public var baseOffset: Int64 = 0
        /// −1 unless the topic's timestamps are set by the broker.
        public var logAppendTimeMs: Int64 = -1
        public var logStartOffset: Int64 = -1
        public var recordErrors: [RecordError] = []
        public var errorMessage: String?
        public var currentLeader = LeaderIDAndEpoch()

        public init() {}

        public mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "index")
            c.field(&errorCode, "error_code")
            c.field(&baseOffset, "base_offset")
            c.field(&logAppendTimeMs, "log_append_time_ms", 2..., default: -1, ignorable: true)
            c.field(&logStartOffset, "log_start_offset", 5..., default: -1, ignorable: true)
            c.field(&recordErrors, "record_errors", 8..., ignorable: true)
            c.field(&errorMessage, "error_message", 8..., ignorable: true)
            c.tags { c in
                c.tagged(0, &currentLeader, "current_leader", 10...)
            }
        }
    }

    /// A record for which its whole batch was refused (KIP-467).
    public struct RecordError: WireStruct {
        public var batchIndex: Int32 = 0
        public var message: String?

        public init() {}

        public init(batchIndex: Int32, message: String?) {
            self.batchIndex = batchIndex
            self.message = message
        }

        public mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&batchIndex, "batch_index")
            c.field(&message, "batch_index_error_message")
            c.tags()
        }
    }
}
