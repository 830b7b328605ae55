// The producer's logic without its network: which batch may go where, and what becomes of it. A value; time and chance are
// arguments, tests drive it.
//
//   enqueue ─▶ partition's queue ─▶ ready list of its leader ─▶ takeRequest ─▶ (in flight) ─▶ complete ─▶ delivery
//                    ▲                                                             │
//                    └────────────── backing off ◀──── retriable ◀────────────────┘
//
// A partition is in at most one of these states:
//   empty       nothing waits, nothing is in flight
//   leaderless  batches wait, nobody leads it (metadata is asked for)
//   backing off batches wait until a time, after a failure
//   ready       batches wait, it is in the list of its leader
//   in flight   one batch is on its way; others wait behind it
// So order holds without the broker's help: the next batch of a partition leaves when the one before has come to an end or
// is back at the head of the queue.

import KafkaProtocol

/// The batches of one lane that are not yet acknowledged.
struct ProduceQueue {
    /// What to send to one broker: at most one batch per partition.
    ///
    /// Unchecked: made, sent and answered on one lane's loop.
    struct Request: @unchecked Sendable {
        var items: [Item] = []
        var byteCount = 0

        /// A request names each topic once. Of one topic, and mostly there is only one, this is a glance.
        fileprivate mutating func sortByTopic() {
            guard let first = items.first?.topic, items.contains(where: { $0.topic !== first }) else { return }
            items.sort { $0.topic.name < $1.topic.name }
        }
    }

    struct Item {
        let topic: TopicQueue
        /// As it was when the request was made: the answer speaks of this one, whatever is learned meanwhile.
        let topicID: KafkaUUID
        let pending: PendingBatch
    }

    /// What the owner must do after a change.
    struct Effects {
        var deliveries: [Delivery] = []
        var topicsToRefresh: Set<String> = []
    }

    let configuration: ProducerConfiguration
    private let backoff: Backoff
    private var topics: [String: TopicQueue] = [:]
    private var ready: [Int32: ReadyList] = [:]
    private var backingOff: [(topic: TopicQueue, partition: Int32)] = []
    /// Why a broker could not be reached the last time, until it could.
    private var unreachable: [Int32: KafkaClientError] = [:]
    /// Batches that have not come to their end, those in flight included.
    private(set) var pendingCount = 0
    private(set) var epochs = PendingEpochs()

    private struct ReadyList {
        var partitions: [(topic: TopicQueue, partition: Int32)] = []
        var head = 0
        var byteCount = 0
        /// When the oldest entry was listed.
        var sinceNs: Int64 = .max
    }

    init(_ configuration: ProducerConfiguration) {
        self.configuration = configuration
        backoff = Backoff(configuration.retryBackoff, max: configuration.retryBackoffMax)
    }

    /// Puts a line under what is pending now.
    ///
    /// - Returns: the epoch that all of it has ended with; nil when there is nothing.
    mutating func beginEpoch() -> Int? { epochs.beginNext() }

    // MARK: In

    /// Takes a batch; its topic may not be known yet.
    mutating func enqueue(_ batch: RecordBatch, nowNs: Int64, _ effects: inout Effects) {
        let pending = PendingBatch(
            batch, queuedNs: nowNs, deadlineNs: nowNs &+ configuration.deliveryTimeout.nanoseconds,
            epoch: epochs.begin())
        pendingCount += 1
        let topic = topicQueue(batch.topic)
        guard topic.isKnown else {
            topic.unplaced.append(pending)
            effects.topicsToRefresh.insert(topic.name)
            return
        }
        place(pending, topic, atFront: false, nowNs: nowNs, &effects)
    }

    private mutating func topicQueue(_ name: String) -> TopicQueue {
        if let topic = topics[name] { return topic }
        let topic = TopicQueue(name)
        topics[name] = topic
        return topic
    }

    private mutating func place(
        _ pending: PendingBatch, _ topic: TopicQueue, atFront: Bool, nowNs: Int64, _ effects: inout Effects
    ) {
        if !pending.isStrict { pending.partition = topic.choosePartition(after: pending.partition, nowNs: nowNs) }
        guard pending.partition >= 0, Int(pending.partition) < topic.partitions.count else {
            let error = KafkaClientError(
                .unknownPartition,
                "topic '\(topic.name)' has \(topic.partitions.count) partitions, a batch was meant for \(pending.partition)"
            )
            return end(pending, .failed(error), nowNs: nowNs, &effects)
        }
        let index = Int(pending.partition)
        if atFront {
            // A listed partition is in its list with the bytes of its first batch, which is now another.
            if topic.partitions[index].isListed, let first = topic.partitions[index].waiting.first {
                ready[topic.partitions[index].leader]!.byteCount += pending.batch.byteCount - first.batch.byteCount
            }
            topic.partitions[index].waiting.prepend(pending)
        } else {
            topic.partitions[index].waiting.append(pending)
        }
        list(topic, pending.partition, nowNs: nowNs, &effects)
    }

    /// Puts a partition into its leader's list when it has something to send and nothing stands against it.
    private mutating func list(_ topic: TopicQueue, _ partition: Int32, nowNs: Int64, _ effects: inout Effects) {
        let state = topic.partitions[Int(partition)]
        guard !state.isInFlight, !state.isListed, state.retryAtNs <= nowNs, let first = state.waiting.first else {
            return
        }
        guard state.leader >= 0 else {
            effects.topicsToRefresh.insert(topic.name)
            return
        }
        topic.partitions[Int(partition)].isListed = true
        ready[state.leader, default: ReadyList()].partitions.append((topic, partition))
        ready[state.leader]!.byteCount += first.batch.byteCount
        ready[state.leader]!.sinceNs = min(ready[state.leader]!.sinceNs, nowNs)
    }

    // MARK: Out

    /// Brokers for which something is ready.
    var readyBrokers: [Int32] { ready.compactMap { $1.byteCount > 0 ? $0 : nil } }

    func readyByteCount(_ broker: Int32) -> Int { ready[broker]?.byteCount ?? 0 }

    /// Since when the oldest batch that is ready for the broker is so.
    func readySinceNs(_ broker: Int32) -> Int64 { ready[broker]?.sinceNs ?? .max }

    /// Takes batches for one request, and marks their partitions as in flight.
    mutating func takeRequest(for broker: Int32, nowNs: Int64) -> Request {
        var request = Request()
        guard var list = ready.removeValue(forKey: broker) else { return request }
        while list.head < list.partitions.count {
            let (topic, partition) = list.partitions[list.head]
            guard let pending = topic.partitions[Int(partition)].waiting.first else {
                preconditionFailure("nothing waits")
            }
            let byteCount = pending.batch.byteCount
            if !request.items.isEmpty,
                request.byteCount + byteCount > configuration.requestByteCountMax
                    || request.byteCount >= configuration.requestByteCountTarget
            {
                break
            }
            list.head += 1
            list.byteCount -= byteCount
            topic.partitions[Int(partition)].waiting.removeFirst()
            topic.partitions[Int(partition)].isListed = false
            topic.partitions[Int(partition)].isInFlight = true
            request.items.append(Item(topic: topic, topicID: topic.id, pending: pending))
            request.byteCount += byteCount
        }
        request.sortByTopic()
        list.sinceNs = list.head < list.partitions.count ? nowNs : .max
        if list.head == list.partitions.count {
            list.partitions.removeAll(keepingCapacity: true)
            list.head = 0
        } else if list.head >= 256 {
            list.partitions.removeFirst(list.head)
            list.head = 0
        }
        ready[broker] = list
        return request
    }

    // MARK: Back

    /// Says what one attempt came to. The exchange is already in the batch's story.
    mutating func complete(
        _ item: Item, _ outcome: AttemptOutcome, nowNs: Int64, chance: @autoclosure () -> Double,
        _ effects: inout Effects
    ) {
        let partition = item.pending.partition
        item.topic.partitions[Int(partition)].isInFlight = false
        switch outcome {
        case .acknowledged(let baseOffset, let logAppendTimeMs):
            item.topic.partitions[Int(partition)].failures = 0
            end(
                item.pending, .acknowledged(baseOffset: baseOffset, logAppendTimeMs: logAppendTimeMs), nowNs: nowNs,
                &effects)
        case .refused(let code, let message):
            if code.needsMetadataRefresh { effects.topicsToRefresh.insert(item.topic.name) }
            let where_ = "topic '\(item.topic.name)' partition \(partition)"
            let error = KafkaClientError(code, where_, message)
            retryOrEnd(item, error, nowNs: nowNs, chance: chance, &effects)
        case .unanswered(let error):
            effects.topicsToRefresh.insert(item.topic.name)
            retryOrEnd(item, error, nowNs: nowNs, chance: chance, &effects)
        }
        list(item.topic, partition, nowNs: nowNs, &effects)
    }

    private mutating func retryOrEnd(
        _ item: Item, _ error: KafkaClientError, nowNs: Int64, chance: () -> Double, _ effects: inout Effects
    ) {
        let pending = item.pending
        guard error.isRetriable, pending.exchanges.count < configuration.attempts, nowNs < pending.deadlineNs else {
            return end(pending, .failed(final(error, pending, nowNs)), nowNs: nowNs, &effects)
        }
        let index = Int(pending.partition)
        item.topic.partitions[index].failures += 1
        item.topic.partitions[index].retryAtNs =
            nowNs + backoff.delayNs(attempt: item.topic.partitions[index].failures, chance: chance())
        backingOff.append((item.topic, pending.partition))
        place(pending, item.topic, atFront: true, nowNs: nowNs, &effects)
    }

    /// A failure that could have been retried says how long that was tried.
    private func final(_ error: KafkaClientError, _ pending: PendingBatch, _ nowNs: Int64) -> KafkaClientError {
        guard error.isRetriable, nowNs >= pending.deadlineNs || pending.exchanges.count > 1 else { return error }
        return KafkaClientError(
            nowNs >= pending.deadlineNs ? .deliveryTimedOut : error.code,
            "not delivered in \((nowNs - pending.queuedNs) / 1_000_000) ms and \(pending.exchanges.count) attempts",
            brokerError: error.brokerError, underlying: error)
    }

    private mutating func end(
        _ pending: PendingBatch, _ outcome: Delivery.Outcome, nowNs: Int64, _ effects: inout Effects
    ) {
        pendingCount -= 1
        epochs.end(pending.epoch)
        effects.deliveries.append(pending.delivery(outcome, endedNs: nowNs))
    }
}

// MARK: - Metadata and time

extension ProduceQueue {
    /// Takes what was learned of leaders, for the topics in use.
    mutating func apply(_ snapshot: ClusterSnapshot, nowNs: Int64, _ effects: inout Effects) {
        for topic in topics.values {
            guard let description = snapshot.topics[topic.name], !description.partitions.isEmpty else { continue }
            topic.apply(description)
        }
        // Leaders have moved: whoever was listed is listed anew.
        for list in ready.values {
            for (topic, partition) in list.partitions[list.head...] {
                topic.partitions[Int(partition)].isListed = false
            }
        }
        ready = [:]
        for topic in topics.values {
            guard topic.isKnown else {
                if !topic.unplaced.isEmpty { effects.topicsToRefresh.insert(topic.name) }
                continue
            }
            let unplaced = topic.unplaced
            topic.unplaced = []
            for partition in topic.partitions.indices { list(topic, Int32(partition), nowNs: nowNs, &effects) }
            for pending in unplaced { place(pending, topic, atFront: false, nowNs: nowNs, &effects) }
        }
    }

    /// Lists what has backed off long enough, and ends what has waited too long.
    mutating func tick(nowNs: Int64, _ effects: inout Effects) {
        let due = backingOff
        backingOff = []
        for (topic, partition) in due {
            if topic.partitions[Int(partition)].retryAtNs <= nowNs {
                list(topic, partition, nowNs: nowNs, &effects)
            } else {
                backingOff.append((topic, partition))
            }
        }
        let unlisted = unlistExpired(nowNs: nowNs)
        expire(nowNs: nowNs, &effects)
        for (topic, partition) in unlisted { list(topic, partition, nowNs: nowNs, &effects) }
    }

    /// Takes the lists apart in which a batch has waited too long, so that it can be ended; rare.
    private mutating func unlistExpired(nowNs: Int64) -> [(topic: TopicQueue, partition: Int32)] {
        var unlisted: [(topic: TopicQueue, partition: Int32)] = []
        for (broker, list) in ready {
            let waiting = list.partitions[list.head...]
            let hasExpired = waiting.contains { topic, partition in
                (topic.partitions[Int(partition)].waiting.first?.deadlineNs ?? .max) <= nowNs
            }
            if !hasExpired { continue }
            ready[broker] = nil
            for (topic, partition) in waiting { topic.partitions[Int(partition)].isListed = false }
            unlisted += waiting
        }
        return unlisted
    }

    private mutating func expire(nowNs: Int64, _ effects: inout Effects) {
        for topic in topics.values {
            while let first = topic.unplaced.first, first.deadlineNs <= nowNs {
                topic.unplaced.removeFirst()
                end(
                    first, .failed(expiry(first, "topic '\(topic.name)' could not be learned of", nowNs)), nowNs: nowNs,
                    &effects)
            }
            for index in topic.partitions.indices where !topic.partitions[index].isListed {
                while let first = topic.partitions[index].waiting.first, first.deadlineNs <= nowNs {
                    topic.partitions[index].waiting.removeFirst()
                    let leader = topic.partitions[index].leader
                    let why =
                        leader < 0
                        ? "partition \(index) of '\(topic.name)' has no leader" : "broker \(leader) took no requests"
                    end(
                        first, .failed(expiry(first, why, nowNs, unreachable[leader])), nowNs: nowNs, &effects)
                }
            }
        }
    }

    private func expiry(
        _ pending: PendingBatch, _ why: String, _ nowNs: Int64, _ underlying: KafkaClientError? = nil
    ) -> KafkaClientError {
        KafkaClientError(
            .deliveryTimedOut,
            "not delivered in \((nowNs - pending.queuedNs) / 1_000_000) ms and \(pending.exchanges.count) attempts: \(why)",
            causes: underlying.map { [$0] } ?? [])
    }

    /// When `tick` has something to do next.
    var nextTickNs: Int64? {
        backingOff.map { $0.topic.partitions[Int($0.partition)].retryAtNs }.min()
    }

    var topicNames: Set<String> { Set(topics.keys) }

    /// Unlists what is ready for a broker that can't be reached, so that it can expire, and lists it again later.
    ///
    /// - Parameter reason: why it can't be reached, told by batches that expire meanwhile.
    mutating func backOff(broker: Int32, untilNs: Int64, reason: KafkaClientError? = nil) {
        unreachable[broker] = reason ?? unreachable[broker]
        guard let list = ready.removeValue(forKey: broker) else { return }
        for (topic, partition) in list.partitions[list.head...] {
            topic.partitions[Int(partition)].isListed = false
            topic.partitions[Int(partition)].retryAtNs = untilNs
            backingOff.append((topic, partition))
        }
    }

    /// Ends everything that is not in flight.
    mutating func failWaiting(_ error: KafkaClientError, nowNs: Int64, _ effects: inout Effects) {
        ready = [:]
        backingOff = []
        for topic in topics.values {
            for pending in topic.unplaced { end(pending, .failed(error), nowNs: nowNs, &effects) }
            topic.unplaced = []
            for index in topic.partitions.indices {
                topic.partitions[index].isListed = false
                while let pending = topic.partitions[index].waiting.first {
                    topic.partitions[index].waiting.removeFirst()
                    end(pending, .failed(error), nowNs: nowNs, &effects)
                }
            }
        }
    }
}
