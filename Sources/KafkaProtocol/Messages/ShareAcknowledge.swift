/// Acknowledges records that a member of a share group has acquired (KIP-932). API key 79, versions 1 to 2; flexible.
///
/// Version 2 adds renewals (KIP-1222). Version 0 was never stable.
package struct ShareAcknowledgeRequest: KafkaRequest {
    package typealias Response = ShareAcknowledgeResponse
    package static let apiKey = ApiKey.shareAcknowledge
    package static let versions: ClosedRange<Int16> = 1...2

    package var groupID: String?
    package var memberID: String?
    /// 0 opens a session, −1 closes it; otherwise the number of the request in it.
    package var shareSessionEpoch: Int32 = 0
    /// Whether acknowledgements renew the locks of records (KIP-1222).
    package var isRenewAck = false
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&groupID, "group_id")
        c.field(&memberID, "member_id")
        c.field(&shareSessionEpoch, "share_session_epoch")
        c.field(&isRenewAck, "is_renew_ack", 2...)
        c.field(&topics, "topics")
        c.tags()
    }
}

extension ShareAcknowledgeRequest {
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

/// Which records were acknowledged (KIP-932). API key 79, versions 1 to 2; flexible.
///
/// Version 2 adds the lock's timeout (KIP-1222).
package struct ShareAcknowledgeResponse: KafkaResponse {
    package typealias Request = ShareAcknowledgeRequest

    package var throttleTimeMs: Int32 = 0
    package var errorCode: KafkaErrorCode = .none
    package var errorMessage: String?
    /// How long renewed records stay locked.
    package var acquisitionLockTimeoutMs: Int32 = 0
    package var topics: [Topic] = []
    package var nodeEndpoints: [NodeEndpoint] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&errorCode, "error_code")
        c.field(&errorMessage, "error_message")
        c.field(&acquisitionLockTimeoutMs, "acquisition_lock_timeout_ms", 2..., ignorable: true)
        c.field(&topics, "responses")
        c.field(&nodeEndpoints, "node_endpoints")
        c.tags()
    }
}

extension ShareAcknowledgeResponse {
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
        package var currentLeader = LeaderIDAndEpoch()

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&errorCode, "error_code")
            c.field(&errorMessage, "error_message")
            c.field(&currentLeader, "current_leader")
            c.tags()
        }
    }
}
