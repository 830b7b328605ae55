// The producer's logic without its network: which batch may be sent to which broker, and what becomes of it. It has no
// clock, no chance and no connection: times, random numbers and answers are arguments, so that tests decide them.
//
//   enqueue ─▶ partition's queue ─▶ ready list of its leader ─▶ takeRequest ─▶ (in flight) ─▶ complete ─▶ delivery
//                    ▲                                                             │
//                    └────────────── backing off ◀──── retriable ◀────────────────┘
//
// The states of a partition are in `PartitionQueue`. A failed batch goes back to the head of its queue when nothing of its
// partition is in flight any more. Without idempotence only one batch of a partition is in flight, which keeps the order
// without help from the broker; an idempotent producer has several, whose numbers are in `PartitionSequences`.
//
// +Ready    ready lists and requests           +Metadata  topics and leaders
// +Outcome  what becomes of attempts           +Time      pauses and deadlines

import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// The batches of one lane that have no delivery yet.
///
/// There are no copies of it: a look at one would otherwise cost a reference count for each of its parts.
struct ProduceQueue: ~Copyable {
    /// One partition of one topic.
    struct PartitionKey: Hashable, Sendable {
        /// The topic's index in `topics`.
        let topic: Int
        let partition: Int32
    }

    /// What the owner must do after a change.
    struct Effects {
        var deliveries: [Delivery] = []
        /// Topics of which no leader is known where one is needed, or of which something proved wrong.
        var topicsToRefresh: Set<String> = []
        /// The attempts that failed and are repeated.
        var retries: [Retry] = []
        /// The brokers, by node id, for which batches wait for a producer id.
        var leadersWithoutIdentity: Set<Int32> = []
        /// The partitions that are to be added to the transaction.
        var partitionsToJoin: [TopicPartition] = []
        /// Why the transaction can only be aborted from now on.
        var transactionFailure: KafkaClientError?
        /// What else is to be told of.
        var events: [ClientEvent.Kind] = []

        var isAny: Bool {
            !leadersWithoutIdentity.isEmpty || !deliveries.isEmpty || !topicsToRefresh.isEmpty || !retries.isEmpty
                || !events.isEmpty || !partitionsToJoin.isEmpty || transactionFailure != nil
        }
    }

    /// An attempt that failed and is repeated.
    struct Retry {
        let topic: String
        let partition: Int32
        let broker: Int32
        let recordCount: Int
        let error: KafkaClientError
    }

    let configuration: ProducerConfiguration
    let backoff: Backoff
    var window: PartitionQueue.Window
    /// The lane's producer id, with epoch 0; nil until a broker has given one out. Of a transactional producer that of the
    /// transaction.
    private(set) var identity: ProducerIdentity?
    /// The transaction that is open; nil without one.
    var transaction: OpenTransaction?
    /// Who brokers were told that this client is, for messages; nil where that is not known.
    var user: String?
    /// Why no broker has given out a producer id the last time; nil when one has.
    var identityFailure: KafkaClientError?
    let share: LaneShare
    private let agesFromAppend: Bool
    let meter: LaneMeter
    var topics: [TopicQueue] = []
    private(set) var topicIndices: [String: Int] = [:]
    /// The topic of the last batch: the next one is seldom of another.
    private var lastTopic = 0
    /// The ready list of each broker, by node id.
    var ready: [Int32: ReadyList] = [:]
    /// The partitions that back off after a failure.
    var backingOff: [PartitionKey] = []
    /// The brokers that could not be reached the last time, by node id.
    var unreachable: [Int32: Unreachable] = [:]

    struct Unreachable {
        /// Why.
        let reason: KafkaClientError
        /// When it is tried again. Until then batches for any partition go elsewhere.
        let until: MonotonicInstant
    }

    /// The number of batches that have no delivery yet, those in flight included.
    private(set) var pendingCount = 0
    private(set) var epochs = PendingEpochs()
    /// Their bytes.
    private(set) var pendingByteCount = 0
    /// The memory in which they lie, in bytes.
    private(set) var pendingMemoryByteCount = 0

    /// - Parameters:
    ///   - share: the partitions among which it chooses for batches that may go to any.
    ///   - agesFromAppend: whether the delivery timeout begins with the first record of a batch, and not when the queue gets
    ///     the batch.
    ///   - meter: counts what is done.
    ///   - isTransactional: whether batches are taken within transactions only.
    init(
        _ configuration: ProducerConfiguration, share: LaneShare = .all, agesFromAppend: Bool = false,
        meter: LaneMeter = LaneMeter(), isTransactional: Bool = false
    ) {
        self.meter = meter
        self.configuration = configuration
        self.share = share
        self.agesFromAppend = agesFromAppend
        backoff = Backoff(configuration.retryBackoff, max: configuration.retryBackoffMax)
        window = PartitionQueue.Window(
            countMax: configuration.inFlightPerPartitionMax, isIdempotent: configuration.isIdempotent,
            mayReorder: configuration.mayReorder, isTransactional: isTransactional)
    }

    /// Takes a producer id from a broker. What has waited for it can be sent.
    mutating func setIdentity(_ identity: ProducerIdentity, now: MonotonicInstant, _ effects: inout Effects) {
        self.identity = identity
        identityFailure = nil
        for topic in topics.indices {
            for partition in topics[topic].partitions.indices {
                advance(PartitionKey(topic: topic, partition: Int32(partition)), now: now, &effects)
            }
        }
    }

    /// Notes that a producer id is of no more use. Another one is asked for when it is needed.
    mutating func renounce(_ id: Int64) {
        if identity?.id == id { identity = nil }
    }

    /// Begins a new epoch, which separates the batches that are pending now from those that come later.
    ///
    /// - Returns: the epoch after which all that is pending now has ended; nil when nothing is pending.
    mutating func beginEpoch() -> Int? { epochs.beginNext() }

    /// Takes a batch. Its topic may be unknown yet: the batch then waits until the topic's partitions are known.
    ///
    /// - Parameter topic: the index of the batch's topic in `topics`.
    mutating func enqueue(_ batch: RecordBatch, in topic: Int, now: MonotonicInstant, _ effects: inout Effects) {
        let born = agesFromAppend ? batch.times.firstAppend : now
        let queued = QueuedBatch(
            batch, queued: now, deadline: born + configuration.deliveryTimeout, epoch: epochs.begin())
        pendingCount += 1
        count(batch, 1)
        meter.didTake(batch)
        topics[topic].lastEnqueued = now
        if window.isTransactional, let error = transactionRefusal(batch) {
            return end(queued, in: topic, .failed(error), now: now, &effects)
        }
        if case .isGone(let error) = topics[topic].presence {
            effects.topicsToRefresh.insert(batch.topic)
            end(queued, in: topic, .failed(error), now: now, &effects)
        } else if topics[topic].isKnown {
            place(queued, in: topic, atFront: false, now: now, &effects)
        } else {
            topics[topic].unplaced.append(queued)
            effects.topicsToRefresh.insert(batch.topic)
        }
    }

    /// The index of a topic in `topics`; one that was not used before is added.
    mutating func topicIndex(_ name: String) -> Int {
        if lastTopic < topics.count, topics[lastTopic].name == name { return lastTopic }
        lastTopic = findTopic(name)
        return lastTopic
    }

    /// The index of a topic in `topics`, if it was used before.
    func knownIndex(_ name: String) -> Int? {
        lastTopic < topics.count && topics[lastTopic].name == name ? lastTopic : topicIndices[name]
    }

    /// Whether the partitions of a topic are known.
    func isKnown(_ topic: String) -> Bool { knownIndex(topic).map { topics[$0].isKnown } ?? false }

    private mutating func findTopic(_ name: String) -> Int {
        if let index = topicIndices[name] { return index }
        topicIndices[name] = topics.count
        topics.append(TopicQueue(name, meter.topic(name)))
        return topics.count - 1
    }

    /// Puts a batch into the queue of its partition. The partition of a batch that may go to any is chosen now.
    ///
    /// A batch for a partition that is not known waits for a while, because the topic may have gained it and brokers may be
    /// behind; but not for one that went when the topic was made anew.
    mutating func place(
        _ batch: QueuedBatch, in topic: Int, atFront: Bool, now: MonotonicInstant, _ effects: inout Effects
    ) {
        var batch = batch
        // Where it may be stored already, and nowhere else, it is known if it is sent again.
        if batch.isMovable {
            if batch.stamp != nil { leave(&batch, in: topic) }
            batch.partition = topics[topic].choosePartition(
                after: batch.partition, among: share, avoiding: unreachable, now: now)
        }
        let partitionCount = topics[topic].partitionCount
        let isAnew = topics[topic].hasLost(batch.partition)
        if Int(batch.partition) >= partitionCount, !isAnew, now < batch.queued + Self.unknownPartitionTimeMax {
            topics[topic].unplaced.append(batch)
            effects.topicsToRefresh.insert(topics[topic].name)
            return
        }
        guard batch.partition >= 0, Int(batch.partition) < partitionCount else {
            let error = PartitionBounds.error(batch.partition, of: topics[topic].name, partitionCount, isAnew: isAnew)
            return end(batch, in: topic, .failed(error), now: now, &effects)
        }
        let key = PartitionKey(topic: topic, partition: batch.partition)
        if atFront {
            prepend(batch, key)
        } else {
            self[key].waiting.append(batch)
        }
        advance(key, now: now, &effects)
    }

    /// Takes the stamp from a batch that is to be sent elsewhere.
    private mutating func leave(_ batch: inout QueuedBatch, in topic: Int) {
        topics[topic].partitions[Int(batch.partition)].sequences.abandon(batch)
        (batch.stamp, batch.order) = (nil, -1)
    }

    /// How long a batch waits for a partition that no broker knows.
    private static let unknownPartitionTimeMax = Duration.seconds(2)

    /// Counts the parts of a batch instead of the batch.
    mutating func didSplit(_ batch: QueuedBatch, into parts: [RecordBatch], now: MonotonicInstant) {
        pendingCount += parts.count - 1
        for part in parts { count(part, 1) }
        count(batch.batch, -1)
        meter.didSplit(batch.batch, into: parts)
        for _ in 1..<parts.count { epochs.add(to: batch.epoch) }
        if let topic = topicIndices[batch.batch.topic] { topics[topic].didRefuse(batch.batch.byteCount, now: now) }
    }

    private mutating func count(_ batch: RecordBatch, _ sign: Int) {
        pendingByteCount += sign * batch.byteCount
        pendingMemoryByteCount += sign * batch.heldByteCount
    }

    /// Ends a batch with an outcome, which becomes its delivery.
    ///
    /// - Parameter topic: the index of its topic in `topics`.
    mutating func end(
        _ batch: QueuedBatch, in topic: Int, _ outcome: Delivery.Outcome, now: MonotonicInstant,
        _ effects: inout Effects
    ) {
        pendingCount -= 1
        count(batch.batch, -1)
        epochs.end(batch.epoch)
        if case .failed = outcome, batch.stamp != nil {
            topics[topic].partitions[Int(batch.partition)].sequences.abandon(batch)
        }
        if case .failed(let error) = outcome { noteFailure(error, of: batch, &effects) }
        measure(batch, topics[topic].meter, outcome, now)
        effects.deliveries.append(batch.delivery(outcome, ended: now))
    }

    private func measure(
        _ batch: QueuedBatch, _ topic: TopicMeter, _ outcome: Delivery.Outcome, _ now: MonotonicInstant
    ) {
        meter.didEnd(batch.batch)
        if let first = batch.exchanges.first {
            meter.queueTime.add(first.began.nanoseconds(since: batch.batch.times.firstAppend))
        }
        switch outcome {
        case .acknowledged: topic.didSucceed(batch.batch, at: now)
        case .failed(let error): topic.didFail(batch.batch, error, at: now)
        }
    }

    subscript(key: PartitionKey) -> PartitionQueue {
        _read { yield topics[key.topic].partitions[Int(key.partition)] }
        _modify { yield &topics[key.topic].partitions[Int(key.partition)] }
    }
}
