import KafkaProtocol
import KafkaTransport

/// What happens to a transactional producer.
enum TransactionEvent: Sendable {
    /// The producer is there. It gets its id before it needs it: so what another one left open is aborted at once.
    case start
    /// The user begins a transaction, and waits until a moment.
    case begin(until: MonotonicInstant)
    /// The user does not wait for that any more, or has not used what has begun.
    case abandon
    /// Lanes have batches for partitions. First protocol only.
    case join([TopicPartition])
    /// The user adds offsets of a group, and waits for it under this number.
    case addOffsets(Int, GroupOffsets, until: MonotonicInstant)
    /// A batch has failed.
    case failed(KafkaClientError)
    /// Nothing of the transaction is under way any more, and it is to end.
    case end(commit: Bool, TransactionReport, until: MonotonicInstant)

    case foundCoordinator(CoordinatorKey)
    /// There is none; retried unless the error is final.
    case noCoordinator(CoordinatorKey, KafkaClientError)
    /// The answer to the request of this number, and the level of the feature `transaction.version`.
    case answered(Int, TransactionAnswer, level: Int16)
    /// The request of this number has no answer that can be read.
    case unanswered(Int, KafkaClientError)
    /// The moment of the last ``TransactionAction/wake(at:)`` has come. Earlier ones do no harm.
    case time
}

/// What a transactional producer wants done.
enum TransactionAction: Sendable {
    case findCoordinator(CoordinatorKey)
    case send(TransactionRequest, Int, to: CoordinatorKey, atMost: Int16)
    /// The user's transaction has begun, or can't.
    case begun(Result<TransactionGrant, KafkaClientError>)
    /// Batches of these partitions may be sent.
    case joined([TopicPartition])
    /// What has become of offsets.
    case addedOffsets(Int, Result<Void, KafkaClientError>)
    /// Nothing more is to be taken: the transaction can only be aborted.
    case refuse(KafkaClientError)
    /// No transaction is begun any more.
    case fail(KafkaClientError)
    /// The user's transaction has ended: as it was to, or why not.
    case ended(Result<Void, KafkaClientError>)
    case wake(at: MonotonicInstant)
}

/// Under what a transaction is produced.
struct TransactionGrant: Sendable, Equatable {
    let identity: ProducerIdentity
    /// Whether it goes by the second protocol: partitions and groups need not be added (KIP-890).
    let isSecond: Bool
}

/// What lanes have come to at a transaction's end.
struct TransactionReport: Sendable {
    /// Whether something was sent to a broker.
    var hasSent = false
    /// Whether something may still be under way under the transaction's epoch, or numbers are missing.
    var isUnclean = false
    /// Why it can only be aborted.
    var failure: KafkaClientError?
}

/// Offsets of a group, and who commits them.
struct GroupOffsets: Sendable {
    let group: ConsumerGroupMetadata
    let offsets: [TopicPartition: CommittedOffset]
}

/// A request about transactions.
enum TransactionRequest: Sendable {
    case initialize(InitProducerIDRequest)
    case addPartitions(AddPartitionsToTxnRequest)
    case addOffsets(AddOffsetsToTxnRequest)
    case commitOffsets(TxnOffsetCommitRequest)
    case end(EndTxnRequest)
}

/// The answer to a request about transactions.
enum TransactionAnswer: Sendable {
    case initialize(InitProducerIDResponse)
    case addPartitions(AddPartitionsToTxnResponse)
    case addOffsets(AddOffsetsToTxnResponse)
    case commitOffsets(TxnOffsetCommitResponse)
    case end(EndTxnResponse)
}

/// How a producer produces in transactions.
struct TransactionSettings: Sendable {
    let id: String
    /// How long the coordinator lets a transaction last.
    var timeout = Duration.seconds(60)
    var retryBackoff = Duration.milliseconds(100)
    var retryBackoffMax = Duration.seconds(1)
    /// How long a begin waits, and offsets that are added.
    var blockTimeout = Duration.seconds(60)
    /// How long an end waits for the coordinator.
    var endTimeout = Duration.seconds(120)
    /// How long lanes may take to answer.
    var patience = Duration.seconds(10)

    init(_ id: String) { self.id = id }

    init(_ id: String, _ configuration: Producer.Configuration, _ cluster: ClusterConfiguration) {
        self.id = id
        timeout = configuration.transactionTimeout
        retryBackoff = cluster.retryBackoff
        retryBackoffMax = cluster.retryBackoffMax
        blockTimeout = configuration.blockTimeout
        endTimeout = configuration.producer.deliveryTimeout
        patience = configuration.patience
    }
}
