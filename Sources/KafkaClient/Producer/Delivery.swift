public import KafkaProtocol
public import KafkaTransport

/// The end of a batch's story. Every batch handed to a producer comes to exactly one.
public struct Delivery: Sendable {
    /// How a batch's story ends.
    public enum Outcome: Sendable {
        /// Stored. The offset of the first record is -1 with acks 0. The time at which the broker stored it, in milliseconds
        /// since 1970, is -1 unless the topic's timestamps are the broker's.
        case acknowledged(baseOffset: Int64, logAppendTimeMs: Int64)
        /// Not stored, as far as is known; see ``Delivery/mayBeDuplicated``.
        case failed(KafkaClientError)
    }

    /// What was to be delivered. Holding on to it is holding on to the builder's memory.
    public let batch: RecordBatch
    /// Where it was stored, or last tried; -1 when there never was a partition to try.
    public let partition: Int32
    /// How it ended.
    public let outcome: Outcome
    /// Every produce request that carried the batch, in order.
    public let exchanges: [Exchange]
    /// When the producer got the batch.
    public let queued: MonotonicInstant
    /// When this outcome was known.
    public let ended: MonotonicInstant

    /// Whether the batch is stored.
    public var isAcknowledged: Bool {
        if case .acknowledged = outcome { true } else { false }
    }

    /// The reason of a failure; nil for a batch that is stored.
    public var error: KafkaClientError? {
        if case .failed(let error) = outcome { error } else { nil }
    }

    /// Whether the log may have the records more than once, or may have them although the delivery says failed.
    ///
    /// So it is when an attempt that did not succeed may have stored the batch all the same: its answer was lost, or came
    /// after the leader had appended.
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
    /// When the request was written: here queueing ends, and the broker's time begins.
    public let began: MonotonicInstant
    /// When its answer was here, or it was known that there is none.
    public let ended: MonotonicInstant
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
    public init(acknowledging batch: RecordBatch, now: MonotonicInstant) {
        self.init(
            batch: batch, partition: batch.partition, outcome: .acknowledged(baseOffset: -1, logAppendTimeMs: -1),
            exchanges: [], queued: now, ended: now)
    }
}

extension Exchange {
    /// What the story of a batch keeps of an attempt.
    init(_ outcome: AttemptOutcome, acks: Acks, _ times: AttemptTimes) {
        let (errorCode, error): (KafkaErrorCode?, KafkaClientError?) =
            switch outcome {
            case .acknowledged: (KafkaErrorCode.none, nil)
            case .refused(let code, _): (code, nil)
            case .unanswered(let error): (nil, error)
            }
        self.init(
            broker: times.broker, acks: acks, began: times.began, ended: times.ended, errorCode: errorCode, error: error
        )
    }
}
