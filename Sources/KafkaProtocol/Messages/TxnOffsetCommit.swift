/// Stores how far a group has read, when a transaction commits (KIP-98). API key 28, versions 0 to 5; flexible from 3.
///
/// Version 2 adds the leader epoch (KIP-320), 3 the group's member (KIP-447), 4 may answer TRANSACTION_ABORTABLE, 5 needs
/// no AddOffsetsToTxn before (KIP-890). Version 5 is for clusters whose feature `transaction.version` is 2.
package struct TxnOffsetCommitRequest: KafkaRequest {
    package typealias Response = TxnOffsetCommitResponse
    package static let apiKey = ApiKey.txnOffsetCommit
    package static let versions: ClosedRange<Int16> = 0...5

    package var transactionalID: String = ""
    package var groupID: String = ""
    package var producerID: Int64 = 0
    package var producerEpoch: Int16 = 0
    /// −1 for a consumer that is in no group.
    package var generationID: Int32 = -1
    package var memberID: String = ""
    /// The id of a static member (KIP-345); nil for others.
    package var groupInstanceID: String?
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&transactionalID, "transactional_id")
        c.field(&groupID, "group_id")
        c.field(&producerID, "producer_id")
        c.field(&producerEpoch, "producer_epoch")
        c.field(&generationID, "generation_id", 3..., default: -1)
        c.field(&memberID, "member_id", 3...)
        c.field(&groupInstanceID, "group_instance_id", 3...)
        c.field(&topics, "topics")
        c.tags()
    }
}

extension TxnOffsetCommitRequest {
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
        package var committedOffset: Int64 = 0
        /// Of the last record that was read; −1 when not known.
        package var committedLeaderEpoch: Int32 = -1
        package var committedMetadata: String?

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&committedOffset, "committed_offset")
            c.field(&committedLeaderEpoch, "committed_leader_epoch", 2..., default: -1, ignorable: true)
            c.field(&committedMetadata, "committed_metadata")
            c.tags()
        }
    }
}

/// Which offsets were added to a transaction. API key 28, versions 0 to 5; flexible from 3.
package struct TxnOffsetCommitResponse: KafkaResponse {
    package typealias Request = TxnOffsetCommitRequest

    package var throttleTimeMs: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&topics, "topics")
        c.tags()
    }
}

extension TxnOffsetCommitResponse {
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

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&errorCode, "error_code")
            c.tags()
        }
    }
}
