/// A change of the cluster that a request brings with it.
enum ClusterChange {
    case leaderMove(topic: String, partition: Int32, node: Int32)
    case topicGrowth(String, to: Int)
    case topicRecreation(String, partitions: Int)
    case metadataFreeze(node: Int32)

    /// What an effect does to the targets that it hits: something to each partition, or to each topic once.
    static func changes(_ effect: FaultRule.Effect, _ targets: [FaultScript.Target]) -> [ClusterChange] {
        func leaderMoves(to node: Int32) -> [ClusterChange] {
            targets.compactMap { target in
                guard let topic = target.topic, let partition = target.partition else { return nil }
                return .leaderMove(topic: topic, partition: partition, node: node)
            }
        }
        let topics = Set(targets.compactMap(\.topic)).sorted()
        return switch effect {
        case .leaderMove(let node): leaderMoves(to: node)
        case .leaderRemoval: leaderMoves(to: -1)
        case .topicGrowth(let count): topics.map { .topicGrowth($0, to: count) }
        case .topicRecreation(let count): topics.map { .topicRecreation($0, partitions: count) }
        case .error, .errorAfterStore, .disconnect, .delay, .risingDelay, .pause, .capacity, .throttle, .stall,
            .metadataFreeze,
            .storage:
            []
        }
    }
}

extension Cluster {
    /// Does nothing where it can't be done: a topic that is not there, or may not have so many partitions.
    func apply(_ change: ClusterChange) {
        switch change {
        case .leaderMove(let topic, let partition, let node):
            self.topic(named: topic)?.partition(partition)?.moveLeader(to: node)
        case .topicGrowth(let topic, let count): try? addPartitions(topic, to: count)
        case .topicRecreation(let topic, let count): try? recreateTopic(topic, partitionCount: count)
        case .metadataFreeze(let node): freezeMetadata(of: node)
        }
    }
}
