/// Adds the offsets of a group to a transaction (KIP-98). API key 25, versions 0 to 4; flexible from 3.
///
/// Version 2 may answer PRODUCER_FENCED (KIP-588), 4 TRANSACTION_ABORTABLE (KIP-890).
package struct AddOffsetsToTxnRequest: KafkaRequest {
    package typealias Response = AddOffsetsToTxnResponse
    package static let apiKey = ApiKey.addOffsetsToTxn
    package static let versions: ClosedRange<Int16> = 0...4

    package var transactionalID: String = ""
    package var producerID: Int64 = 0
    package var producerEpoch: Int16 = 0
    package var groupID: String = ""

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&transactionalID, "transactional_id")
        c.field(&producerID, "producer_id")
        c.field(&producerEpoch, "producer_epoch")
        c.field(&groupID, "group_id")
        c.tags()
    }
}

/// Whether the offsets of a group were added to a transaction. API key 25, versions 0 to 4; flexible from 3.
package struct AddOffsetsToTxnResponse: KafkaResponse {
    package typealias Request = AddOffsetsToTxnRequest

    package var throttleTimeMs: Int32 = 0
    package var errorCode: KafkaErrorCode = .none

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&errorCode, "error_code")
        c.tags()
    }
}
