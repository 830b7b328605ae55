/// Cuts each topic into ranges of partitions, one for each member that wants it. Kafka's name is `range`.
///
/// Partitions of the same number of topics that are wanted by the same members, and have equally many partitions, go to the same
/// member. Where racks of members and brokers are known, members get partitions that are in their rack, as far as the ranges stay
/// even (KIP-881). Every client's strategy of this name gives the same.
public struct RangeAssignor: PartitionAssignor {
    /// Creates the strategy.
    public init() {}

    /// Always `range`.
    public var name: String { "range" }

    /// Complexity: the number of partitions; with racks, times that of members.
    public func assign(_ group: GroupSubscription) -> GroupAssignment {
        let table = SubscriptionTable(group)
        var owners = [Int](repeating: -1, count: table.partitionCount)
        let racks = GroupRacks(group, table)
        var ranges = table.topics.indices.map { topic in
            TopicRanges(topic, table, racks)
        }
        if ranges.contains(where: \.needsRacks) { Self.matchRacks(&ranges, table, &owners) }
        for index in ranges.indices { ranges[index].fill(&owners, inRackOnly: false) }
        return table.assignment(owners: owners)
    }

    /// Gives members partitions of their rack, before the rest is given to whoever still lacks some.
    private static func matchRacks(_ ranges: inout [TopicRanges], _ table: SubscriptionTable, _ owners: inout [Int]) {
        struct Kind: Hashable {
            let members: [Int]
            let partitionCount: Int
        }
        let kinds = Dictionary(grouping: ranges.indices) { index in
            Kind(members: ranges[index].members, partitionCount: ranges[index].partitionCount)
        }
        // Each topic is of one kind, so their order does not matter.
        for (kind, topics) in kinds {
            if topics.count > 1 {
                if ranges[topics[0]].hasRacks {
                    matchRacks(ofAll: topics, partitionCount: kind.partitionCount, &ranges, &owners)
                }
            } else if ranges[topics[0]].needsRacks {
                ranges[topics[0]].fill(&owners, inRackOnly: true)
            }
        }
    }

    /// The same for topics that are wanted by the same members and have equally many partitions: a number goes to a member that
    /// has it in its rack in all topics.
    private static func matchRacks(
        ofAll topics: [Int], partitionCount: Int, _ ranges: inout [TopicRanges], _ owners: inout [Int]
    ) {
        var remaining = Array(ranges[topics[0]].members.indices)
        for partition in 0..<partitionCount where !remaining.isEmpty {
            let match = remaining.firstIndex { position in
                topics.allSatisfy {
                    ranges[$0].isInRack(partition, of: position) && ranges[$0].room(of: position) > 0
                }
            }
            guard let match else { continue }
            let position = remaining[match]
            for topic in topics { ranges[topic].give(partition, to: position, &owners) }
            if topics.allSatisfy({ ranges[$0].room(of: position) == 0 }) { remaining.remove(at: match) }
        }
    }
}
