import KafkaProtocol

/// How a consumer group's partitions are shared out by the broker (KIP-848). The raw values are the names in requests.
enum ServerAssignor: String, Sendable, CaseIterable {
    /// Each member gets about as many, and keeps what it has as far as that allows.
    case uniform
    /// Of each topic each member gets neighbours, so that members have the same partitions of topics of one size.
    case range

    /// A member, and what it reads.
    struct Subscriber {
        let id: String
        /// What members are sorted by: a static member's instance id, else the member's id.
        let rank: String
        let topics: Set<KafkaUUID>
        /// What it was to have before.
        let former: PartitionSet
    }

    /// What each subscriber is to have: every partition of a topic that somebody reads goes to one of them.
    ///
    /// - Parameter topics: those that somebody reads.
    func assign(_ topics: [GroupTopics.Topic], to subscribers: [Subscriber]) -> [String: PartitionSet] {
        let ordered = subscribers.sorted { ($0.rank, $0.id) < ($1.rank, $1.id) }
        let sorted = topics.sorted { $0.name < $1.name }
        let shares =
            switch self {
            case .uniform: UniformShares(sorted, ordered).shares
            case .range: Self.ranges(sorted, ordered)
            }
        return Dictionary(zip(ordered.map(\.id), shares), uniquingKeysWith: { $1 })
    }

    private static func ranges(_ topics: [GroupTopics.Topic], _ subscribers: [Subscriber]) -> [PartitionSet] {
        var shares = [PartitionSet](repeating: PartitionSet(), count: subscribers.count)
        for topic in topics {
            let readers = subscribers.indices.filter { subscribers[$0].topics.contains(topic.id) }
            if readers.isEmpty { continue }
            let (least, more) = topic.partitionCount.quotientAndRemainder(dividingBy: readers.count)
            var next: Int32 = 0
            for (place, reader) in readers.enumerated() {
                for _ in 0..<least + (place < more ? 1 : 0) {
                    shares[reader].insert(topic.id, next)
                    next += 1
                }
            }
        }
        return shares
    }
}

/// Shares that differ by one partition at most where everybody reads the same, and move no more partitions than that takes.
private struct UniformShares {
    private(set) var shares: [PartitionSet]
    private var loads: [Int]

    /// Passes over all topics; two are mostly enough.
    private static let passCountMax = 10

    init(_ topics: [GroupTopics.Topic], _ subscribers: [ServerAssignor.Subscriber]) {
        shares = []
        loads = []
        let counts = Dictionary(topics.map { ($0.id, Int32($0.partitionCount)) }, uniquingKeysWith: { $1 })
        var taken = PartitionSet()
        for subscriber in subscribers {
            let kept = subscriber.former.filter { topic, partition in
                subscriber.topics.contains(topic) && partition < counts[topic] ?? 0 && !taken.contains(topic, partition)
            }
            taken = taken.union(kept)
            shares.append(kept)
            loads.append(kept.count)
        }
        let readers = topics.map { topic in subscribers.indices.filter { subscribers[$0].topics.contains(topic.id) } }
        for (topic, readers) in zip(topics, readers) where !readers.isEmpty {
            for partition in 0..<Int32(topic.partitionCount) where !taken.contains(topic.id, partition) {
                if let least = readers.min(by: { loads[$0] < loads[$1] }) { give(topic.id, partition, to: least) }
            }
        }
        for _ in 0..<Self.passCountMax {
            var hasMoved = false
            for (topic, readers) in zip(topics, readers) where readers.count > 1 {
                while level(topic.id, among: readers) { hasMoved = true }
            }
            if !hasMoved { break }
        }
    }

    private mutating func give(_ topic: KafkaUUID, _ partition: Int32, to index: Int) {
        shares[index].insert(topic, partition)
        loads[index] += 1
    }

    /// Moves a partition of a topic from who has most to who has least, if that makes their shares more even.
    private mutating func level(_ topic: KafkaUUID, among readers: [Int]) -> Bool {
        guard let least = readers.min(by: { loads[$0] < loads[$1] }),
            let most = readers.filter({ shares[$0].topics[topic] != nil }).max(by: { loads[$0] < loads[$1] }),
            loads[most] - loads[least] > 1, let partition = shares[most].topics[topic]?.max()
        else { return false }
        shares[most].remove(topic, partition)
        loads[most] -= 1
        give(topic, partition, to: least)
        return true
    }
}
