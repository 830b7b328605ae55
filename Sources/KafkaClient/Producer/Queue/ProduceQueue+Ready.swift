import KafkaProtocol
import KafkaQueues
import KafkaTransport

extension ProduceQueue {
    /// The partitions that have a batch to send to one broker, in the order in which they became ready.
    struct ReadyList {
        var partitions = RingBuffer<PartitionKey>()
        /// The bytes of the first batches of all these partitions together.
        var byteCount = 0
        /// When the first of them became ready.
        var since = MonotonicInstant.distantFuture
    }

    /// The batches to send to one broker in one request: at most one for each partition. Those of a topic follow each other.
    struct Request: Sendable {
        var items: [Item] = []
        var byteCount = 0

        /// Sorts the items, because a request names each topic once. Mostly there is only one topic, and nothing is sorted.
        fileprivate mutating func sortByTopic() {
            guard let first = items.first?.key.topic, items.contains(where: { $0.key.topic != first }) else { return }
            items.sort { $0.topic < $1.topic }
        }
    }

    /// A batch in a request.
    struct Item: Sendable {
        let key: PartitionKey
        let topic: String
        /// The topic's id when the request was made. The answer names this one, also when the topic has another id by then.
        let topicID: KafkaUUID
        let batch: RecordBatch
        /// What it is sent under by an idempotent producer.
        let stamp: ProducerStamp?
        /// The number by which its partition knows it.
        let flight: UInt64

        var partition: Int32 { key.partition }
    }

    /// The brokers for which a batch is ready. The one that has waited longest comes first, so that none starves where few
    /// requests may be in flight.
    var readyBrokers: [Int32] {
        var waiting: [(broker: Int32, since: MonotonicInstant)] = []
        for (broker, list) in ready where list.byteCount > 0 { waiting.append((broker, list.since)) }
        if waiting.count > 1 { waiting.sort { ($0.since, $0.broker) < ($1.since, $1.broker) } }
        return waiting.map { $0.broker }
    }

    func readyByteCount(_ broker: Int32) -> Int { ready[broker]?.byteCount ?? 0 }

    /// Whether the partition that has been ready longest has more batches than go into one request: it gains nothing by waiting.
    func hasBacklog(_ broker: Int32) -> Bool {
        ready[broker]?.partitions.first.map { self[$0].waiting.count > 1 } ?? false
    }

    /// Advances a partition, and puts it into its leader's ready list when it has become ready.
    mutating func advance(_ key: PartitionKey, now: MonotonicInstant, _ effects: inout Effects) {
        let former = self[key].sequences.identity
        defer { noteEpoch(key, former, &effects) }
        switch self[key].advance(now: now, window, identity: identity) {
        case .nothing: break
        case .needsIdentity: effects.leadersWithoutIdentity.insert(self[key].leader)
        case .needsTransaction:
            effects.partitionsToJoin.append(TopicPartition(topics[key.topic].name, key.partition))
        case .needsLeader: effects.topicsToRefresh.insert(topics[key.topic].name)
        case .becameReady:
            let leader = self[key].leader
            ready[leader, default: ReadyList()].partitions.append(key)
            ready[leader]!.byteCount += firstByteCount(key)
            ready[leader]!.since = min(ready[leader]!.since, now)
        }
    }

    /// Tells when a partition goes on in another epoch, or as another producer.
    ///
    /// Inlined, like what else only looks at the queue for each batch: the compiler hands a call a copy of the whole queue.
    @inline(__always)
    private func noteEpoch(_ key: PartitionKey, _ former: ProducerIdentity?, _ effects: inout Effects) {
        guard let former, let identity = self[key].sequences.identity, identity != former else { return }
        effects.events.append(
            .epochBumped(
                topic: topics[key.topic].name, partition: key.partition, producerID: identity.id, from: former.epoch,
                to: identity.epoch))
    }

    /// Puts a batch at the head of its partition's queue, but behind those that have numbers already. The ready list counts the bytes of a partition's first batch, so
    /// that its sum changes too.
    mutating func prepend(_ batch: QueuedBatch, _ key: PartitionKey) {
        if self[key].isReady {
            ready[self[key].leader]!.byteCount -= firstByteCount(key)
            defer { ready[self[key].leader]!.byteCount += firstByteCount(key) }
            return self[key].prepend(batch)
        }
        self[key].prepend(batch)
    }

    /// The bytes of the batch that is sent next.
    @inline(__always)
    private func firstByteCount(_ key: PartitionKey) -> Int { self[key].waiting.first?.batch.byteCount ?? 0 }

    /// The batches of a partition that are in flight.
    func flightsCount(_ topic: String, _ partition: Int32) -> Int {
        key(topic, partition).map { self[$0].flightsCount } ?? 0
    }

    /// Whether nothing has gone wrong with the batches of a partition that were sent last.
    func isFlowing(_ topic: String, _ partition: Int32) -> Bool {
        key(topic, partition).map { self[$0].isFlowing } ?? false
    }

    /// Whether another batch of a partition would be sent, if a request could be.
    func mayTakeMore(_ topic: String, _ partition: Int32) -> Bool {
        guard let key = key(topic, partition) else { return true }
        return self[key].waiting.isEmpty && self[key].mayTakeMore(window)
    }

    /// The longest batch that brokers take for a topic, as far as they have said so lately.
    func batchByteCountMax(_ topic: String, now: MonotonicInstant) -> Int {
        knownIndex(topic).map { topics[$0].batchByteCountMax(now: now) } ?? .max
    }

    /// The leader of a partition, by node id; nil when none is known.
    func leader(_ topic: String, _ partition: Int32) -> Int32? {
        key(topic, partition).map { self[$0].leader }
    }

    private func key(_ topic: String, _ partition: Int32) -> PartitionKey? {
        guard let index = knownIndex(topic), topics[index].partitions.indices.contains(Int(partition)) else {
            return nil
        }
        return PartitionKey(topic: index, partition: partition)
    }

    /// Takes batches for one request. Partitions that have more batches, and may have more in flight, are ready again.
    ///
    /// No more are taken when the target is reached, or when the next batch would exceed the configuration's maximum.
    ///
    /// - Parameters:
    ///   - throttled: when the broker got no requests because it throttles this client; nil for never.
    ///   - target: the bytes at which the request is full, if they are more than the configuration says.
    mutating func takeRequest(
        for broker: Int32, now: MonotonicInstant, throttled: Range<MonotonicInstant>? = nil, target: Int = 0,
        _ effects: inout Effects
    ) -> Request {
        let target = max(target, configuration.requestByteCountTarget)
        var request = Request()
        guard var list = ready.removeValue(forKey: broker) else { return request }
        while let key = list.partitions.first {
            let byteCount = firstByteCount(key)
            let isFull =
                request.byteCount >= target
                || request.byteCount + byteCount > configuration.requestByteCountMax
            if isFull, !request.items.isEmpty { break }
            _ = list.partitions.popFirst()
            list.byteCount -= byteCount
            let (batch, flight) = self[key].takeFirst(
                for: broker, now: now, throttled: throttled, isIdempotent: window.isIdempotent,
                isTransactional: window.isTransactional)
            request.items.append(
                Item(
                    key: key, topic: topics[key.topic].name, topicID: topics[key.topic].id, batch: batch.batch,
                    stamp: batch.stamp, flight: flight))
            request.byteCount += byteCount
        }
        list.since = list.partitions.isEmpty ? .distantFuture : now
        ready[broker] = list
        if window.countMax > 1 { for item in request.items { advance(item.key, now: now, &effects) } }
        if !request.items.isEmpty { transaction?.hasSent = true }
        request.sortByTopic()
        return request
    }

    /// Takes one partition out of its leader's ready list, if it is in there.
    mutating func unlist(_ key: PartitionKey) {
        let leader = self[key].leader
        guard self[key].isReady, var list = ready.removeValue(forKey: leader) else { return }
        list.partitions.removeAll { $0 == key }
        list.byteCount -= firstByteCount(key)
        if list.partitions.isEmpty { list.since = .distantFuture }
        ready[leader] = list
        self[key].unlist()
    }

    /// Lets a partition back off: nothing is sent to it before a moment.
    mutating func rest(_ key: PartitionKey, until moment: MonotonicInstant) {
        unlist(key)
        let isKnown = if case .backingOff = self[key].state { true } else { false }
        self[key].rest(until: moment)
        if !isKnown { backingOff.append(key) }
    }

    /// Removes a broker's ready list.
    ///
    /// - Returns: the partitions that were in it, which are idle now.
    mutating func unlist(_ broker: Int32) -> [PartitionKey] {
        guard var list = ready.removeValue(forKey: broker) else { return [] }
        let keys = list.partitions.takeAll()
        for key in keys { self[key].unlist() }
        return keys
    }
}
