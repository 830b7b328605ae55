/// Deals all partitions of all topics out to members in turn. Kafka's name is `roundrobin`.
///
/// Members that want the same topics get equally many, or one more. Every client's strategy of this name gives the same.
public struct RoundRobinAssignor: PartitionAssignor {
    /// Creates the strategy.
    public init() {}

    /// Always `roundrobin`.
    public var name: String { "roundrobin" }

    /// Complexity: the number of partitions times that of members in a row that don't want them.
    public func assign(_ group: GroupSubscription) -> GroupAssignment {
        let table = SubscriptionTable(group)
        var owners = [Int](repeating: -1, count: table.partitionCount)
        var next = 0
        for topic in table.topics.indices {
            for partition in table.firstPartitions[topic]..<table.firstPartitions[topic + 1] {
                // Somebody wants each topic of the table.
                while !table.wants(next, topic: topic) { next = (next + 1) % table.members.count }
                owners[partition] = next
                next = (next + 1) % table.members.count
            }
        }
        return table.assignment(owners: owners)
    }
}
