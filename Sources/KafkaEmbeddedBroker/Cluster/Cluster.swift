import KafkaProtocol
import KafkaTransport
import Synchronization

/// The topics and nodes that all connections share.
final class Cluster: Sendable {
    let configuration: EmbeddedBrokerConfiguration
    let id: String
    /// How connections are secured; nil for not at all.
    let tls: TLSContext?
    /// Whom the brokers let in; nil for anybody.
    let sasl: SASLServer?
    /// What is wanted of clients' metrics; nil for nothing.
    let telemetry: TelemetryStore?
    let groups: GroupCoordinator
    let transactions: TransactionCoordinator
    /// What share groups have done with partitions.
    let shares = ShareStore()
    let state = Mutex(State())
    /// The memory of the logs. What one has no use for any more is kept for others.
    let segments: SegmentPool
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
        /// The endpoints that clients are told instead of a node's own, also of nodes that do not run.
        var advertised: [Int32: Endpoint] = [:]
        /// The nodes that clients are not told of.
        var hidden: Set<Int32> = []
        /// What nodes say that do not say what is true.
        var frozen: [Int32: ClusterMetadata] = [:]
        /// The nodes that groups were moved to.
        var coordinators: [String: Int32] = [:]
        /// How often topics have come, gone or grown.
        var topicVersion = 0
        /// The topics as groups see them; nil when they have changed since.
        var groupTopics: GroupTopics?
        /// The settings that clients have changed.
        var settings = StoredSettings()
        /// The connections to each node so far.
        var acceptedConnectionCounts: [Int32: Int] = [:]
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

    /// - Throws: `EmbeddedBrokerError` when connections can't be secured as the configuration says.
    init(_ configuration: EmbeddedBrokerConfiguration) throws(EmbeddedBrokerError) {
        self.configuration = configuration
        let security = configuration.security
        segments = SegmentPool(freeByteCountMax: configuration.logPolicy.byteCountMax)
        groups = GroupCoordinator(configuration.groups)
        transactions = TransactionCoordinator(configuration.transactions)
        telemetry = configuration.telemetry.map(TelemetryStore.init)
        do throws(TLSFailure) {
            tls = try security.identity.map { identity throws(TLSFailure) in
                try TLSContext(
                    server: TLSServerConfiguration(
                        identity: identity, clientAuthorities: security.clientAuthorities, versions: security.versions))
            }
        } catch {
            throw EmbeddedBrokerError(.invalidConfiguration, "an embedded broker can't secure connections: \(error)")
        }
        sasl = SASLServer(security)
        groups.setOnGone { [shares] group, members in
            for member in members { shares.release(member, of: group, at: nil) }
        }
        id = configuration.clusterID ?? KafkaUUID.random().description
    }

    func makeProducerID() -> Int64 { nextProducerID.wrappingAdd(1, ordering: .relaxed).oldValue }

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
