/// The racks of a group in numbers.
struct GroupRacks {
    /// By member; -1 where none is known.
    let ofMembers: [Int]
    /// By partition among all partitions.
    let ofPartitions: [Set<Int>]

    init(_ group: GroupSubscription, _ table: SubscriptionTable) {
        var numbers: [String: Int] = [:]
        for member in table.members {
            if let rack = member.rack, !rack.isEmpty, numbers[rack] == nil { numbers[rack] = numbers.count }
        }
        ofMembers = table.members.map { member in member.rack.flatMap { numbers[$0] } ?? -1 }
        if numbers.isEmpty {
            ofPartitions = []
            return
        }
        // Racks without members count too: they tell whether all partitions lie alike.
        var racks: [Set<Int>] = []
        racks.reserveCapacity(table.partitionCount)
        for (topic, name) in table.topics.enumerated() {
            let known = group.topics[name]?.racks ?? []
            for partition in 0..<table.partitionCounts[topic] {
                var numbersOfPartition: Set<Int> = []
                if known.indices.contains(partition) {
                    for rack in known[partition] {
                        let number = numbers[rack] ?? numbers.count
                        numbers[rack] = number
                        numbersOfPartition.insert(number)
                    }
                }
                racks.append(numbersOfPartition)
            }
        }
        ofPartitions = racks
    }
}

/// How the partitions of one topic are cut into ranges.
struct TopicRanges {
    /// The numbers of the members that want the topic.
    let members: [Int]
    let partitionCount: Int
    /// Whether racks of its members are known.
    let hasRacks: Bool
    /// Whether racks of its members are among those of its partitions, and partitions differ in theirs.
    let needsRacks: Bool
    private let firstPartition: Int
    /// Of all members of the group.
    private let racksOfMembers: [Int]
    private let racksOfPartitions: ArraySlice<Set<Int>>
    private let share: Int
    /// How many members get one more than the share.
    private var extraCount: Int
    private var givenCounts: [Int]

    init(_ topic: Int, _ table: SubscriptionTable, _ racks: GroupRacks) {
        members = table.subscribers[topic]
        partitionCount = table.partitionCounts[topic]
        firstPartition = table.firstPartitions[topic]
        share = partitionCount / max(1, members.count)
        extraCount = partitionCount % max(1, members.count)
        if racks.ofPartitions.isEmpty {
            // Without racks only the first members that get something are ever looked at.
            givenCounts = [Int](repeating: 0, count: min(members.count, partitionCount))
            racksOfMembers = []
            racksOfPartitions = []
            hasRacks = false
            needsRacks = false
            return
        }
        givenCounts = [Int](repeating: 0, count: members.count)
        racksOfMembers = racks.ofMembers
        racksOfPartitions = racks.ofPartitions[firstPartition..<firstPartition + partitionCount]
        let all = racksOfPartitions.reduce(into: Set<Int>()) { $0.formUnion($1) }
        hasRacks = members.contains { racks.ofMembers[$0] >= 0 }
        needsRacks =
            members.contains { all.contains(racks.ofMembers[$0]) } && !racksOfPartitions.allSatisfy { $0 == all }
    }

    /// How many more partitions the member at a position may get.
    func room(of position: Int) -> Int { max(0, share + (extraCount > 0 ? 1 : 0) - givenCounts[position]) }

    /// Whether a broker in the member's rack has the partition; true for a member without a rack.
    func isInRack(_ partition: Int, of position: Int) -> Bool {
        let rack = racksOfMembers[members[position]]
        return rack < 0 || racksOfPartitions[racksOfPartitions.startIndex + partition].contains(rack)
    }

    mutating func give(_ partition: Int, to position: Int, _ owners: inout [Int]) {
        owners[firstPartition + partition] = members[position]
        note(1, to: position)
    }

    /// Gives each member in turn the first partitions that nobody has, up to its room.
    mutating func fill(_ owners: inout [Int], inRackOnly: Bool) {
        var start = 0
        for position in givenCounts.indices {
            while start < partitionCount, owners[firstPartition + start] >= 0 { start += 1 }
            if start == partitionCount { return }
            let room = room(of: position)
            var count = 0
            var partition = start
            while count < room, partition < partitionCount {
                if owners[firstPartition + partition] < 0, !inRackOnly || isInRack(partition, of: position) {
                    owners[firstPartition + partition] = members[position]
                    count += 1
                }
                partition += 1
            }
            if count > 0 { note(count, to: position) }
        }
    }

    private mutating func note(_ count: Int, to position: Int) {
        // As Kafka's: once for each time that the member is found to have more than the share.
        givenCounts[position] += count
        if givenCounts[position] > share { extraCount -= 1 }
    }
}
