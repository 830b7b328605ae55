/// Commits or aborts a transaction (KIP-98). API key 26, versions 0 to 5; flexible from 3.
///
/// Version 2 may answer PRODUCER_FENCED (KIP-588), 4 TRANSACTION_ABORTABLE, 5 gives the producer a new epoch with each
/// transaction (KIP-890). Version 5 is for clusters whose feature `transaction.version` is 2.
package struct EndTxnRequest: KafkaRequest {
    package typealias Response = EndTxnResponse
    package static let apiKey = ApiKey.endTxn
    package static let versions: ClosedRange<Int16> = 0...5

    package var transactionalID: String = ""
    package var producerID: Int64 = 0
    package var producerEpoch: Int16 = 0
    /// False aborts.
    package var committed = false

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&transactionalID, "transactional_id")
        c.field(&producerID, "producer_id")
        c.field(&producerEpoch, "producer_epoch")
        c.field(&committed, "committed")
        c.tags()
    }
}

/// Whether a transaction has ended. API key 26, versions 0 to 5; flexible from 3.
///
/// Version 5 adds the id and epoch for the next one (KIP-890).
package struct EndTxnResponse: KafkaResponse {
    package typealias Request = EndTxnRequest

    package var throttleTimeMs: Int32 = 0
    package var errorCode: KafkaErrorCode = .none
    /// For the next transaction; −1 before version 5.
    package var producerID: Int64 = -1
    /// For the next transaction; −1 before version 5.
    package var producerEpoch: Int16 = -1

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&errorCode, "error_code")
        c.field(&producerID, "producer_id", 5..., default: -1, ignorable: true)
        c.field(&producerEpoch, "producer_epoch", 5..., default: -1, ignorable: true)
        c.tags()
    }
}
