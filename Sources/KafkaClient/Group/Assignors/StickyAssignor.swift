import KafkaProtocol

/// Gives members equally many partitions, and lets them keep what they had, as far as that goes. Kafka's name is `sticky`.
///
/// It is eager: members revoke all partitions, and mostly get them back. What they had travels in the user data of their
/// subscriptions, so members that other clients run take part. For members that keep their partitions meanwhile see
/// ``CooperativeStickyAssignor``. Racks are not looked at.
///
/// Source: KIP-54.
public struct StickyAssignor: PartitionAssignor {
    /// Creates the strategy.
    public init() {}

    /// Always `sticky`.
    public var name: String { "sticky" }

    /// The partitions of the last assignment and its generation, in version 1 of Kafka's schema.
    public func userData(topics: [String], last: ReceivedAssignment?) -> [UInt8]? {
        last.flatMap { StickyUserData(partitions: $0.partitions, generation: $0.generation).encoded() }
    }

    /// Complexity: the number of partitions, when all members want the same topics. Otherwise times that of members, and that
    /// again for each round that moves partitions from members that have more to those that have less.
    public func assign(_ group: GroupSubscription) -> GroupAssignment {
        // Owned partitions of the subscription count for nothing: an eager member has revoked them.
        StickyAssignment(group) { member in
            let data = member.userData.flatMap(StickyUserData.init(encoded:))
            return (data?.partitions ?? [], data?.generation ?? -1)
        }.assignment
    }
}

/// Gives members equally many partitions, and lets them keep theirs while the group agrees on what moves. Kafka's name is
/// `cooperative-sticky`.
///
/// A partition that moves is first revoked by its owner, which then has the group rebalance again to give it to the other member.
///
/// Source: KIP-429.
public struct CooperativeStickyAssignor: PartitionAssignor {
    /// Creates the strategy.
    public init() {}

    /// Always `cooperative-sticky`.
    public var name: String { "cooperative-sticky" }

    /// Always ``RebalanceProtocol/cooperative``.
    public var rebalanceProtocol: RebalanceProtocol { .cooperative }

    /// The generation of the last assignment, for leaders that don't read it in the subscription itself.
    public func userData(topics: [String], last: ReceivedAssignment?) -> [UInt8]? {
        let generation = last?.generation ?? -1
        return withUnsafeBytes(of: generation.bigEndian) { [UInt8]($0) }
    }

    /// The assignment without partitions that somebody else still owns. Complexity as ``StickyAssignor/assign(_:)``.
    public func assign(_ group: GroupSubscription) -> GroupAssignment {
        StickyAssignment(group) { member in
            (member.ownedPartitions, member.generation ?? Self.generation(userData: member.userData))
        }.assignment.withholdingMoved(in: group)
    }

    /// -1 when there is none.
    static func generation(userData: [UInt8]?) -> Int32 {
        guard let userData, userData.count >= 4 else { return -1 }
        return userData.prefix(4).reduce(0) { $0 << 8 | Int32($1) }
    }
}

extension GroupAssignment {
    /// The assignment without those partitions that are given to one member while another one still holds them.
    ///
    /// Source: `CooperativeStickyAssignor.adjustAssignment` of Kafka's client, KIP-429.
    func withholdingMoved(in group: GroupSubscription) -> GroupAssignment {
        var holders: [TopicPartition: [String]] = [:]
        for member in group.members {
            for partition in member.ownedPartitions { holders[partition, default: []].append(member.id) }
        }
        guard !holders.isEmpty else { return self }
        var adjusted = self
        adjusted.partitions = Dictionary(
            uniqueKeysWithValues: partitions.map { id, given in
                (id, given.filter { partition in holders[partition].map { $0.contains(id) } ?? true })
            })
        return adjusted
    }
}
