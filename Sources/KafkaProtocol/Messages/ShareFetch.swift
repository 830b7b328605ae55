/// Acquires records for a member of a share group, and acknowledges others (KIP-932). API key 78, versions 1 to 2;
/// flexible.
///
/// Version 2 adds the mode of acquiring (KIP-1206) and renewals (KIP-1222). Version 0 was never stable.
package struct ShareFetchRequest: KafkaRequest {
    package typealias Response = ShareFetchResponse
    package static let apiKey = ApiKey.shareFetch
    package static let versions: ClosedRange<Int16> = 1...2

    package var groupID: String?
    package var memberID: String?
    /// 0 opens a session, −1 closes it; otherwise the number of the request in it.
    package var shareSessionEpoch: Int32 = 0
    package var maxWaitMs: Int32 = 0
    package var minBytes: Int32 = 0
    package var maxBytes: Int32 = .max
    /// May be exceeded, to end where a batch does.
    package var maxRecords: Int32 = 0
    /// How many records each batch of acquired ones should have.
    package var batchSize: Int32 = 0
    /// 0: whole batches, 1: no more than `maxRecords` (KIP-1206).
    package var shareAcquireMode: Int8 = 0
    /// Whether acknowledgements renew the locks of records (KIP-1222).
    package var isRenewAck = false
    package var topics: [Topic] = []
    package var forgottenTopics: [TopicIDPartitions] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&groupID, "group_id")
        c.field(&memberID, "member_id")
        c.field(&shareSessionEpoch, "share_session_epoch")
        c.field(&maxWaitMs, "max_wait_ms")
        c.field(&minBytes, "min_bytes")
        c.field(&maxBytes, "max_bytes", default: .max)
        c.field(&maxRecords, "max_records")
        c.field(&batchSize, "batch_size")
        c.field(&shareAcquireMode, "share_acquire_mode", 2..., ignorable: true)
        c.field(&isRenewAck, "is_renew_ack", 2...)
        c.field(&topics, "topics")
        c.field(&forgottenTopics, "forgotten_topics_data")
        c.tags()
    }
}

extension ShareFetchRequest {
    package struct Topic: WireStruct {
        package var topicID: KafkaUUID = .zero
        package var partitions: [Partition] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&topicID, "topic_id")
            c.field(&partitions, "partitions")
            c.tags()
        }
    }

    package struct Partition: WireStruct {
        package var index: Int32 = 0
        package var acknowledgementBatches: [AcknowledgementBatch] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&acknowledgementBatches, "acknowledgement_batches")
            c.tags()
        }
    }
}

/// Record batches, and which of their records were acquired (KIP-932). API key 78, versions 1 to 2; flexible.
package struct ShareFetchResponse: KafkaResponse {
    package typealias Request = ShareFetchRequest

    package var throttleTimeMs: Int32 = 0
    package var errorCode: KafkaErrorCode = .none
    package var errorMessage: String?
    /// How long acquired records stay locked.
    package var acquisitionLockTimeoutMs: Int32 = 0
    package var topics: [Topic] = []
    package var nodeEndpoints: [NodeEndpoint] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&errorCode, "error_code")
        c.field(&errorMessage, "error_message")
        c.field(&acquisitionLockTimeoutMs, "acquisition_lock_timeout_ms")
        c.field(&topics, "responses")
        c.field(&nodeEndpoints, "node_endpoints")
        c.tags()
    }
}

extension ShareFetchResponse {
    package struct Topic: WireStruct {
        package var topicID: KafkaUUID = .zero
        package var partitions: [Partition] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&topicID, "topic_id")
            c.field(&partitions, "partitions")
            c.tags()
        }
    }

    package struct Partition: WireStruct {
        package var index: Int32 = 0
        package var errorCode: KafkaErrorCode = .none
        package var errorMessage: String?
        package var acknowledgeErrorCode: KafkaErrorCode = .none
        package var acknowledgeErrorMessage: String?
        package var currentLeader = LeaderIDAndEpoch()
        package var records: RecordsField = .null
        package var acquiredRecords: [AcquiredRecords] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&errorCode, "error_code")
            c.field(&errorMessage, "error_message")
            c.field(&acknowledgeErrorCode, "acknowledge_error_code")
            c.field(&acknowledgeErrorMessage, "acknowledge_error_message")
            c.field(&currentLeader, "current_leader")
            c.field(&records, "records")
            c.field(&acquiredRecords, "acquired_records")
            c.tags()
        }
    }

    /// Consecutive records that the member holds now.
    package struct AcquiredRecords: WireStruct {
        package var firstOffset: Int64 = 0
        /// Inclusive.
        package var lastOffset: Int64 = 0
        package var deliveryCount: Int16 = 0

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&firstOffset, "first_offset")
            c.field(&lastOffset, "last_offset")
            c.field(&deliveryCount, "delivery_count")
            c.tags()
        }
    }
}
