// What an answer adds to what is known of a topic. A broker may be behind the others, so that an answer that comes later is
// not always newer: leader epochs and topic ids say which is.

import KafkaProtocol

/// A change of a topic.
enum TopicChange: Sendable, Equatable {
    /// Leaders or replicas have changed, and nothing else.
    case moved
    /// The topic has gained partitions.
    case grew(from: Int)
    /// The topic was deleted, and another one made that has its name.
    case madeAnew(from: Int)
}

/// Who leads a partition, as an answer to another request says (KIP-951).
struct LeaderHint: Sendable, Equatable {
    let topic: String
    let topicID: KafkaUUID
    let partition: Int32
    let leader: Int32
    let leaderEpoch: Int32
}

extension TopicDescription {
    /// What the first answer says.
    init(_ topic: MetadataResponse.Topic) {
        self.init(
            id: topic.topicID, partitions: topic.contiguousPartitions.map(PartitionDescription.init), generation: 1)
    }

    /// What is known after an answer.
    ///
    /// Of each partition the leader with the newer epoch counts (but with `evenIfOlder` that of the answer, because many answers
    /// have agreed against what is known), and partitions are never lost, unless the topic was made
    /// anew. Brokers older than Kafka 2.8 tell no ids: then one with fewer partitions or older epochs was, if a broker has
    /// refused what was made by this table.
    ///
    /// - Returns: nil when the answer says nothing new.
    func merged(
        with topic: MetadataResponse.Topic, isDoubted: Bool = false, evenIfOlder: Bool = false
    ) -> (TopicDescription, TopicChange)? {
        let answered = topic.contiguousPartitions
        let isOther = id != topic.topicID && id != .zero && topic.topicID != .zero
        let hasNoID = id == .zero || topic.topicID == .zero
        let isOlder = isNewer(than: topic)
        let isShorter = answered.count < partitions.count && !answered.isEmpty
        if isOther || hasNoID && isDoubted && (isShorter || isOlder) {
            let anew = TopicDescription(
                id: topic.topicID, partitions: answered.map(PartitionDescription.init), generation: generation + 1)
            return (anew, .madeAnew(from: partitions.count))
        }
        var merged = partitions
        var change: TopicChange?
        for (index, partition) in answered.enumerated() {
            if index >= merged.count {
                merged.append(PartitionDescription(partition))
                change = .grew(from: partitions.count)
            } else if merged[index].isOutdated(by: partition, evenIfOlder: evenIfOlder) {
                merged[index] = PartitionDescription(partition)
                change = change ?? .moved
            }
        }
        let newID = topic.topicID == .zero ? id : topic.topicID
        if newID != id { change = change ?? .moved }
        guard let change else { return nil }
        return (TopicDescription(id: newID, partitions: merged, generation: generation + 1), change)
    }

    /// Whether an answer tells older leader epochs.
    func isNewer(than topic: MetadataResponse.Topic) -> Bool {
        for partition in topic.partitions where partitions.indices.contains(Int(partition.partitionIndex)) {
            let known = partitions[Int(partition.partitionIndex)].leaderEpoch
            if partition.leaderEpoch >= 0, partition.leaderEpoch < known { return true }
        }
        return false
    }

    /// What is known after a hint; nil when it says nothing new, or speaks of another topic of this name.
    func merged(with hint: LeaderHint) -> TopicDescription? {
        guard hint.leader >= 0, partitions.indices.contains(Int(hint.partition)),
            hint.topicID == id || hint.topicID == .zero
        else { return nil }
        let known = partitions[Int(hint.partition)]
        if hint.leaderEpoch <= known.leaderEpoch { return nil }
        var merged = partitions
        merged[Int(hint.partition)].leader = hint.leader
        merged[Int(hint.partition)].leaderEpoch = hint.leaderEpoch
        return TopicDescription(id: id, partitions: merged, generation: generation + 1)
    }
}

extension PartitionDescription {
    init(_ partition: MetadataResponse.Partition) {
        self.init(
            leader: partition.namedLeader, leaderEpoch: partition.leaderEpoch, replicas: partition.replicaNodes)
    }

    /// Whether an answer says something else that is not older.
    func isOutdated(by partition: MetadataResponse.Partition, evenIfOlder: Bool) -> Bool {
        let isOlder = !evenIfOlder && partition.leaderEpoch >= 0 && partition.leaderEpoch < leaderEpoch
        return !isOlder
            && (partition.namedLeader != leader || partition.leaderEpoch != leaderEpoch
                || partition.replicaNodes != replicas)
    }
}

extension MetadataResponse.Partition {
    var namedLeader: Int32 { errorCode == .leaderNotAvailable ? -1 : max(-1, leaderID) }
}

extension MetadataResponse.Topic {
    /// The partitions in order, up to the first gap: they are found by their index, so those behind it can't be kept.
    var contiguousPartitions: [MetadataResponse.Partition] {
        var isOrdered = true
        for (index, partition) in partitions.enumerated() where partition.partitionIndex != Int32(index) {
            isOrdered = false
            break
        }
        if isOrdered { return partitions }
        var ordered: [MetadataResponse.Partition] = []
        for partition in partitions.sorted(by: { $0.partitionIndex < $1.partitionIndex })
        where Int(partition.partitionIndex) == ordered.count {
            ordered.append(partition)
        }
        return ordered
    }
}
