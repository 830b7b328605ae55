public import KafkaProtocol
public import KafkaTransport

/// What became of one batch. A producer makes exactly one delivery for every batch that it is given.
public struct Delivery: Sendable {
    /// Whether a batch was stored.
    public enum Outcome: Sendable {
        /// The batch is stored, as far as the producer's ``Acks`` tell.
        ///
        /// `baseOffset` is the offset of its first record; -1 with ``Acks/none``, as the broker then gives no answer.
        /// `logAppendTimeMs` is the time at which the broker stored it, in milliseconds since 1970; -1 unless the topic's
        /// timestamps are set by the broker (`message.timestamp.type=LogAppendTime`).
        case acknowledged(baseOffset: Int64, logAppendTimeMs: Int64)
        /// The batch is not stored, as far as the client knows; see ``Delivery/mayBeDuplicated``.
        case failed(KafkaClientError)
    }

    /// The batch. That of records that failed before they were in one has no bytes and no exchanges. Its bytes count against
    /// its builder's memory bound for as long as it is referenced.
    public let batch: RecordBatch
    /// The partition that the batch was stored in or last sent to; -1 when none was chosen.
    public let partition: Int32
    /// Whether the batch was stored, and where.
    public let outcome: Outcome
    /// The produce requests that carried the batch, in the order in which they were sent. Empty when none did.
    public let exchanges: [Exchange]
    /// When the producer took the batch.
    public let queued: MonotonicInstant
    /// When the outcome was known.
    public let ended: MonotonicInstant
    /// Whether the leader has checked the batch's sequence number, so that it stores it once.
    private let isIdempotent: Bool

    init(
        batch: RecordBatch, partition: Int32, outcome: Outcome, exchanges: [Exchange], queued: MonotonicInstant,
        ended: MonotonicInstant, isIdempotent: Bool = false
    ) {
        self.batch = batch
        self.partition = partition
        self.outcome = outcome
        self.exchanges = exchanges
        self.queued = queued
        self.ended = ended
        self.isIdempotent = isIdempotent
    }

    /// Whether the batch is stored, as far as the producer's ``Acks`` tell.
    public var isAcknowledged: Bool {
        if case .acknowledged = outcome { true } else { false }
    }

    /// Why the batch failed; nil for a batch that is stored.
    public var error: KafkaClientError? {
        if case .failed(let error) = outcome { error } else { nil }
    }

    /// The records of the batch that were tagged (``RecordChunk/tag``), in order, each run once.
    public var taggedRecords: [TaggedRecords] {
        batch.marks.compactMap { run in
            run.mark.tag.map { TaggedRecords(tag: $0, first: run.first, count: run.count, baseOffset: baseOffset) }
        }
    }

    /// The offset of the first record; -1 when the batch is not stored, or with ``Acks/none``.
    private var baseOffset: Int64 {
        if case .acknowledged(let baseOffset, _) = outcome { baseOffset } else { -1 }
    }

    /// Whether the partition's log may hold the records twice, or may hold them although the delivery failed.
    ///
    /// This is so when an attempt that did not succeed may still have stored the batch: its answer was lost, or the error
    /// came after the leader had appended the batch. With idempotence the leader knows a batch that comes again, and what is
    /// acknowledged is stored once.
    public var mayBeDuplicated: Bool {
        if isIdempotent, isAcknowledged { return false }
        return (isAcknowledged ? exchanges.dropLast() : exchanges[...]).contains(where: \.mayHaveStored)
    }
}

/// Consecutive records of a batch that were appended with the same tag.
public struct TaggedRecords: Sendable, Hashable {
    /// The tag that the records were appended with.
    public let tag: UInt64
    /// The index of the first of them in the batch.
    public let first: Int
    /// The number of records, at least one.
    public let count: Int
    private let baseOffset: Int64

    init(tag: UInt64, first: Int, count: Int, baseOffset: Int64) {
        self.tag = tag
        self.first = first
        self.count = count
        self.baseOffset = baseOffset
    }

    /// Their offsets in the partition; nil when they are not stored, and with ``Acks/none``.
    public var offsets: Range<Int64>? {
        baseOffset < 0 ? nil : baseOffset + Int64(first)..<baseOffset + Int64(first + count)
    }
}

/// One produce request that carried a batch, and what the broker answered for that batch.
///
/// Source: Produce, API key 0.
public struct Exchange: Sendable {
    /// The node id of the broker that the request was sent to.
    public let broker: Int32
    /// The acknowledgement that the request asked for.
    public let acks: Acks
    /// When the request was handed to the system. The batch was queued until then.
    public let began: MonotonicInstant
    /// When the answer arrived, or when the client gave up waiting for it.
    public let ended: MonotonicInstant
    /// The broker's error code for this batch: ``KafkaErrorCode/none`` when it is acknowledged, nil when there was no
    /// answer.
    public let errorCode: KafkaErrorCode?
    /// Why there was no answer; nil when there was one.
    public let error: KafkaClientError?
    /// How long the batch had waited before, because the broker throttled this client for its quota (KIP-219).
    public var throttled: Duration { .nanoseconds(throttledNs) }
    private let throttledNs: Int64
    /// How long the broker had the request, which is part of the time from ``began`` to ``ended``; nil where it does not say.
    /// Kafka doesn't. `KafkaEmbeddedBroker` does when its `tellsServiceTime` is set.
    public var serviceTime: Duration? { serviceTimeNs < 0 ? nil : .nanoseconds(serviceTimeNs) }
    private let serviceTimeNs: Int64
    /// ``serviceTime`` as it came: its conversion and back costs a division of 128 bits.
    package var serviceNanoseconds: Int64? { serviceTimeNs < 0 ? nil : serviceTimeNs }

    /// What a delivery keeps of one attempt.
    init(_ outcome: AttemptOutcome, acks: Acks, _ times: AttemptTimes, throttledNs: Int64 = 0) {
        let (errorCode, error): (KafkaErrorCode?, KafkaClientError?) =
            switch outcome {
            case .acknowledged: (KafkaErrorCode.none, nil)
            case .refused(let code, _): (code, nil)
            case .unanswered(let error): (nil, error)
            }
        broker = times.broker
        self.acks = acks
        began = times.began
        ended = times.ended
        self.errorCode = errorCode
        self.error = error
        self.throttledNs = throttledNs
        // By a clock of its own, and with the turn of the loop that took it.
        serviceTimeNs = min(times.serviceTimeNs, max(0, times.ended.nanoseconds(since: times.began)))
    }

    /// Whether the broker may have stored the batch although the attempt did not succeed: there was no answer, or the error
    /// is one that a leader also gives after it has appended.
    var mayHaveStored: Bool {
        switch errorCode {
        case nil, .notEnoughReplicasAfterAppend?, .requestTimedOut?: true
        // Kafka also gives these codes for a batch that was appended and waited for its replicas when the leader changed or
        // the log's disk failed (Kafka's `DelayedProduce`). The new leader may have the batch.
        case .notLeaderOrFollower?, .kafkaStorageError?: acks == .all
        default: false
        }
    }
}

/// Takes the deliveries of producer lanes.
///
/// Both functions are called on the thread of the lane, and must be quick and must not block. A sink that several lanes
/// share is called from several threads.
public protocol DeliverySink: AnyObject, Sendable {
    /// Takes deliveries, in the order in which their outcomes were known. The array is never empty.
    func accept(_ deliveries: [Delivery])
    /// Says that a lane was closed and has no more deliveries. Each lane calls it once.
    func finish()
}

extension Delivery {
    /// The delivery's story without the bytes of its batch, which then keep no memory of the builder's. They must not be asked for.
    package var withoutBytes: Delivery {
        Delivery(
            batch: RecordBatch(withoutBytesOf: batch), partition: partition, outcome: outcome, exchanges: exchanges,
            queued: queued, ended: ended, isIdempotent: isIdempotent)
    }

    /// A delivery of a batch that was never sent and counts as acknowledged, for pipelines that end before a broker. Its
    /// base offset is -1.
    ///
    /// - Parameters:
    ///   - batch: the batch.
    ///   - now: the time at which it was taken and ended.
    package init(acknowledging batch: RecordBatch, now: MonotonicInstant) {
        self.init(
            batch: batch, partition: batch.partition, outcome: .acknowledged(baseOffset: -1, logAppendTimeMs: -1),
            exchanges: [], queued: now, ended: now)
    }
}
