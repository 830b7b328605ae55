import KafkaProtocol
import Synchronization

/// A topic that is in use: one object for all lanes, doors and builders of a client, which look at it once per chunk or batch
/// and never ask. The cluster replaces its table when it learns something new.
final class KnownTopic: Sendable {
    let name: String
    /// A small number, by which lanes find what they keep of the topic.
    let index: Int
    private let table: Mutex<TopicDescription>
    private let count: Atomic<Int>
    private let generationCount: Atomic<Int>
    private let used = Atomic<Bool>(true)
    private let dormant = Atomic<Bool>(false)
    private let presence = Atomic<Presence>(.exists)

    /// Whether the cluster has the topic.
    enum Presence: UInt8, AtomicRepresentable, Sendable {
        case exists
        /// The last answer did not know it. It may be made anew, or the broker may be behind.
        case isMissing
        /// No broker has known it for a while.
        case isGone
    }

    init(_ name: String, index: Int, _ description: TopicDescription) {
        self.name = name
        self.index = index
        table = Mutex(description)
        count = Atomic(description.partitions.count)
        generationCount = Atomic(description.generation)
    }

    /// A topic of which only the number of partitions is known.
    convenience init(_ name: String, index: Int = 0, partitionCount: Int) {
        let partition = PartitionDescription(leader: -1, leaderEpoch: -1, replicas: [])
        self.init(
            name, index: index,
            TopicDescription(
                id: .zero, partitions: Array(repeating: partition, count: partitionCount), generation: 1))
    }

    /// The number of partitions that the topic has.
    var partitionCount: Int { count.load(ordering: .relaxed) }
    /// Changes when something new was learned.
    var generation: Int { generationCount.load(ordering: .acquiring) }
    var description: TopicDescription { table.withLock { $0 } }
    var isGone: Bool { presence.load(ordering: .relaxed) == .isGone }
    var isMissing: Bool { presence.load(ordering: .relaxed) != .exists }

    func replace(with description: TopicDescription) {
        table.withLock { $0 = description }
        count.store(description.partitions.count, ordering: .relaxed)
        generationCount.store(description.generation, ordering: .releasing)
    }

    func mark(_ presence: Presence) { self.presence.store(presence, ordering: .relaxed) }

    /// Notes that the topic is in use, so that it is asked for by age.
    ///
    /// - Returns: whether it has to be asked for now, because it was not in use for long.
    func use() -> Bool {
        if used.load(ordering: .relaxed) { return false }
        used.store(true, ordering: .relaxed)
        return dormant.exchange(false, ordering: .relaxed)
    }

    /// Whether it was used since the last call.
    func takeUse() -> Bool { used.exchange(false, ordering: .relaxed) }

    func markDormant() { dormant.store(true, ordering: .relaxed) }

    /// The error of records that are for a topic that is gone.
    var goneError: KafkaClientError {
        KafkaClientError(
            .unknownTopic, "topic '\(name)' was deleted: no broker knows it any more; create it again first",
            brokerError: .unknownTopicOrPartition)
    }
}
