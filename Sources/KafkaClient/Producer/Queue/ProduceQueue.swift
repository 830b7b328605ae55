// The producer's logic without its network: which batch may go to which broker, and what becomes of it. A value: time,
// chance and answers are arguments, and tests drive it.
//
//   enqueue ─▶ partition's queue ─▶ ready list of its leader ─▶ takeRequest ─▶ (in flight) ─▶ complete ─▶ delivery
//                    ▲                                                             │
//                    └────────────── backing off ◀──── retriable ◀────────────────┘
//
// The states of a partition are in `PartitionQueue`. Of a partition at most one batch is in flight, and one that failed goes
// back to the head of its queue: so order holds without the broker's help.
//
// +Ready    ready lists and requests           +Metadata  topics and leaders
// +Outcome  what becomes of attempts           +Time      pauses and deadlines

import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// The batches of one lane that are not yet acknowledged.
struct ProduceQueue {
    /// One partition of one topic, by index.
    struct PartitionKey: Hashable, Sendable {
        let topic: Int
        let partition: Int32
    }

    /// What the owner must do after a change.
    struct Effects {
        var deliveries: [Delivery] = []
        var topicsToRefresh: Set<String> = []
    }

    let configuration: ProducerConfiguration
    let backoff: Backoff
    var topics: [TopicQueue] = []
    private var topicIndices: [String: Int] = [:]
    /// By broker.
    var ready: [Int32: ReadyList] = [:]
    /// Partitions in a pause after a failure.
    var backingOff: [PartitionKey] = []
    /// Why a broker could not be reached the last time, until it could.
    var unreachable: [Int32: KafkaClientError] = [:]
    /// Batches that have not come to their end, those in flight included.
    private(set) var pendingCount = 0
    private(set) var epochs = PendingEpochs()

    init(_ configuration: ProducerConfiguration) {
        self.configuration = configuration
        backoff = Backoff(configuration.retryBackoff, max: configuration.retryBackoffMax)
    }

    /// Names of the topics in use.
    var topicNames: Set<String> { Set(topicIndices.keys) }

    /// Puts a line under what is pending now.
    ///
    /// - Returns: the epoch that all of it has ended with; nil when there is nothing.
    mutating func beginEpoch() -> Int? { epochs.beginNext() }

    /// Takes a batch; its topic may not be known yet.
    mutating func enqueue(_ batch: RecordBatch, now: MonotonicInstant, _ effects: inout Effects) {
        let queued = QueuedBatch(
            batch, queued: now, deadline: now + configuration.deliveryTimeout, epoch: epochs.begin())
        pendingCount += 1
        let topic = topicIndex(batch.topic)
        if topics[topic].isKnown {
            place(queued, in: topic, atFront: false, now: now, &effects)
        } else {
            topics[topic].unplaced.append(queued)
            effects.topicsToRefresh.insert(batch.topic)
        }
    }

    private mutating func topicIndex(_ name: String) -> Int {
        if let index = topicIndices[name] { return index }
        topicIndices[name] = topics.count
        topics.append(TopicQueue(name))
        return topics.count - 1
    }

    /// Puts a batch into the queue of its partition, which is chosen now where it may go to any.
    mutating func place(
        _ batch: QueuedBatch, in topic: Int, atFront: Bool, now: MonotonicInstant, _ effects: inout Effects
    ) {
        var batch = batch
        if !batch.isStrict { batch.partition = topics[topic].choosePartition(after: batch.partition, now: now) }
        let partitionCount = topics[topic].partitions.count
        guard batch.partition >= 0, Int(batch.partition) < partitionCount else {
            let error = PartitionBounds.error(batch.partition, of: topics[topic].name, partitionCount)
            return end(batch, .failed(error), now: now, &effects)
        }
        let key = PartitionKey(topic: topic, partition: batch.partition)
        if atFront {
            prepend(batch, key)
        } else {
            self[key].waiting.append(batch)
        }
        advance(key, now: now, &effects)
    }

    /// Ends a batch's story.
    mutating func end(
        _ batch: QueuedBatch, _ outcome: Delivery.Outcome, now: MonotonicInstant, _ effects: inout Effects
    ) {
        pendingCount -= 1
        epochs.end(batch.epoch)
        effects.deliveries.append(batch.delivery(outcome, ended: now))
    }

    subscript(key: PartitionKey) -> PartitionQueue {
        _read { yield topics[key.topic].partitions[Int(key.partition)] }
        _modify { yield &topics[key.topic].partitions[Int(key.partition)] }
    }
}
