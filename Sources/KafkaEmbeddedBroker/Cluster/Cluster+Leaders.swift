import KafkaProtocol

extension Cluster {
    /// Gives false when there is no such node.
    func moveLeader(of partition: PartitionLog, to node: Int32) -> Bool {
        state.withLock { state in
            guard state.runs(node) else { return false }
            partition.moveLeader(to: node)
            return true
        }
    }

    /// Makes a node the leader of all partitions that another one leads. Gives false when there is no such node.
    func moveLeaders(from old: Int32, to node: Int32) -> Bool {
        state.withLock { state in
            guard state.runs(node) else { return false }
            for partition in state.partitions where partition.leadership.leaderID == old {
                partition.moveLeader(to: node)
            }
            return true
        }
    }

    /// Makes the node that each partition was created with its leader again, where that node runs.
    func electPreferredLeaders() {
        state.withLock { state in
            for partition in state.partitions where state.runs(partition.preferredLeader) {
                partition.moveLeader(to: partition.preferredLeader)
            }
        }
    }

    /// Makes the preferred node lead a partition, or any that runs where nobody does; says why not.
    ///
    /// Source: `ReplicationControlManager.electLeader` of Kafka.
    func electLeader(of partition: PartitionLog, isUnclean: Bool) -> KafkaErrorCode {
        state.withLock { state in
            let hasLeader = state.runs(partition.leadership.leaderID)
            let isPreferredThere = state.runs(partition.preferredLeader)
            if isUnclean {
                if hasLeader { return .electionNotNeeded }
                guard let node = isPreferredThere ? partition.preferredLeader : state.nodes.first?.id else {
                    return .eligibleLeadersNotAvailable
                }
                partition.moveLeader(to: node)
                return .none
            }
            if partition.leadership.leaderID == partition.preferredLeader, hasLeader { return .electionNotNeeded }
            if !isPreferredThere { return .preferredLeaderNotAvailable }
            partition.moveLeader(to: partition.preferredLeader)
            return .none
        }
    }
}

extension Cluster.State {
    /// The partitions of all topics.
    var partitions: some Sequence<PartitionLog> { topics.values.lazy.flatMap(\.partitions) }

    func runs(_ node: Int32) -> Bool { nodes.contains { $0.id == node } }
}
