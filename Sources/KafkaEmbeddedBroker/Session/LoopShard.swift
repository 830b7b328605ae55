import KafkaTransport

/// Owns the connections that live on one loop.
final class LoopShard: @unchecked Sendable {
    // Unchecked: `sessions` is touched on the loop only.
    let loop: EventLoop
    let cluster: Cluster
    let faults: FaultScript
    let counters = SessionCounters()
    private var sessions: [ObjectIdentifier: Session] = [:]
    /// Connections that are being secured.
    private var securing: [ObjectIdentifier: SecuringConnection] = [:]

    init(loop: EventLoop, cluster: Cluster, faults: FaultScript) {
        self.loop = loop
        self.cluster = cluster
        self.faults = faults
    }

    /// Runs `body` on the loop, after all work that the loop was given before.
    func run<R: Sendable>(_ body: @escaping @Sendable (LoopShard) throws -> R) async throws -> R {
        try await Task(executorPreference: loop) { try body(self) }.value
    }

    /// Serves a connection of this loop, once it is secured where it is to be.
    func open(_ stream: TCPStream, _ node: BrokerNode) {
        if node.isStopped { return stream.close() }
        guard let tls = cluster.tls else { return serve(stream, node) }
        // Its files are its own, and on this machine.
        try? tls.refresh()
        guard let channel = try? TLSStream(server: tls, over: stream) else { return stream.close() }
        let timer = LoopTimer(on: loop)
        let id = ObjectIdentifier(channel)
        securing[id] = SecuringConnection(channel: channel, timer: timer, node: node)
        timer.schedule(at: .now + cluster.configuration.security.handshakeTimeout) { [weak self] in
            self?.giveUpSecuring(id)
        }
        channel.shakeHands { [weak self] result in
            guard let self else { return }
            guard case .success = result else { return giveUpSecuring(id) }
            guard let connection = securing.removeValue(forKey: id) else { return }
            connection.timer.close()
            if node.isStopped { connection.channel.close() } else { serve(connection.channel, node) }
        }
    }

    private func giveUpSecuring(_ id: ObjectIdentifier) {
        guard let connection = securing.removeValue(forKey: id) else { return }
        counters.failedHandshakes.increment()
        connection.timer.close()
        connection.channel.close()
    }

    private func serve(_ stream: any ByteChannel, _ node: BrokerNode) {
        let session = Session(stream, node: node, shard: self)
        sessions[ObjectIdentifier(session)] = session
        counters.accepted.increment()
        cluster.countConnection(to: node)
        counters.open.increment()
        session.start()
    }

    /// Serves a connection that another loop accepted.
    func adopt(_ descriptor: Int32, _ node: BrokerNode) {
        // A descriptor that the system refuses was closed by it; the client sees that.
        guard let stream = try? TCPStream(adopting: descriptor, on: loop) else { return }
        open(stream, node)
    }

    func forget(_ session: Session) {
        if sessions.removeValue(forKey: ObjectIdentifier(session)) != nil { counters.open.decrement() }
    }

    /// Lets the connections of a node hang or go on, as the node says.
    func updatePause(of node: BrokerNode) {
        for session in sessions.values where session.node === node { session.updatePause() }
    }

    /// Closes the connections of a node.
    func closeSessions(of node: BrokerNode) {
        for session in sessions.values where session.node === node { session.close() }
        for (id, connection) in securing where connection.node === node {
            connection.timer.close()
            connection.channel.close()
            securing[id] = nil
        }
    }
}

/// A connection that is being secured, and the timer that ends that.
private struct SecuringConnection {
    let channel: TLSStream
    let timer: LoopTimer
    let node: BrokerNode
}
