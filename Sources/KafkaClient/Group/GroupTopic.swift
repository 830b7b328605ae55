import KafkaProtocol

/// What a group has to know of a topic: how many partitions it has, and in which racks they lie.
public struct GroupTopic: Sendable, Equatable {
    /// The topic's id; zero where brokers don't tell any (before Kafka 2.8).
    public var id: KafkaUUID
    /// How many partitions the topic has.
    public var partitionCount: Int
    /// For each partition the racks of the brokers that have it. Empty where no racks are known.
    public var racks: [Set<String>]

    /// A topic of `partitionCount` partitions. A negative count counts as none.
    public init(id: KafkaUUID = .zero, partitionCount: Int, racks: [Set<String>] = []) {
        self.id = id
        self.partitionCount = max(0, partitionCount)
        self.racks = racks
    }
}
