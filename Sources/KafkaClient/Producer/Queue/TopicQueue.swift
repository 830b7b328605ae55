import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// The partitions of one topic, and the batches that wait for them in one lane.
struct TopicQueue {
    let name: String
    private(set) var id = KafkaUUID.zero
    /// Those that the topic has. There may be more in `partitions`: a topic that was made anew can have fewer than before.
    private(set) var partitionCount = 0
    var partitions: [PartitionQueue] = []
    /// Batches whose partitions are not known yet.
    var unplaced = RingBuffer<QueuedBatch>()
    var presence = Presence.exists
    /// The longest batch that brokers take, as they have said, and until when that is believed.
    private var refusal: (byteCountMax: Int, until: MonotonicInstant)?
    /// When a batch last came.
    var lastEnqueued = MonotonicInstant.distantPast
    private var lastChosen = 0
    let meter: TopicMeter

    /// Whether the cluster has the topic, as far as is known.
    enum Presence {
        case exists
        /// A broker did not know it, and none has taken a batch since. Batches wait, because it may be made anew.
        case isMissing(since: MonotonicInstant)
        /// It is gone: batches fail with this error.
        case isGone(KafkaClientError)
    }

    init(_ name: String, _ meter: TopicMeter = TopicMeter()) {
        self.name = name
        self.meter = meter
    }

    var isKnown: Bool { partitionCount > 0 }

    mutating func apply(_ description: TopicDescription) {
        let isBack = if case .exists = presence { id != description.id } else { true }
        if isBack { for index in partitions.indices { partitions[index].forgive() } }
        if id != description.id { for index in partitions.indices { partitions[index].sequences.forgetLeader() } }
        id = description.id
        partitionCount = description.partitions.count
        presence = .exists
        while partitions.count < partitionCount { partitions.append(PartitionQueue()) }
        for index in partitions.indices {
            partitions[index].setLeader(index < partitionCount ? description.partitions[index].leader : -1)
        }
    }

    /// Notes that brokers do not take a batch because it is too long.
    mutating func didRefuse(_ byteCount: Int, now: MonotonicInstant) {
        refusal = (min(batchByteCountMax(now: now), byteCount / 2), now + Self.refusalTime)
    }

    /// The longest batch that brokers take, as far as they have said so lately.
    func batchByteCountMax(now: MonotonicInstant) -> Int {
        if let refusal, now < refusal.until { refusal.byteCountMax } else { .max }
    }

    /// Who runs the cluster may allow longer batches. To find out costs a batch that is split.
    private static let refusalTime = Duration.seconds(600)

    /// Whether the topic had this partition before it was made anew.
    func hasLost(_ partition: Int32) -> Bool { (partitionCount..<partitions.count).contains(Int(partition)) }

    /// Whether it is missing for so long that it is not one broker alone that is behind.
    func isStuck(now: MonotonicInstant) -> Bool {
        if case .isMissing(let since) = presence { now >= since + Self.stuckTime } else { false }
    }

    private static let stuckTime = Duration.milliseconds(500)

    /// Takes the waiting batch that came first.
    ///
    /// - Precondition: no partition is in a ready list.
    mutating func popOldest() -> QueuedBatch? {
        var oldest: (queued: MonotonicInstant, partition: Int)?
        for (index, partition) in partitions.enumerated() {
            guard let first = partition.waiting.first else { continue }
            if oldest.map({ first.queued < $0.queued }) ?? true { oldest = (first.queued, index) }
        }
        guard let oldest else { return unplaced.popFirst() }
        return partitions[oldest.partition].waiting.popFirst()
    }

    /// Chooses a partition for a batch that may go to any: the next one that has a leader, does not back off, and is not the
    /// one on which the batch has failed. Among these, partitions without batches are preferred.
    ///
    /// - Parameter unreachable: brokers that can't be reached at the moment; partitions that they lead are avoided.
    mutating func choosePartition(
        after failed: Int32, among share: LaneShare, avoiding unreachable: [Int32: ProduceQueue.Unreachable],
        now: MonotonicInstant
    ) -> Int32 {
        // A lane without a partition of its own takes any.
        let share = share.lane < partitionCount ? share : .all
        var busy: Int?
        for _ in 0..<partitionCount {
            lastChosen = (lastChosen + 1) % partitionCount
            let leader = partitions[lastChosen].leader
            let isReachable =
                leader >= 0 && (unreachable.isEmpty || unreachable[leader].map { $0.until <= now } ?? true)
            let isCandidate = isReachable && !partitions[lastChosen].isResting(now: now)
            guard isCandidate, share.contains(Int32(lastChosen)), lastChosen != Int(failed) else { continue }
            if !partitions[lastChosen].isInFlight, partitions[lastChosen].waiting.isEmpty { return Int32(lastChosen) }
            busy = busy ?? lastChosen
        }
        if let busy { return Int32(busy) }
        repeat { lastChosen = (lastChosen + 1) % partitionCount } while !share.contains(Int32(lastChosen))
        return Int32(lastChosen)
    }
}
