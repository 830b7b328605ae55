import KafkaProtocol

/// The partitions of one topic with what waits for them, in one lane.
final class TopicQueue {
    let name: String
    private(set) var id = KafkaUUID.zero
    var partitions: [PartitionQueue] = []
    /// What came before the topic's partitions were known.
    var unplaced: [PendingBatch] = []
    private var nextPartition: Int

    struct PartitionQueue {
        var leader: Int32 = -1
        var waiting = PendingDeque()
        var isInFlight = false
        var isListed = false
        /// Failures since the last success.
        var failures = 0
        /// Not before this time, after a failure.
        var retryAtNs: Int64 = .min
    }

    init(_ name: String) {
        self.name = name
        nextPartition = 0
    }

    var isKnown: Bool { !partitions.isEmpty }

    func apply(_ description: TopicDescription) {
        id = description.id
        while partitions.count < description.partitions.count { partitions.append(PartitionQueue()) }
        for (index, partition) in description.partitions.enumerated() { partitions[index].leader = partition.leader }
    }

    /// A partition for a batch that may go to any: the next in turn that has a leader and is not backing off, if there is
    /// one, and not the one where it failed.
    func choosePartition(after failed: Int32, nowNs: Int64) -> Int32 {
        var second: Int32?
        for _ in partitions.indices {
            nextPartition = (nextPartition + 1) % partitions.count
            let candidate = partitions[nextPartition]
            guard candidate.leader >= 0, candidate.retryAtNs <= nowNs, nextPartition != Int(failed) else { continue }
            if !candidate.isInFlight, candidate.waiting.isEmpty { return Int32(nextPartition) }
            second = second ?? Int32(nextPartition)
        }
        nextPartition = (nextPartition + 1) % partitions.count
        return second ?? Int32(nextPartition)
    }
}

/// A first-in first-out queue that also takes back at its head what could not be sent.
struct PendingDeque {
    private var front: [PendingBatch] = []
    private var items: [PendingBatch] = []
    private var head = 0

    var isEmpty: Bool { front.isEmpty && head == items.count }
    var first: PendingBatch? { front.last ?? (head < items.count ? items[head] : nil) }

    mutating func append(_ pending: PendingBatch) { items.append(pending) }
    mutating func prepend(_ pending: PendingBatch) { front.append(pending) }

    /// - Precondition: not empty.
    mutating func removeFirst() {
        if !front.isEmpty {
            front.removeLast()
            return
        }
        precondition(head < items.count, "the queue is empty")
        head += 1
        if head == items.count {
            items.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 32 {
            items.removeFirst(head)
            head = 0
        }
    }
}
