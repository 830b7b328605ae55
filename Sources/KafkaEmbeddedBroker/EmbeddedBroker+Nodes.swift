public import KafkaTransport

/// Brokers that come, go, come back and hang. All of it may be called at any time and from any thread.
extension EmbeddedBroker {
    /// Stops one of the brokers: its listener and its connections are closed. The remaining brokers lead its partitions from
    /// then on, in turn. ``startNode(_:port:)`` brings it back.
    ///
    /// - Parameter id: the node id of a broker that runs.
    /// - Throws: `EmbeddedBrokerError` with `.unknownNode` when there is no such broker, or it was stopped before.
    public func stopNode(_ id: Int32) async throws(EmbeddedBrokerError) {
        let (listener, shards) = running.withLock { running -> (NodeListener?, [LoopShard]) in
            guard let index = running.listeners.firstIndex(where: { $0.node.id == id }) else { return (nil, []) }
            return (running.listeners.remove(at: index), running.shards)
        }
        guard let listener else { throw EmbeddedBrokerError(.unknownNode, "there is no broker \(id) to stop") }
        cluster.remove(listener.node)
        await close(listener, shards, isReserved: true)
        // Only now may it be started again.
        running.withLock { $0.stopped[id] = listener }
    }

    /// Starts a broker that was stopped, with its node id, as a follower: it leads no partition before one is created, or given
    /// to it by ``moveLeader(_:_:to:)`` or ``electPreferredLeaders()``. But those that lost their leader because no broker was
    /// left are led by the first that comes back.
    ///
    /// - Parameters:
    ///   - id: the node id of a broker that was stopped.
    ///   - port: the port to listen on; nil for the one that it had, 0 for one that the system chooses.
    /// - Returns: where the broker listens.
    /// - Throws: `EmbeddedBrokerError`: `.unknownNode` when no such broker was stopped; `.cannotListen`, as when the port is in
    ///   use, and the broker stays stopped; `.notRunning` when all were stopped by ``stop()``.
    @discardableResult
    public func startNode(_ id: Int32, port: UInt16? = nil) async throws(EmbeddedBrokerError) -> Endpoint {
        guard let former = running.withLock({ $0.stopped.removeValue(forKey: id) }) else {
            throw EmbeddedBrokerError(.unknownNode, "there is no broker \(id) that was stopped")
        }
        do {
            return try await listen(as: id, port: port ?? former.node.endpoint.port, after: former)
        } catch {
            running.withLock { $0.stopped[id] = former }
            throw error
        }
    }

    /// Adds a broker to the cluster, with the next node id, on a port that the system chooses. It leads no partition before
    /// one is created or given to it.
    ///
    /// - Returns: where the broker listens.
    /// - Throws: `EmbeddedBrokerError`: `.notRunning` before ``start()`` and after ``stop()``; `.systemResources` when there were
    ///   1,000 brokers already; `.cannotListen`.
    @discardableResult
    public func addNode() async throws(EmbeddedBrokerError) -> Endpoint {
        let id = try running.withLock { running throws(EmbeddedBrokerError) in
            guard running.phase == .running else { throw Self.notRunning }
            guard running.nodeIDMax < EmbeddedBrokerConfiguration.brokerCountMax else {
                throw EmbeddedBrokerError(.systemResources, "there are \(running.nodeIDMax) brokers already")
            }
            running.nodeIDMax += 1
            return running.nodeIDMax
        }
        return try await listen(as: id, port: 0)
    }

    /// Lets a broker hang, as a process that was stopped by a signal: the system still accepts connections, but the broker
    /// reads nothing and answers nothing. Metadata of the others lists it, and it leads what it leads. Does nothing when it
    /// hangs already.
    ///
    /// - Parameter id: the node id of a broker that runs.
    /// - Throws: `EmbeddedBrokerError` with `.unknownNode`.
    public func pauseNode(_ id: Int32) async throws(EmbeddedBrokerError) { try await setPaused(true, id) }

    /// Lets a broker that hangs go on, with all that was sent to it meanwhile. Does nothing when it doesn't hang.
    ///
    /// - Parameter id: the node id of a broker that runs.
    /// - Throws: `EmbeddedBrokerError` with `.unknownNode`.
    public func resumeNode(_ id: Int32) async throws(EmbeddedBrokerError) { try await setPaused(false, id) }

    private func setPaused(_ isPaused: Bool, _ id: Int32) async throws(EmbeddedBrokerError) {
        guard let node = cluster.nodes.first(where: { $0.id == id }) else {
            throw EmbeddedBrokerError(.unknownNode, "there is no broker \(id) that runs")
        }
        node.setPaused(isPaused)
        // Only the closure could throw, and it does not.
        for shard in shards { try? await shard.run { $0.updatePause(of: node) } }
    }

    /// Opens the listener of a node, on the loop whose turn it is.
    ///
    /// - Parameter former: the listener that the node had before it was stopped, whose port is free when this has succeeded.
    @discardableResult
    func listen(as id: Int32, port: UInt16, after former: NodeListener? = nil) async throws(EmbeddedBrokerError)
        -> Endpoint
    {
        let shards = shards
        guard running.withLock({ $0.phase == .running }), !shards.isEmpty else { throw Self.notRunning }
        let shard = shards[Int(id - 1) % shards.count]
        let listener: NodeListener
        do {
            let address = try SocketAddress(numeric: configuration.host, port: port)
            listener = try await shard.run { [self] shard in
                let listener = NodeListener()
                try listener.listen(on: shard.loop, address, id: id, configuration) { stream, node in
                    self.accept(stream, node, on: shard, of: shards)
                }
                former?.close()
                return listener
            }
        } catch {
            throw EmbeddedBrokerError(.cannotListen, "\(error)")
        }
        let isRunning = running.withLock { running in
            guard running.phase == .running else { return false }
            running.listeners.append(listener)
            cluster.add(listener.node)
            return true
        }
        guard isRunning else {
            await close(listener, shards)
            throw Self.notRunning
        }
        return listener.node.endpoint
    }

    private static var notRunning: EmbeddedBrokerError {
        EmbeddedBrokerError(.notRunning, "the embedded broker is not running")
    }
}
