import KafkaProtocol

/// Leaders of partitions that move, are lost and come back. All of it may be called at any time and from any thread.
extension EmbeddedBroker {
    /// Makes a broker the leader of a partition, with a new leader epoch. Does nothing when it leads the partition already.
    ///
    /// - Parameters:
    ///   - topic: the topic's name.
    ///   - partition: a partition of the topic, from 0 on.
    ///   - node: the node id of a broker that runs.
    /// - Throws: `EmbeddedBrokerError`: `.unknownPartition` or `.unknownNode`.
    public func moveLeader(
        _ topic: String, _ partition: Int32, to node: Int32
    ) throws(EmbeddedBrokerError) {
        let log = try find(topic, partition).log
        guard cluster.moveLeader(of: log, to: node) else {
            throw EmbeddedBrokerError(.unknownNode, "there is no broker \(node) to lead \(topic)/\(partition)")
        }
    }

    /// Makes a broker the leader of all partitions that another one leads, each with a new leader epoch.
    ///
    /// - Parameters:
    ///   - old: the node id of the broker that leads them.
    ///   - node: the node id of a broker that runs.
    /// - Throws: `EmbeddedBrokerError` with `.unknownNode`.
    public func moveLeaders(from old: Int32, to node: Int32) throws(EmbeddedBrokerError) {
        guard cluster.moveLeaders(from: old, to: node) else {
            throw EmbeddedBrokerError(.unknownNode, "there is no broker \(node) to lead what broker \(old) leads")
        }
    }

    /// Leaves a partition without a leader, with a new leader epoch, until one is given to it. Metadata says
    /// LEADER_NOT_AVAILABLE of it then, and each broker answers NOT_LEADER_OR_FOLLOWER to Produce and Fetch. Does nothing
    /// when it has none.
    ///
    /// - Parameters:
    ///   - topic: the topic's name.
    ///   - partition: a partition of the topic, from 0 on.
    /// - Throws: `EmbeddedBrokerError` with `.unknownPartition`.
    public func removeLeader(_ topic: String, _ partition: Int32) throws(EmbeddedBrokerError) {
        try find(topic, partition).log.moveLeader(to: -1)
    }

    /// Gives each partition back to the broker that it was created with, where that broker runs and does not lead it, with a
    /// new leader epoch; also those that have no leader.
    public func electPreferredLeaders() { cluster.electPreferredLeaders() }

    /// Loses the batches of a partition from the one on that holds an offset, as when a replica that lacks them becomes the leader. The
    /// leader stays, with a new leader epoch; what it appends next gets the offsets anew. Transactions whose markers are lost are open again,
    /// and share groups forget what they have done with records that are lost.
    ///
    /// - Parameters:
    ///   - topic: the topic's name.
    ///   - partition: a partition of the topic, from 0 on.
    ///   - offset: in the first batch that is lost; nothing is lost behind the end.
    /// - Returns: the offset behind what is left.
    /// - Throws: `EmbeddedBrokerError` with `.unknownPartition`.
    @discardableResult
    public func loseRecords(
        _ topic: String, _ partition: Int32, from offset: Int64
    ) throws(EmbeddedBrokerError) -> Int64 {
        let (topic, log) = try find(topic, partition)
        let lost = log.loseRecords(from: offset)
        cluster.release(lost.byteCount)
        cluster.shares.cut(topic.id, partition, from: lost.endOffset)
        return lost.endOffset
    }

    private func find(
        _ name: String, _ partition: Int32
    ) throws(EmbeddedBrokerError) -> (topic: Topic, log: PartitionLog) {
        guard let topic = cluster.topic(named: name), let log = topic.partition(partition) else {
            throw EmbeddedBrokerError(.unknownPartition, "there is no partition \(partition) of a topic \"\(name)\"")
        }
        return (topic, log)
    }
}
