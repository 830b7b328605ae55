import KafkaProtocol

/// What Metadata says of the whole cluster, as it was at one moment.
struct ClusterMetadata: Sendable {
    let nodes: [NodeEndpoint]
    /// -1 without one.
    let controllerID: Int32
    private let topicsByName: [String: MetadataResponse.Topic]
    private let namesByID: [KafkaUUID: String]

    fileprivate init(_ state: borrowing Cluster.State) {
        nodes = state.advertisedNodes
        controllerID = state.controllerID
        let nodeIDs = state.nodes.map(\.id)
        topicsByName = state.topics.mapValues { MetadataResponse.Topic($0, nodeIDs: nodeIDs) }
        namesByID = state.topicsByID.mapValues(\.name)
    }

    func topic(named name: String) -> MetadataResponse.Topic? { topicsByName[name] }
    func topic(id: KafkaUUID) -> MetadataResponse.Topic? { namesByID[id].flatMap { topicsByName[$0] } }

    /// Sorted by name.
    var topics: [MetadataResponse.Topic] { topicsByName.sorted { $0.key < $1.key }.map(\.value) }
}

extension Cluster {
    /// What a node is to say, whatever is true; nil when it says what is true.
    func frozenMetadata(of node: Int32) -> ClusterMetadata? { state.withLock { $0.frozen[node] } }

    /// Lets a node say from now on what is true at this moment, or what it says already. Gives false when there is no such
    /// node.
    @discardableResult
    func freezeMetadata(of node: Int32) -> Bool {
        state.withLock { state in
            guard state.runs(node) else { return false }
            if state.frozen[node] == nil { state.frozen[node] = ClusterMetadata(state) }
            return true
        }
    }

    /// -1 without one.
    var controllerID: Int32 { state.withLock { $0.controllerID } }
}

extension Cluster.State {
    fileprivate var controllerID: Int32 { nodes.first?.id ?? -1 }
}

extension MetadataResponse.Topic {
    /// - Parameter nodeIDs: the nodes that run; a partition whose leader is none of them has no leader.
    init(_ topic: Topic, nodeIDs: [Int32]) {
        self.init()
        name = topic.name
        topicID = topic.id
        partitions = topic.partitions.map { partition in
            let leadership = partition.leadership
            var description = MetadataResponse.Partition()
            description.partitionIndex = partition.index
            description.leaderID = leadership.leaderID
            description.leaderEpoch = leadership.leaderEpoch
            if nodeIDs.contains(leadership.leaderID) {
                description.replicaNodes = [leadership.leaderID]
                description.isrNodes = [leadership.leaderID]
            } else {
                description.errorCode = .leaderNotAvailable
                description.leaderID = -1
            }
            return description
        }
    }
}
