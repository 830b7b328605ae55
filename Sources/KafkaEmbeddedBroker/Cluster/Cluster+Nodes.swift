import KafkaProtocol
import KafkaTransport

extension Cluster {
    /// The running nodes, by ascending id.
    var nodes: [BrokerNode] { state.withLock { $0.nodes } }

    /// Adds a node that has begun to listen. It leads nothing but partitions that lost their leader because no node was
    /// left.
    func add(_ node: BrokerNode) {
        state.withLock { state in
            let place = state.nodes.firstIndex { $0.id > node.id } ?? state.nodes.endIndex
            state.nodes.insert(node, at: place)
            for partition in state.partitions { partition.adopt(by: node.id) }
        }
        groups.move(to: coordinatorID)
    }

    /// Removes a node. The others lead its partitions from now on, round robin.
    func remove(_ node: BrokerNode) {
        state.withLock { state in
            state.nodes.removeAll { $0 === node }
            var next = 0
            for partition in state.partitions where partition.leadership.leaderID == node.id {
                if state.nodes.isEmpty {
                    partition.orphan()
                } else {
                    partition.moveLeader(to: state.nodes[next % state.nodes.count].id)
                    next += 1
                }
            }
        }
        groups.move(to: coordinatorID)
    }

    func countConnection(to node: BrokerNode) {
        state.withLock { $0.acceptedConnectionCounts[node.id, default: 0] += 1 }
    }

    // MARK: What clients are told

    /// The nodes that clients are told of, by ascending id.
    var advertisedNodes: [NodeEndpoint] { state.withLock { $0.advertisedNodes } }

    /// Where clients are told that a node listens.
    func advertisedEndpoint(of node: BrokerNode) -> Endpoint {
        state.withLock { $0.advertised[node.id] ?? node.endpoint }
    }
}

extension Cluster.State {
    var advertisedNodes: [NodeEndpoint] {
        var endpoints = advertised
        for node in nodes where endpoints[node.id] == nil { endpoints[node.id] = node.endpoint }
        return endpoints.filter { !hidden.contains($0.key) }.sorted { $0.key < $1.key }.map { id, endpoint in
            NodeEndpoint(nodeID: id, host: endpoint.host, port: Int32(endpoint.port))
        }
    }
}
