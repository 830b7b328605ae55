/// Adds partitions to a transaction (KIP-98). API key 24, versions 0 to 5; flexible from 3.
///
/// Version 2 may answer PRODUCER_FENCED (KIP-588), 4 takes several transactions, 5 may answer TRANSACTION_ABORTABLE
/// (KIP-890). Clients speak 3 at most: from 4 on it needs the rights of a broker.
package struct AddPartitionsToTxnRequest: KafkaRequest {
    package typealias Response = AddPartitionsToTxnResponse
    package static let apiKey = ApiKey.addPartitionsToTxn
    package static let versions: ClosedRange<Int16> = 0...5

    /// From version 4 on, which brokers speak among themselves.
    package var transactions: [Transaction] = []
    /// Up to version 3.
    package var transactionalID: String = ""
    /// Up to version 3.
    package var producerID: Int64 = 0
    /// Up to version 3.
    package var producerEpoch: Int16 = 0
    /// Up to version 3.
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&transactions, "transactions", 4...)
        c.field(&transactionalID, "v3_and_below_transactional_id", 0...3)
        c.field(&producerID, "v3_and_below_producer_id", 0...3)
        c.field(&producerEpoch, "v3_and_below_producer_epoch", 0...3)
        c.field(&topics, "v3_and_below_topics", 0...3)
        c.tags()
    }
}

extension AddPartitionsToTxnRequest {
    package struct Transaction: WireStruct {
        package var transactionalID: String = ""
        package var producerID: Int64 = 0
        package var producerEpoch: Int16 = 0
        /// Whether partitions are only looked for in the transaction.
        package var verifyOnly = false
        package var topics: [Topic] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&transactionalID, "transactional_id")
            c.field(&producerID, "producer_id")
            c.field(&producerEpoch, "producer_epoch")
            c.field(&verifyOnly, "verify_only")
            c.field(&topics, "topics")
            c.tags()
        }
    }

    package struct Topic: WireStruct {
        package var name: String = ""
        package var partitions: [Int32] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&partitions, "partitions")
            c.tags()
        }
    }
}

/// Which partitions were added to a transaction. API key 24, versions 0 to 5; flexible from 3.
///
/// Version 4 adds several transactions and an error code of its own (KIP-890).
package struct AddPartitionsToTxnResponse: KafkaResponse {
    package typealias Request = AddPartitionsToTxnRequest

    package var throttleTimeMs: Int32 = 0
    package var errorCode: KafkaErrorCode = .none
    /// From version 4 on.
    package var transactions: [Transaction] = []
    /// Up to version 3.
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&errorCode, "error_code", 4..., ignorable: true)
        c.field(&transactions, "results_by_transaction", 4...)
        c.field(&topics, "results_by_topic_v3_and_below", 0...3)
        c.tags()
    }
}

extension AddPartitionsToTxnResponse {
    package struct Transaction: WireStruct {
        package var transactionalID: String = ""
        package var topics: [Topic] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&transactionalID, "transactional_id")
            c.field(&topics, "topic_results")
            c.tags()
        }
    }

    package struct Topic: WireStruct {
        package var name: String = ""
        package var partitions: [Partition] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&partitions, "results_by_partition")
            c.tags()
        }
    }

    package struct Partition: WireStruct {
        package var index: Int32 = 0
        package var errorCode: KafkaErrorCode = .none

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&errorCode, "partition_error_code")
            c.tags()
        }
    }
}
