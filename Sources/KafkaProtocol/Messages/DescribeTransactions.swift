/// Asks for the state of transactions (KIP-664). API key 65, version 0; flexible.
package struct DescribeTransactionsRequest: KafkaRequest {
    package typealias Response = DescribeTransactionsResponse
    package static let apiKey = ApiKey.describeTransactions
    package static let versions: ClosedRange<Int16> = 0...0

    package var transactionalIDs: [String] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&transactionalIDs, "transactional_ids")
        c.tags()
    }
}

/// The state of transactions (KIP-664). API key 65, version 0; flexible.
package struct DescribeTransactionsResponse: KafkaResponse {
    package typealias Request = DescribeTransactionsRequest

    package var throttleTimeMs: Int32 = 0
    package var transactions: [Transaction] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&transactions, "transaction_states")
        c.tags()
    }
}

extension DescribeTransactionsResponse {
    package struct Transaction: WireStruct {
        package var errorCode: KafkaErrorCode = .none
        package var transactionalID: String = ""
        package var transactionState: String = ""
        package var transactionTimeoutMs: Int32 = 0
        /// Milliseconds since 1970; −1 when there is no transaction.
        package var transactionStartTimeMs: Int64 = 0
        package var producerID: Int64 = 0
        package var producerEpoch: Int16 = 0
        /// While a transaction ends, those only that have no marker yet.
        package var topics: [Topic] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&errorCode, "error_code")
            c.field(&transactionalID, "transactional_id")
            c.field(&transactionState, "transaction_state")
            c.field(&transactionTimeoutMs, "transaction_timeout_ms")
            c.field(&transactionStartTimeMs, "transaction_start_time_ms")
            c.field(&producerID, "producer_id")
            c.field(&producerEpoch, "producer_epoch")
            c.field(&topics, "topics")
            c.tags()
        }
    }

    package struct Topic: WireStruct {
        package var name: String = ""
        package var partitions: [Int32] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "topic")
            c.field(&partitions, "partitions")
            c.tags()
        }
    }
}
