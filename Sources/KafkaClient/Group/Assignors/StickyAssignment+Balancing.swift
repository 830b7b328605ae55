// How it is made even when members want different topics. Each move lowers the sum of the squares of what members have, so it ends.

extension StickyAssignment {
    /// Moves partitions from members that have more to those that have less, until no move makes it more even.
    ///
    /// - Parameter freeOnly: whether only partitions are moved that nobody had before.
    mutating func balance(freeOnly: Bool) {
        var pending = Array(table.topics.indices)
        while !pending.isEmpty {
            var changed = [Bool](repeating: false, count: table.members.count)
            for topic in pending { balance(topic, freeOnly, &changed) }
            pending = table.topics.indices.filter { topic in table.subscribers[topic].contains { changed[$0] } }
        }
    }

    private mutating func balance(_ topic: Int, _ freeOnly: Bool, _ changed: inout [Bool]) {
        let subscribers = table.subscribers[topic]
        guard let first = subscribers.first, subscribers.count > 1 else { return }
        var shares: [Int: Int] = [:]
        for partition in partitions(of: topic) where !freeOnly || holders[partition] < 0 {
            shares[owners[partition], default: 0] += 1
        }
        while true {
            var most = -1
            var least = first
            for member in subscribers {
                if counts[member] < counts[least] { least = member }
                if most < 0 || counts[member] > counts[most], shares[member] != nil { most = member }
            }
            guard most >= 0, counts[most] >= counts[least] + 2 else { return }
            guard let choice = choice(topic, freeOnly, from: most, to: least) else { return }
            give(choice, to: least)
            shares[least, default: 0] += 1
            if let share = shares[most], share > 1 { shares[most] = share - 1 } else { shares[most] = nil }
            changed[most] = true
            changed[least] = true
        }
    }

    /// Of partitions that make it equally even: one that the receiver had, else one that is new to the giver.
    private func choice(_ topic: Int, _ freeOnly: Bool, from giver: Int, to receiver: Int) -> Int? {
        var choice: Int?
        var choiceRank = 3
        for partition in partitions(of: topic) where owners[partition] == giver {
            let holder = holders[partition]
            if freeOnly, holder >= 0 { continue }
            let rank = holder == receiver ? 0 : holder == giver ? 2 : 1
            if rank < choiceRank { (choice, choiceRank) = (partition, rank) }
            if rank == 0 { break }
        }
        return choice
    }

    /// The same for partitions that nobody had, also where several members have to hand on one each.
    ///
    /// Without it a group could go on rebalancing: what was revoked for the sake of balance would be given differently than was meant when
    /// it was revoked, and something else would be revoked in turn. With it, each round is more even than the one before, or moves nothing.
    ///
    /// The work is bounded; beyond that, what there is will do.
    mutating func balanceAlongPaths() {
        var budget = 20_000_000
        while budget > 0, handOn(&budget) {}
    }

    private struct Step {
        let partition: Int
        let receiver: Int
    }

    /// Looks for a member that has two more than another one that it can hand to, by way of others; each topic is looked at once, for the
    /// member that has least.
    private mutating func handOn(_ budget: inout Int) -> Bool {
        let memberCount = table.members.count
        var steps = [Step?](repeating: nil, count: memberCount)
        var isSeen = [Bool](repeating: false, count: memberCount)
        var isTopicSeen = [Bool](repeating: false, count: table.topics.count)
        var line: [Int] = []
        for root in (0..<memberCount).sorted(by: { (counts[$0], $0) < (counts[$1], $1) }) where !isSeen[root] {
            isSeen[root] = true
            line.append(root)
            while let receiver = line.popLast() {
                let profile = table.profiles[table.profileOfMember[receiver]]
                budget -= profile.count
                for topic in profile where !isTopicSeen[topic] {
                    isTopicSeen[topic] = true
                    budget -= table.partitionCounts[topic]
                    for partition in partitions(of: topic) where holders[partition] < 0 {
                        let giver = owners[partition]
                        if isSeen[giver] { continue }
                        isSeen[giver] = true
                        steps[giver] = Step(partition: partition, receiver: receiver)
                        if counts[giver] >= counts[root] + 2 {
                            follow(steps, from: giver)
                            return true
                        }
                        line.append(giver)
                    }
                }
            }
        }
        return false
    }

    private mutating func follow(_ steps: [Step?], from giver: Int) {
        var giver = giver
        while let step = steps[giver] {
            give(step.partition, to: step.receiver)
            giver = step.receiver
        }
    }
}
