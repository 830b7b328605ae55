import TestSupport
import Testing

@testable import KafkaClient

/// What must hold for every strategy, and every group.
@Suite struct AssignorTests {
    private static let assignors: [any PartitionAssignor] = [
        RangeAssignor(), RoundRobinAssignor(), StickyAssignor(), CooperativeStickyAssignor(),
    ]

    @Test(arguments: 0..<4)
    func `each partition is given once, to a member that wants it, whatever the order of members`(
        index: Int
    ) throws {
        let assignor = Self.assignors[index]
        var random = SeededGenerator()
        for round in 0..<500 {
            var group = RandomGroup(&random, isAlike: round % 2 == 0)
            let given = try assignor.assign(group.subscription)
            try #require(group.flaw(of: given) == nil, "\(assignor.name), round \(round), \(TestSeed.hint)")
            group.members.shuffle(using: &random)
            #expect(try assignor.assign(group.subscription).inOrder == given.inOrder)
        }
    }

    @Test(arguments: [true, false]) func `sticky strategies are even, and move no more than they must`(isAlike: Bool)
        throws
    {
        var random = SeededGenerator()
        for round in 0..<400 {
            var group = RandomGroup(&random, isAlike: isAlike)
            var before = StickyAssignor().assign(group.subscription)
            for generation in 1...6 {
                try #require(group.flaw(of: before) == nil, "round \(round), \(TestSeed.hint)")
                try #require(group.imbalance(of: before) == nil, "round \(round), \(TestSeed.hint)")
                group.take(before, generation: Int32(generation))
                #expect(StickyAssignor().assign(group.subscription).inOrder == before.inOrder)
                let counts = group.members.map { before.partitions[$0.id]?.count ?? 0 }
                var leftCount = 0
                if group.members.count > 1, Bool.random(using: &random) {
                    let index = Int.random(in: group.members.indices, using: &random)
                    leftCount = counts[index]
                    group.members.remove(at: index)
                } else {
                    group.join(&random)
                }
                let after = StickyAssignor().assign(group.subscription)
                let lostCount = lost(before, after, group)
                if isAlike {
                    let sum = counts.reduce(0, +)
                    let joined = group.members.count > counts.count
                    // Who leaves gives away all; who joins takes a share, and nothing else moves.
                    let bound = joined ? sum / group.members.count + 1 : leftCount
                    #expect(after.movedCount(from: before) <= max(bound, 0), "round \(round), \(TestSeed.hint)")
                    if !joined { #expect(lostCount == 0) }
                }
                before = after
            }
        }
    }

    /// How many partitions members that stay have lost.
    private func lost(_ before: GroupAssignment, _ after: GroupAssignment, _ group: RandomGroup) -> Int {
        group.members.reduce(0) { count, member in
            let kept = Set(after.partitions[member.id] ?? [])
            return count + (before.partitions[member.id] ?? []).count { !kept.contains($0) }
        }
    }

    @Test(arguments: [true, false]) func `a cooperative group gives away only what was revoked, and comes to rest`(
        isAlike: Bool
    ) throws {
        let assignor = CooperativeStickyAssignor()
        var random = SeededGenerator()
        for round in 0..<600 {
            var group = RandomGroup(&random, isAlike: isAlike)
            group.take(assignor.assign(group.subscription), generation: 1)
            for _ in 0...Int.random(in: 0...2, using: &random) { group.join(&random) }
            if group.members.count > 2 { group.members.remove(at: 0) }
            for generation in 2... {
                let owned = group.members.reduce(into: [TopicPartition: String]()) { owned, member in
                    for partition in member.ownedPartitions { owned[partition] = member.id }
                }
                let given = assignor.assign(group.subscription)
                for (id, partitions) in given.partitions {
                    for partition in partitions {
                        try #require(owned[partition] == nil || owned[partition] == id, "\(round), \(TestSeed.hint)")
                    }
                }
                try #require(group.flaw(of: given, lacksMoved: true) == nil, "\(round), \(TestSeed.hint)")
                group.take(given, generation: Int32(generation))
                let kept = given.partitions.values.reduce(0) { $0 + $1.count { owned[$0] != nil } }
                if kept < owned.count {
                    // With the same topics, what is revoked is given in the next round, and that is all.
                    try #require(generation < (isAlike ? 3 : 8), "\(round), \(TestSeed.hint)")
                    continue
                }
                try #require(group.flaw(of: given) == nil, "\(round), \(TestSeed.hint)")
                try #require(group.imbalance(of: given) == nil, "\(round), \(TestSeed.hint)")
                break
            }
        }
    }

    @Test func `of two members that say they had a partition, the later generation had it, and in doubt neither`() {
        let topics = ["t": GroupTopic(partitionCount: 2)]
        let partition = TopicPartition("t", 0)
        func given(_ generations: (Int32?, Int32?)) -> [String: [TopicPartition]] {
            let members = [("a", generations.0), ("b", generations.1)].map {
                GroupMember(id: $0.0, topics: ["t"], ownedPartitions: [partition], generation: $0.1)
            }
            return CooperativeStickyAssignor().assign(GroupSubscription(members: members, topics: topics)).partitions
        }
        #expect(given((3, 4))["b"]?.contains(partition) == true)
        #expect(given((4, 3))["a"]?.contains(partition) == true)
        #expect(given((nil, 0))["b"]?.contains(partition) == true)
        #expect(given((4, 4)).values.flatMap { $0 }.count == 2)
    }

    @Test func `user data that can't be read counts for nothing`() {
        var random = SeededGenerator()
        let good = StickyUserData(partitions: [TopicPartition("t", 1), TopicPartition("u", 0)], generation: 7).encoded()
        for length in 0..<(good?.count ?? 0) {
            let cut = good.map { Array($0.prefix(length)) } ?? []
            // Version 0 ends before the generation.
            #expect((StickyUserData(encoded: cut) == nil) == (length + 4 < good?.count ?? 0), "\(length)")
        }
        for count in 0..<2000 {
            let bytes = random.bytes(count % 40)
            let member = GroupMember(id: "m", topics: ["t"], generation: nil, userData: bytes)
            let group = GroupSubscription(members: [member], topics: ["t": GroupTopic(partitionCount: 2)])
            #expect(StickyAssignor().assign(group).partitions["m"]?.count == 2)
            #expect(CooperativeStickyAssignor().assign(group).partitions["m"]?.count == 2)
        }
    }

    @Test func `a group without members, topics or partitions gets nothing`() throws {
        for assignor in Self.assignors {
            #expect(try assignor.assign(GroupSubscription(members: [], topics: [:])).partitions.isEmpty)
            let alone = GroupSubscription(
                members: [GroupMember(id: "m", topics: [])], topics: ["t": GroupTopic(partitionCount: 3)])
            #expect(try assignor.assign(alone).partitions == ["m": []])
            let twins = [GroupMember(id: "m", topics: ["t"]), GroupMember(id: "m", topics: ["t", "t"])]
            let given = try assignor.assign(
                GroupSubscription(members: twins, topics: ["t": GroupTopic(partitionCount: 3)]))
            #expect(given.partitions["m"]?.count == 3)
        }
    }
}
