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
}

extension Cluster.State {
    /// The partitions of all topics.
    var partitions: some Sequence<PartitionLog> { topics.values.lazy.flatMap(\.partitions) }

    func runs(_ node: Int32) -> Bool { nodes.contains { $0.id == node } }
}
