import KafkaProtocol

/// What the leader of a classic group tells the coordinator: an assignment for each member, checked, whoever's strategy made it.
struct LeaderAssignment {
    private let group: GroupSubscription
    private let assignment: GroupAssignment

    /// - Throws: what the strategy throws, or a ``KafkaClientError`` when what it gives can't be.
    init(_ group: GroupSubscription, by assignor: any PartitionAssignor) throws {
        let given = try assignor.assign(group)
        try Self.check(given, group)
        self.group = group
        assignment = assignor.rebalanceProtocol == .cooperative ? given.withholdingMoved(in: group) : given
    }

    /// An entry for each member of the group.
    func encoded() throws -> [SyncGroupRequest.Assignment] {
        try group.members.map { member in
            var entry = SyncGroupRequest.Assignment()
            entry.memberID = member.id
            entry.assignment = try ConsumerProtocol.assignment(
                assignment.partitions[member.id] ?? [], userData: assignment.userData[member.id])
            return entry
        }
    }

    private static func check(_ given: GroupAssignment, _ group: GroupSubscription) throws {
        var owners: [TopicPartition: String] = [:]
        for member in group.members {
            guard let partitions = given.partitions[member.id], !partitions.isEmpty else { continue }
            let wanted = Set(member.topics)
            for partition in partitions {
                guard wanted.contains(partition.topic) else {
                    throw KafkaClientError(
                        .invalidArgument,
                        "\(partition) is given to member \(member.id), which has not asked for its topic")
                }
                if let other = owners.updateValue(member.id, forKey: partition) {
                    throw KafkaClientError(
                        .invalidArgument, "\(partition) is given to two members, \(other) and \(member.id)")
                }
            }
        }
    }
}
