import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// The partitions of one topic, and the batches that wait for them in one lane.
struct TopicQueue {
    let name: String
    private(set) var id = KafkaUUID.zero
    var partitions: [PartitionQueue] = []
    /// Batches whose partitions are not known yet.
    var unplaced = RingBuffer<QueuedBatch>()
    private var lastChosen = 0

    init(_ name: String) { self.name = name }

    var isKnown: Bool { !partitions.isEmpty }

    mutating func apply(_ description: TopicDescription) {
        id = description.id
        while partitions.count < description.partitions.count { partitions.append(PartitionQueue()) }
        for (index, partition) in description.partitions.enumerated() { partitions[index].leader = partition.leader }
    }

    /// Chooses a partition for a batch that may go to any: the next one that has a leader, does not back off, and is not the
    /// one on which the batch has failed. Among these, partitions without batches are preferred.
    mutating func choosePartition(after failed: Int32, among share: LaneShare, now: MonotonicInstant) -> Int32 {
        // A lane without a partition of its own takes any.
        let share = share.lane < partitions.count ? share : .all
        var busy: Int?
        for _ in partitions.indices {
            lastChosen = (lastChosen + 1) % partitions.count
            let isCandidate = partitions[lastChosen].leader >= 0 && !partitions[lastChosen].isResting(now: now)
            guard isCandidate, share.contains(Int32(lastChosen)), lastChosen != Int(failed) else { continue }
            if !partitions[lastChosen].isInFlight, partitions[lastChosen].waiting.isEmpty { return Int32(lastChosen) }
            busy = busy ?? lastChosen
        }
        if let busy { return Int32(busy) }
        repeat { lastChosen = (lastChosen + 1) % partitions.count } while !share.contains(Int32(lastChosen))
        return Int32(lastChosen)
    }
}
