/// Groups, which move and whose offsets can be seen. All of it may be called at any time and from any thread.
extension EmbeddedBroker {
    /// The node id of the broker that coordinates a group, or would if there were one of that id; nil when no broker runs.
    public func coordinator(of group: String) -> Int32? { cluster.coordinatorID(of: group) }

    /// Lets another broker coordinate a group, now and whenever that broker runs. The others answer NOT_COORDINATOR, also to
    /// members that wait for a rebalance; the group goes on as it was, and sessions begin anew.
    ///
    /// - Parameters:
    ///   - group: the group's id; it need not exist yet.
    ///   - node: the node id of a broker that runs.
    /// - Throws: `EmbeddedBrokerError` with `.unknownNode`.
    public func moveCoordinator(of group: String, to node: Int32) throws(EmbeddedBrokerError) {
        guard cluster.moveCoordinator(of: group, to: node) else {
            throw EmbeddedBrokerError(.unknownNode, "there is no broker \(node) to coordinate group \"\(group)\"")
        }
    }

    /// The offset that a group has committed; nil without one.
    public func committedOffset(of group: String, _ topic: String, _ partition: Int32) -> Int64? {
        cluster.groups.update(group) { group, _, _ in group?.offsets[topic, partition]?.offset }
    }
}
