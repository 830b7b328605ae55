import KafkaProtocol
import KafkaQueues
import KafkaTransport

extension ProduceQueue {
    /// Partitions that have something for one broker, in the order in which they became ready.
    struct ReadyList {
        var partitions = RingBuffer<PartitionKey>()
        /// Bytes of the first batch of each.
        var byteCount = 0
        /// When the oldest entry became ready.
        var since = MonotonicInstant.distantFuture
    }

    /// What to send to one broker: at most one batch for each partition, and those of a topic stand together.
    struct Request: Sendable {
        var items: [Item] = []
        var byteCount = 0

        /// A request names each topic once. Mostly there is only one, and this is a glance.
        fileprivate mutating func sortByTopic() {
            guard let first = items.first?.key.topic, items.contains(where: { $0.key.topic != first }) else { return }
            items.sort { $0.topic < $1.topic }
        }
    }

    /// A batch in a request.
    struct Item: Sendable {
        let key: PartitionKey
        let topic: String
        /// As it was when the request was made: the answer speaks of this one, whatever is learned meanwhile.
        let topicID: KafkaUUID
        let batch: RecordBatch

        var partition: Int32 { key.partition }
    }

    /// Brokers for which something is ready.
    var readyBrokers: [Int32] { ready.compactMap { $1.byteCount > 0 ? $0 : nil } }

    func readyByteCount(_ broker: Int32) -> Int { ready[broker]?.byteCount ?? 0 }

    /// When the oldest batch that is ready for the broker became so.
    func readySince(_ broker: Int32) -> MonotonicInstant { ready[broker]?.since ?? .distantFuture }

    /// Moves a partition on from rest, and lists it when it is ready.
    mutating func advance(_ key: PartitionKey, now: MonotonicInstant, _ effects: inout Effects) {
        switch self[key].advance(now: now) {
        case .nothing: break
        case .needsLeader: effects.topicsToRefresh.insert(topics[key.topic].name)
        case .becameReady:
            let leader = self[key].leader
            ready[leader, default: ReadyList()].partitions.append(key)
            ready[leader]!.byteCount += firstByteCount(key)
            ready[leader]!.since = min(ready[leader]!.since, now)
        }
    }

    /// Puts a batch at the head of its partition's queue. A ready partition counts in its list with the bytes of its first
    /// batch, which is now another.
    mutating func prepend(_ batch: QueuedBatch, _ key: PartitionKey) {
        if self[key].isReady {
            ready[self[key].leader]!.byteCount += batch.batch.byteCount - firstByteCount(key)
        }
        self[key].waiting.prepend(batch)
    }

    /// Bytes of the batch that goes first.
    private func firstByteCount(_ key: PartitionKey) -> Int { self[key].waiting.first?.batch.byteCount ?? 0 }

    /// Takes batches for one request; their partitions are then in flight.
    ///
    /// The request ends when it has reached the configuration's target, or the next batch would exceed its maximum.
    mutating func takeRequest(for broker: Int32, now: MonotonicInstant) -> Request {
        var request = Request()
        guard var list = ready.removeValue(forKey: broker) else { return request }
        while let key = list.partitions.first {
            let byteCount = firstByteCount(key)
            let isFull =
                request.byteCount >= configuration.requestByteCountTarget
                || request.byteCount + byteCount > configuration.requestByteCountMax
            if isFull, !request.items.isEmpty { break }
            _ = list.partitions.popFirst()
            list.byteCount -= byteCount
            let batch = self[key].takeFirst()
            request.items.append(
                Item(key: key, topic: topics[key.topic].name, topicID: topics[key.topic].id, batch: batch.batch))
            request.byteCount += byteCount
        }
        request.sortByTopic()
        list.since = list.partitions.isEmpty ? .distantFuture : now
        ready[broker] = list
        return request
    }

    /// Takes a broker's list apart.
    ///
    /// - Returns: the partitions that stood in it, which are idle now.
    mutating func unlist(_ broker: Int32) -> [PartitionKey] {
        guard var list = ready.removeValue(forKey: broker) else { return [] }
        let keys = list.partitions.takeAll()
        for key in keys { self[key].unlist() }
        return keys
    }
}
