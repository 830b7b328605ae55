public import KafkaTransport

/// What brokers say of the cluster, when it is not what is true. All of it may be called at any time and from any thread.
extension EmbeddedBroker {
    /// Lets a broker answer Metadata from now on with what is true at this moment: the brokers, and the topics with their
    /// ids, partitions, leaders and leader epochs. Topics that are created later stay unknown to it. It answers other requests by
    /// what is true then. Does nothing when its metadata is frozen already.
    ///
    /// - Parameter node: the node id of a broker that runs. It stays so when it is stopped and started.
    /// - Throws: `EmbeddedBrokerError` with `.unknownNode`.
    public func freezeMetadata(of node: Int32) throws(EmbeddedBrokerError) {
        guard cluster.freezeMetadata(of: node) else {
            throw EmbeddedBrokerError(.unknownNode, "there is no broker \(node) whose metadata could be frozen")
        }
    }

    /// Ends ``freezeMetadata(of:)``: the broker says what is true. Does nothing when its metadata is not frozen.
    public func thawMetadata(of node: Int32) { cluster.state.withLock { $0.frozen[node] = nil } }

    /// Tells clients from now on that a broker listens at an endpoint, whatever is true: in Metadata, in FindCoordinator, and
    /// where an answer names the brokers' endpoints (KIP-951). Where the broker listens does not change.
    ///
    /// - Parameters:
    ///   - node: the node id of a broker. One that does not run is listed too, beside those that do.
    ///   - endpoint: any host and any port; nil ends this.
    public func advertise(node: Int32, as endpoint: Endpoint?) {
        cluster.state.withLock { $0.advertised[node] = endpoint }
    }

    /// Leaves a broker out where clients are told which brokers there are and where they listen, in Metadata and in answers
    /// that name endpoints (KIP-951). Its partitions still name it as their leader, and it serves requests.
    ///
    /// - Parameter node: the node id of a broker.
    public func hideFromMetadata(node: Int32) { cluster.state.withLock { _ = $0.hidden.insert(node) } }

    /// Ends ``hideFromMetadata(node:)``. Does nothing when the broker is not hidden.
    public func showInMetadata(node: Int32) { cluster.state.withLock { _ = $0.hidden.remove(node) } }
}
