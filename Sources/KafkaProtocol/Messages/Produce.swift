/// Appends record batches to partitions. API key 0, versions 3 to 13; flexible from 9.
///
/// Version 3 is the first with record batch v2 (KIP-98), 7 the first to carry zstd (KIP-110), 13 names topics by their
/// ids (KIP-516). Within a transaction, 12 and above also add the partitions to it (KIP-890).
package struct ProduceRequest: KafkaRequest {
    package typealias Response = ProduceResponse
    package static let apiKey = ApiKey.produce
    package static let versions: ClosedRange<Int16> = 3...13

    /// Nil outside a transaction.
    package var transactionalID: String?
    /// 0: no answer is sent; 1: the leader has it; −1: all in-sync replicas have it.
    package var acks: Int16 = 0
    /// How long the broker may wait for the replicas.
    package var timeoutMs: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package init(transactionalID: String? = nil, acks: Int16, timeoutMs: Int32, topics: [Topic]) {
        self.transactionalID = transactionalID
        self.acks = acks
        self.timeoutMs = timeoutMs
        self.topics = topics
    }

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&transactionalID, "transactional_id")
        c.field(&acks, "acks")
        c.field(&timeoutMs, "timeout_ms")
        c.field(&topics, "topic_data")
        c.tags()
    }
}

extension ProduceRequest {
    package struct Topic: WireStruct {
        /// Up to version 12.
        package var name: String = ""
        /// From version 13 on.
        package var topicID: KafkaUUID = .zero
        package var partitions: [Partition] = []

        package init() {}

        package init(name: String, topicID: KafkaUUID = .zero, partitions: [Partition]) {
            self.name = name
            self.topicID = topicID
            self.partitions = partitions
        }

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name", 0...12, ignorable: true)
            c.field(&topicID, "topic_id", 13..., ignorable: true)
            c.field(&partitions, "partition_data")
            c.tags()
        }
    }

    package struct Partition: WireStruct {
        package var index: Int32 = 0
        package var records: RecordsField = .null

        package init() {}

        package init(index: Int32, records: RecordsField) {
            self.index = index
            self.records = records
        }

        package mutating func code<C: FieldCoder>(_ c: inout C) {
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
package struct ProduceResponse: KafkaResponse {
    package typealias Request = ProduceRequest
    /// Of the tagged field with the service time. Kafka's own tags count from 0; who does not know a tag passes over it
    /// (KIP-482).
    package static let serviceTimeTag: UInt32 = 10_000

    package var topics: [Topic] = []
    package var throttleTimeMs: Int32 = 0
    package var nodeEndpoints: [NodeEndpoint] = []
    /// How long the broker had the request, in ns; −1 where it does not say. Not Kafka's: the embedded broker says it when it
    /// is asked to.
    package var serviceTimeNs: Int64 = -1

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&topics, "responses")
        c.field(&throttleTimeMs, "throttle_time_ms", 1..., ignorable: true)
        c.tags { c in
            c.tagged(0, &nodeEndpoints, "node_endpoints", 10...)
            c.tagged(Self.serviceTimeTag, &serviceTimeNs, "service_time_ns", 9..., default: -1, ignorable: true)
        }
    }
}

extension ProduceResponse {
    package struct Topic: WireStruct {
        /// Up to version 12.
        package var name: String = ""
        /// From version 13 on.
        package var topicID: KafkaUUID = .zero
        package var partitions: [Partition] = []

        package init() {}

        package init(name: String, topicID: KafkaUUID = .zero, partitions: [Partition]) {
            self.name = name
            self.topicID = topicID
            self.partitions = partitions
        }

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name", 0...12, ignorable: true)
            c.field(&topicID, "topic_id", 13..., ignorable: true)
            c.field(&partitions, "partition_responses")
            c.tags()
        }
    }

    package struct Partition: WireStruct {
        package var index: Int32 = 0
        package var errorCode: KafkaErrorCode = .none
        package var baseOffset: Int64 = 0
        /// −1 unless the topic's timestamps are set by the broker.
        package var logAppendTimeMs: Int64 = -1
        package var logStartOffset: Int64 = -1
        package var recordErrors: [RecordError] = []
        package var errorMessage: String?
        package var currentLeader = LeaderIDAndEpoch()

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
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
    package struct RecordError: WireStruct {
        package var batchIndex: Int32 = 0
        package var message: String?

        package init() {}

        package init(batchIndex: Int32, message: String?) {
            self.batchIndex = batchIndex
            self.message = message
        }

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&batchIndex, "batch_index")
            c.field(&message, "batch_index_error_message")
            c.tags()
        }
    }
}
