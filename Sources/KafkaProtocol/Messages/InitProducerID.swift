/// Asks for a producer id, for idempotent or transactional producing. API key 22, versions 0 to 5; flexible from 2.
///
/// Version 3 lets a producer keep its id (KIP-360), 4 may answer PRODUCER_FENCED, 5 TRANSACTION_ABORTABLE (KIP-890).
/// Version 6 (two-phase commit, KIP-939) is not stable in Kafka 4.3 and not spoken.
public struct InitProducerIDRequest: KafkaRequest {
    public typealias Response = InitProducerIDResponse
    public static let apiKey = ApiKey.initProducerId
    public static let versions: ClosedRange<Int16> = 0...5

    /// Nil when only idempotent.
    public var transactionalID: String?
    public var transactionTimeoutMs: Int32 = 0
    /// −1 for a new one.
    public var producerID: Int64 = -1
    /// −1 for a new one.
    public var producerEpoch: Int16 = -1

    public init() {}

    public init(
        transactionalID: String?, transactionTimeoutMs: Int32, producerID: Int64 = -1, producerEpoch: Int16 = -1
    ) {
        self.transactionalID = transactionalID
        self.transactionTimeoutMs = transactionTimeoutMs
        self.producerID = producerID
        self.producerEpoch = producerEpoch
    }

    public mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&transactionalID, "transactional_id")
        c.field(&transactionTimeoutMs, "transaction_timeout_ms")
        c.field(&producerID, "producer_id", 3..., default: -1)
        c.field(&producerEpoch, "producer_epoch", 3..., default: -1)
        c.tags()
    }
}

/// A producer id and its epoch. API key 22, versions 0 to 5; flexible from 2.
public struct InitProducerIDResponse: KafkaResponse {
    public typealias Request = InitProducerIDRequest

    public var throttleTimeMs: Int32 = 0
    public var errorCode: KafkaErrorCode = .none
    /// −1 after an error.
    public var producerID: Int64 = -1
    public var producerEpoch: Int16 = 0

    public init() {}

    public mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms", ignorable: true)
        c.field(&errorCode, "error_code")
        c.field(&producerID, "producer_id", default: -1)
        c.field(&producerEpoch, "producer_epoch")
        c.tags()
    }
}
