/// Who gets which partition, by the sticky strategies: as even as it can be, and else as it was.
///
/// Even means: no partition can go from one member to another that wants its topic and has two less. When all members want the
/// same topics, all have equally many, or one more.
///
/// Source: KIP-54 for the goals; the way there is this client's own, so two clients' leaders may give differently, and both are right.
struct StickyAssignment {
    let table: SubscriptionTable
    /// The member of each partition that had it before and still wants it; -1 for none.
    let holders: [Int]
    /// The member of each partition; -1 for none.
    private(set) var owners: [Int]
    /// By member.
    private(set) var counts: [Int]

    /// - Parameter held: what a member says it had, and in which generation; -1 when it doesn't say.
    init(
        _ group: GroupSubscription, held: (GroupMember) -> (partitions: [TopicPartition], generation: Int32)
    ) {
        table = SubscriptionTable(group)
        holders = Self.holders(table, held)
        owners = holders
        counts = [Int](repeating: 0, count: table.members.count)
        for owner in owners where owner >= 0 { counts[owner] += 1 }
        if table.profiles.count == 1 {
            level()
        } else if !table.members.isEmpty {
            fill()
            balance(freeOnly: true)
            balanceAlongPaths()
            balance(freeOnly: false)
        }
    }

    var assignment: GroupAssignment { table.assignment(owners: owners) }

    /// Of those that say that they had a partition, the one with the latest generation had it. Of two in the same generation, neither
    /// is believed.
    private static func holders(
        _ table: SubscriptionTable, _ held: (GroupMember) -> (partitions: [TopicPartition], generation: Int32)
    ) -> [Int] {
        var holders = [Int](repeating: -1, count: table.partitionCount)
        var generations = [Int32](repeating: .min, count: table.partitionCount)
        for (member, description) in table.members.enumerated() {
            let (partitions, generation) = held(description)
            var last: (topic: String, number: Int?) = ("", nil)
            for partition in partitions {
                if partition.topic != last.topic { last = (partition.topic, table.topicNumbers[partition.topic]) }
                guard let topic = last.number, table.wants(member, topic: topic),
                    let number = table.number(ofPartition: partition.partition, topic: topic),
                    generation >= generations[number], holders[number] != member
                else { continue }
                holders[number] = generation > generations[number] ? member : -1
                generations[number] = generation
            }
        }
        return holders
    }

    /// When all members want the same topics: takes partitions from those that have too many, and deals those that nobody has.
    private mutating func level() {
        let share = table.partitionCount / table.members.count
        var extraCount = table.partitionCount % table.members.count
        var room = counts.map { count in
            guard count > share, extraCount > 0 else { return share }
            extraCount -= 1
            return share + 1
        }
        for member in room.indices where extraCount > 0 && room[member] == share {
            room[member] += 1
            extraCount -= 1
        }
        for partition in owners.indices where owners[partition] >= 0 {
            if room[owners[partition]] == 0 {
                owners[partition] = -1
            } else {
                room[owners[partition]] -= 1
            }
        }
        // Neighbours go to different members, so that each gets of all topics.
        var next = 0
        for partition in owners.indices where owners[partition] < 0 {
            while room[next] == 0 { next = (next + 1) % room.count }
            owners[partition] = next
            room[next] -= 1
            next = (next + 1) % room.count
        }
    }

    /// Gives what nobody has to those that have least, beginning with topics that few want.
    private mutating func fill() {
        let order = table.topics.indices.sorted {
            (table.subscribers[$0].count, $0) < (table.subscribers[$1].count, $1)
        }
        for topic in order {
            let subscribers = table.subscribers[topic]
            for partition in partitions(of: topic) where owners[partition] < 0 {
                give(partition, to: least(of: subscribers))
            }
        }
    }

    func partitions(of topic: Int) -> Range<Int> {
        table.firstPartitions[topic]..<table.firstPartitions[topic + 1]
    }

    private func least(of members: [Int]) -> Int {
        members.dropFirst().reduce(members[0]) { counts[$1] < counts[$0] ? $1 : $0 }
    }

    mutating func give(_ partition: Int, to member: Int) {
        if owners[partition] >= 0 { counts[owners[partition]] -= 1 }
        owners[partition] = member
        counts[member] += 1
    }
}
