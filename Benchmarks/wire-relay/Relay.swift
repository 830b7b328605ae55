import KafkaTransport

/// Listens, and relays each connection. Lives on its loop.
final class Relay: @unchecked Sendable {
    // Unchecked: touched on its loop only.
    private let loop: EventLoop
    private let oneWayNs: Int64
    private let chunks = ChunkPool()
    private var listeners: [TCPListener] = []
    private var resetSignal: SignalSource?
    private var connections: [ObjectIdentifier: RelayedConnection] = [:]

    /// Resets all connections whenever the process gets `resetSignal`.
    ///
    /// - Throws: `TransportError` when a port is taken, or a target is not numeric.
    init(_ arguments: WireRelayArguments, resetSignal: Int32, on loop: EventLoop) throws {
        self.loop = loop
        oneWayNs = arguments.roundTripNs / 2
        for route in arguments.routes {
            let target = try SocketAddress(numeric: route.target.host, port: route.target.port)
            let own = try SocketAddress(numeric: "127.0.0.1", port: route.port)
            listeners.append(
                try TCPListener(on: loop, address: own) { [unowned self] stream in relay(stream, to: target) })
        }
        self.resetSignal = try SignalSource(resetSignal, on: loop) { [unowned self] _ in resetConnections() }
    }

    private func resetConnections() {
        // Each takes itself out when it has ended.
        for connection in Array(connections.values) { connection.reset() }
    }

    private func relay(_ client: TCPStream, to target: SocketAddress) {
        let server = TCPStream.connect(to: target, on: loop) { [weak self] result in
            guard let self, let connection = connections[ObjectIdentifier(client)] else { return }
            if case .success = result { connection.start() } else { connection.refuse() }
        }
        connections[ObjectIdentifier(client)] = RelayedConnection(
            client: client, server: server, oneWayNs: oneWayNs, chunks: chunks, on: loop,
            whenEnded: { [weak self] in self?.connections[ObjectIdentifier(client)] = nil })
    }
}
