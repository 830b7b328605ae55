/// Asks for a producer id, for idempotent or transactional producing. API key 22, versions 0 to 5; flexible from 2.
///
/// Version 3 lets a producer keep its id (KIP-360), 4 may answer PRODUCER_FENCED, 5 TRANSACTION_ABORTABLE (KIP-890).
/// Version 6 (two-phase commit, KIP-939) is not stable in Kafka 4.3 and not spoken.
package struct InitProducerIDRequest: KafkaRequest {
    package typealias Response = InitProducerIDResponse
    package static let apiKey = ApiKey.initProducerId
    package static let versions: ClosedRange<Int16> = 0...5

    /// Nil when only idempotent.
    package var transactionalID: String?
    package var transactionTimeoutMs: Int32 = 0
    /// −1 for a new one.
    package var producerID: Int64 = -1
    /// −1 for a new one.
    package var producerEpoch: Int16 = -1

    package init() {}

    package init(
        transactionalID: String?, transactionTimeoutMs: Int32, producerID: Int64 = -1, producerEpoch: Int16 = -1
    ) {
        self.transactionalID = transactionalID
        self.transactionTimeoutMs = transactionTimeoutMs
        self.producerID = producerID
        self.producerEpoch = producerEpoch
    }

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&transactionalID, "transactional_id")
        c.field(&transactionTimeoutMs, "transaction_timeout_ms")
        c.field(&producerID, "producer_id", 3..., default: -1)
        c.field(&producerEpoch, "producer_epoch", 3..., default: -1)
        c.tags()
    }
}

/// A producer id and its epoch. API key 22, versions 0 to 5; flexible from 2.
package struct InitProducerIDResponse: KafkaResponse {
    package typealias Request = InitProducerIDRequest

    package var throttleTimeMs: Int32 = 0
    package var errorCode: KafkaErrorCode = .none
    /// −1 after an error.
    package var producerID: Int64 = -1
    package var producerEpoch: Int16 = 0

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms", ignorable: true)
        c.field(&errorCode, "error_code")
        c.field(&producerID, "producer_id", default: -1)
        c.field(&producerEpoch, "producer_epoch")
        c.tags()
    }
}
