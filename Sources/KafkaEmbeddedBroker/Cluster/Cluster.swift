import KafkaProtocol
import Synchronization

/// The topics and nodes that all connections share.
final class Cluster: Sendable {
    let configuration: EmbeddedBrokerConfiguration
    let id = KafkaUUID.random().description
    let state = Mutex(State())
    private let nextProducerID = Atomic<Int64>(1000)
    private let keptByteCount = Atomic<Int>(0)

    struct State {
        /// The running nodes, by ascending id.
        var nodes: [BrokerNode] = []
        var topics: [String: Topic] = [:]
        var topicsByID: [KafkaUUID: Topic] = [:]
        var partitionCount = 0
        /// The index of the node that leads the next partition: leaders go round robin.
        var nextLeader = 0
        /// The totals of deleted topics.
        var deleted = Totals()
    }

    /// Counts of what partitions have taken.
    struct Totals {
        var batchCount = 0
        var recordCount = 0
        var byteCount = 0
        var duplicateCount = 0

        mutating func add(_ topic: Topic, _ partitions: [EmbeddedBrokerStatistics.Partition]) {
            for partition in partitions {
                batchCount += partition.batchCount
                recordCount += partition.recordCount
                byteCount += partition.byteCount
            }
            duplicateCount += topic.partitions.reduce(0) { $0 + $1.duplicateCount }
        }
    }

    init(_ configuration: EmbeddedBrokerConfiguration) {
        self.configuration = configuration
    }

    func makeProducerID() -> Int64 { nextProducerID.wrappingAdd(1, ordering: .relaxed).oldValue }

    // MARK: Nodes

    var nodes: [BrokerNode] { state.withLock { $0.nodes } }

    func add(_ node: BrokerNode) {
        state.withLock { $0.nodes.append(node) }
    }

    /// Removes a node. The others lead its partitions from now on, round robin.
    func remove(_ node: BrokerNode) {
        state.withLock { state in
            state.nodes.removeAll { $0 === node }
            var next = 0
            for topic in state.topics.values {
                for partition in topic.partitions where partition.leadership.leaderID == node.id {
                    let leader = state.nodes.isEmpty ? -1 : state.nodes[next % state.nodes.count].id
                    partition.moveLeader(to: leader)
                    next += 1
                }
            }
        }
    }

    // MARK: Topics

    func topic(named name: String) -> Topic? { state.withLock { $0.topics[name] } }
    func topic(id: KafkaUUID) -> Topic? { state.withLock { $0.topicsByID[id] } }

    /// Sorted by name.
    var topics: [Topic] { state.withLock { $0.topics.values.sorted { $0.name < $1.name } } }

    // MARK: Room

    /// Makes room for a batch within the bound of all logs together, by dropping older batches.
    ///
    /// A partition that has its even share drops batches of its own. One that has less takes the room from the largest
    /// partition, so that a new topic is not starved by one that filled the memory first.
    ///
    /// - Returns: false when the batch alone exceeds the bound.
    func reserve(_ byteCount: Int, for partition: PartitionLog) -> Bool {
        guard case .memory(let bound) = configuration.logPolicy, byteCount <= bound else { return false }
        var used = keptByteCount.wrappingAdd(byteCount, ordering: .relaxed).newValue
        while used > bound {
            let freed = makeRoom(byteCount, for: partition, bound)
            // The rest is reserved for batches that other connections are about to append; they make room themselves.
            if freed == 0 { break }
            used = keptByteCount.wrappingSubtract(freed, ordering: .relaxed).newValue
        }
        return true
    }

    /// Gives back what was reserved or kept.
    func release(_ byteCount: Int) { keptByteCount.wrappingSubtract(byteCount, ordering: .relaxed) }

    private func makeRoom(_ byteCount: Int, for partition: PartitionLog, _ bound: Int) -> Int {
        let own = partition.keptByteCount.load(ordering: .relaxed)
        return state.withLock { state in
            var victim = partition
            if own < bound / max(1, state.partitionCount) || own == 0 {
                var most = own
                for topic in state.topics.values {
                    for other in topic.partitions {
                        let kept = other.keptByteCount.load(ordering: .relaxed)
                        if kept > most {
                            most = kept
                            victim = other
                        }
                    }
                }
            }
            var freed = 0
            while freed < byteCount {
                let dropped = victim.dropOldest()
                if dropped == 0 { break }
                freed += dropped
            }
            return freed
        }
    }
}

extension KafkaUUID {
    static func random() -> KafkaUUID {
        KafkaUUID(high: .random(in: 1 ... .max), low: .random(in: 1 ... .max))
    }
}
