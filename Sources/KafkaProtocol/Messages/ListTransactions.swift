/// Asks for the transactions that a broker coordinates (KIP-664). API key 66, versions 0 to 2; flexible.
///
/// Version 1 adds the duration (KIP-994), 2 the pattern (KIP-1152).
package struct ListTransactionsRequest: KafkaRequest {
    package typealias Response = ListTransactionsResponse
    package static let apiKey = ApiKey.listTransactions
    package static let versions: ClosedRange<Int16> = 0...2

    /// Empty for all.
    package var stateFilters: [String] = []
    /// Empty for all.
    package var producerIDFilters: [Int64] = []
    /// Milliseconds that a transaction has lasted at least; −1 for all.
    package var durationFilter: Int64 = -1
    /// In the syntax of RE2J; nil for all.
    package var transactionalIDPattern: String?

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&stateFilters, "state_filters")
        c.field(&producerIDFilters, "producer_id_filters")
        c.field(&durationFilter, "duration_filter", 1..., default: -1)
        c.field(&transactionalIDPattern, "transactional_id_pattern", 2...)
        c.tags()
    }
}

/// The transactions that a broker coordinates (KIP-664). API key 66, versions 0 to 2; flexible.
package struct ListTransactionsResponse: KafkaResponse {
    package typealias Request = ListTransactionsRequest

    package var throttleTimeMs: Int32 = 0
    package var errorCode: KafkaErrorCode = .none
    /// States that the broker does not know.
    package var unknownStateFilters: [String] = []
    package var transactions: [Transaction] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&errorCode, "error_code")
        c.field(&unknownStateFilters, "unknown_state_filters")
        c.field(&transactions, "transaction_states")
        c.tags()
    }
}

extension ListTransactionsResponse {
    package struct Transaction: WireStruct {
        package var transactionalID: String = ""
        package var producerID: Int64 = 0
        package var transactionState: String = ""

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&transactionalID, "transactional_id")
            c.field(&producerID, "producer_id")
            c.field(&transactionState, "transaction_state")
            c.tags()
        }
    }
}
