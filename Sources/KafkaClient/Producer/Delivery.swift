public import KafkaProtocol

/// The end of a batch's story. Every batch handed to a producer comes to exactly one.
public struct Delivery: Sendable {
    public enum Outcome: Sendable {
        /// Stored. The offset of the first record is -1 with acks 0; the broker's time only where the topic has it.
        case acknowledged(baseOffset: Int64, logAppendTimeMs: Int64)
        case failed(KafkaClientError)
    }

    public let batch: RecordBatch
    /// Where it was stored, or last tried; -1 when there never was a partition to try.
    public let partition: Int32
    public let outcome: Outcome
    /// Every produce request that carried the batch, in order.
    public let exchanges: [Exchange]
    /// When the producer got the batch, on the monotonic clock.
    public let queuedNs: Int64
    /// When this outcome was known, on the monotonic clock.
    public let endedNs: Int64

    public var isAcknowledged: Bool {
        if case .acknowledged = outcome { true } else { false }
    }

    /// The reason of a failure.
    public var error: KafkaClientError? {
        if case .failed(let error) = outcome { error } else { nil }
    }

    /// An attempt whose end the batch may have been stored by came before others, or was the last of a failed batch: the
    /// log may have the records although the delivery says failed, or more than once.
    public var mayBeDuplicated: Bool {
        (isAcknowledged ? exchanges.dropLast() : exchanges[...]).contains(where: \.mayHaveStored)
    }
}

/// One produce request that carried a batch, and what came of it.
public struct Exchange: Sendable {
    /// Node id of the broker.
    public let broker: Int32
    /// What the request waited for.
    public let acks: Acks
    /// When the request was written, on the monotonic clock; its queueing ends and the broker's time begins.
    public let beginNs: Int64
    public let endNs: Int64
    /// The broker's verdict on this batch; nil when there was no answer.
    public let errorCode: KafkaErrorCode?
    /// Why there was no answer.
    public let error: KafkaClientError?

    /// The attempt did not succeed, and yet the broker may have stored the batch: there was no answer, or one that comes
    /// after the leader has appended.
    var mayHaveStored: Bool {
        switch errorCode {
        case nil, .notEnoughReplicasAfterAppend?, .requestTimedOut?: true
        // Also said of a batch that was appended and waited for replicas when leadership moved on or the log's disk failed
        // (Kafka's `DelayedProduce`); a new leader may have it.
        case .notLeaderOrFollower?, .kafkaStorageError?: acks == .all
        default: false
        }
    }
}

/// Takes what has come to its end. Called on the producer's own thread: must be quick and must not block.
public protocol DeliverySink: AnyObject, Sendable {
    func accept(_ deliveries: [Delivery])
    /// No more deliveries come from this source.
    func finish()
}

extension Delivery {
    /// A batch that went nowhere and counts as delivered: for pipelines that stop before a broker.
    public init(acknowledging batch: RecordBatch, nowNs: Int64) {
        self.init(
            batch: batch, partition: batch.partition, outcome: .acknowledged(baseOffset: -1, logAppendTimeMs: -1),
            exchanges: [], queuedNs: nowNs, endedNs: nowNs)
    }
}
