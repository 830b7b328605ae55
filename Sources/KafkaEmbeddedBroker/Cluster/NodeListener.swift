import KafkaTransport

/// The listening socket of a node. Made and closed on its loop.
final class NodeListener: @unchecked Sendable {
    // Unchecked: written by `listen` before other threads have it; `listener` and `reservation` are used on its loop only.
    private var listener: TCPListener?
    private var reservation: ReservedPort?
    private var bindHost = ""
    private(set) var node = BrokerNode(
        id: 0, endpoint: Endpoint(host: "", port: 0), EmbeddedBrokerConfiguration())
    private(set) var loop: EventLoop?

    /// - Throws: `TransportError` when the address is in use or not of this machine.
    func listen(
        on loop: EventLoop, _ address: SocketAddress, id: Int32, _ configuration: EmbeddedBrokerConfiguration,
        onStream: @escaping (TCPStream, BrokerNode) -> Void
    ) throws(TransportError) {
        let listener = try TCPListener(on: loop, address: address) { [weak self] stream in
            if let self { onStream(stream, node) } else { stream.close() }
        }
        self.loop = loop
        self.listener = listener
        bindHost = configuration.host
        let host = configuration.advertisedHost ?? configuration.host
        node = BrokerNode(id: id, endpoint: Endpoint(host: host, port: listener.port), configuration)
    }

    func close() {
        listener?.close()
        listener = nil
        reservation?.close()
        reservation = nil
    }

    /// Closes the listener, and keeps its port until `close`, for the listener that comes after it. Without that a connection
    /// that is made on this machine meanwhile may be given it.
    func closeAndReserve() {
        close()
        // Elsewhere a port that is bound can't be listened on by another socket.
        #if os(Linux)
            guard let loop, let address = try? SocketAddress(numeric: bindHost, port: node.endpoint.port) else {
                return
            }
            reservation = try? ReservedPort(on: loop, address: address)
        #endif
    }
}
