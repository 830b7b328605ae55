import TestSupport

@testable import KafkaClient

/// Groups that a seed makes: few or many topics, members that want all or some of them.
struct RandomGroup {
    var topics: [String: GroupTopic] = [:]
    var members: [GroupMember] = []
    private var nextMember = 0
    private let isAlike: Bool

    /// - Parameter isAlike: whether all members want the same topics.
    init(_ random: inout SeededGenerator, isAlike: Bool, memberMax: Int = 12, topicMax: Int = 8) {
        self.isAlike = isAlike
        for number in 0..<Int.random(in: 1...topicMax, using: &random) {
            topics["t\(number)"] = GroupTopic(partitionCount: Int.random(in: 0...9, using: &random))
        }
        for _ in 0..<Int.random(in: 1...memberMax, using: &random) { join(&random) }
    }

    var subscription: GroupSubscription { GroupSubscription(members: members, topics: topics) }

    mutating func join(_ random: inout SeededGenerator) {
        var wanted = topics.keys.sorted()
        if !isAlike { wanted = wanted.filter { _ in Int.random(in: 0..<3, using: &random) > 0 } }
        if Int.random(in: 0..<8, using: &random) == 0 { wanted.append("unheard") }
        members.append(GroupMember(id: "m\(nextMember)", topics: wanted.shuffled(using: &random)))
        nextMember += 1
    }

    /// Notes what members got, as they would tell it the next time.
    mutating func take(_ assignment: GroupAssignment, generation: Int32) {
        for index in members.indices {
            let partitions = assignment.partitions[members[index].id] ?? []
            members[index].ownedPartitions = partitions
            members[index].generation = generation
            members[index].userData = StickyUserData(partitions: partitions, generation: generation).encoded()
        }
    }

    /// What is wrong with an assignment; nil when nothing is. Each partition that somebody wants is given once, to somebody who does.
    func flaw(of assignment: GroupAssignment, lacksMoved: Bool = false) -> String? {
        var owners: [TopicPartition: String] = [:]
        for member in members {
            for partition in assignment.partitions[member.id] ?? [] {
                guard member.topics.contains(partition.topic) else { return "\(member.id) does not want \(partition)" }
                guard let topic = topics[partition.topic], Int(partition.partition) < topic.partitionCount else {
                    return "there is no \(partition)"
                }
                if let other = owners.updateValue(member.id, forKey: partition) {
                    return "\(partition) is given to \(other) and \(member.id)"
                }
            }
        }
        if Set(assignment.partitions.keys) != Set(members.map(\.id)) { return "members are missing" }
        let wanted = Set(members.flatMap(\.topics))
        for (name, topic) in topics where wanted.contains(name) && !lacksMoved {
            for number in 0..<topic.partitionCount where owners[TopicPartition(name, Int32(number))] == nil {
                return "\(name)-\(number) is given to nobody"
            }
        }
        return nil
    }

    /// A partition that would make it more even if it went to somebody else.
    func imbalance(of assignment: GroupAssignment) -> String? {
        for member in members {
            let partitions = assignment.partitions[member.id] ?? []
            let offered = Set(partitions.map(\.topic))
            for other in members where (assignment.partitions[other.id] ?? []).count + 2 <= partitions.count {
                if let topic = other.topics.first(where: { offered.contains($0) }) {
                    return "\(other.id) could have one of \(topic) from \(member.id)"
                }
            }
        }
        return nil
    }
}

extension GroupAssignment {
    /// How many partitions have another owner than before, or none any more.
    func movedCount(from before: GroupAssignment) -> Int {
        var owners: [TopicPartition: String] = [:]
        for (member, partitions) in before.partitions {
            for partition in partitions { owners[partition] = member }
        }
        for (member, partitions) in partitions {
            for partition in partitions where owners[partition] == member { owners[partition] = nil }
        }
        return owners.count
    }

    var inOrder: [String: [TopicPartition]] { partitions.mapValues { $0.sorted() } }
}
