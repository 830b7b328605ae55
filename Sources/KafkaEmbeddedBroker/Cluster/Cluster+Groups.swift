import KafkaProtocol

extension Cluster {
    /// The node that coordinates a group; nil when none runs.
    ///
    /// It is the one that the group was moved to, while that runs. Otherwise each running node gets a number that depends on
    /// the group and on it alone, and the highest wins: when a node leaves, only the groups that it coordinated move.
    func coordinator(of group: String) -> BrokerNode? { state.withLock { $0.coordinator(of: group) } }

    func coordinatorID(of group: String) -> Int32? { coordinator(of: group)?.id }

    /// Gives false when there is no such node.
    func moveCoordinator(of group: String, to node: Int32) -> Bool {
        let isMoved = state.withLock { state in
            guard state.runs(node) else { return false }
            state.coordinators[group] = node
            return true
        }
        if isMoved { groups.move(to: coordinatorID) }
        return isMoved
    }

    /// The topics as groups see them.
    var groupTopics: GroupTopics {
        state.withLock { state in
            if let known = state.groupTopics { return known }
            let topics = GroupTopics(
                version: state.topicVersion,
                state.topics.values.map {
                    GroupTopics.Topic(name: $0.name, id: $0.id, partitionCount: $0.partitions.count)
                })
            state.groupTopics = topics
            return topics
        }
    }
}

extension Cluster.State {
    fileprivate func coordinator(of group: String) -> BrokerNode? {
        if let chosen = coordinators[group], let node = nodes.first(where: { $0.id == chosen }) { return node }
        // FNV-1a.
        let hash = group.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return nodes.max { Self.rank(of: $0, hash) < Self.rank(of: $1, hash) }
    }

    /// Spreads the nodes differently for each hash, as SplitMix64 does.
    private static func rank(of node: BrokerNode, _ hash: UInt64) -> UInt64 {
        var mixed = hash &+ UInt64(UInt32(bitPattern: node.id)) &* 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
