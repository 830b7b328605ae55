import KafkaProtocol
import KafkaTransport

extension TransactionMachine {
    enum Phase: Sendable {
        /// No transaction.
        case idle
        case beginning(until: MonotonicInstant)
        /// The user produces.
        case open
        /// Nothing more comes, and the coordinator is told.
        case ending(commit: Bool, until: MonotonicInstant)
        case failed(KafkaClientError)
    }

    /// Offsets that are to be added.
    struct Adding: Sendable {
        let number: Int
        let offsets: GroupOffsets
        let deadline: MonotonicInstant
    }

    struct Flight: Sendable {
        let number: Int
        let request: TransactionRequest
        let coordinator: CoordinatorKey
    }

    /// Whether the coordinator knows of the transaction.
    enum Presence: Int, Sendable {
        case none
        /// It was told of it, and has not said that it knows.
        case possible
        case certain
    }
}
