import KafkaTransport

/// A client's connection, the one to its server, and the two ways between them.
final class RelayedConnection {
    private let client: TCPStream
    private let server: TCPStream
    private let upstream: OneWay
    private let downstream: OneWay
    private let whenEnded: () -> Void

    init(
        client: TCPStream, server: TCPStream, oneWayNs: Int64, chunks: ChunkPool, on loop: EventLoop,
        whenEnded: @escaping () -> Void
    ) {
        self.client = client
        self.server = server
        self.whenEnded = whenEnded
        upstream = OneWay(from: client, to: server, delayNs: oneWayNs, chunks: chunks, on: loop)
        downstream = OneWay(from: server, to: client, delayNs: oneWayNs, chunks: chunks, on: loop)
        upstream.whenEnded = { [weak self] in self?.end() }
        downstream.whenEnded = { [weak self] in self?.end() }
    }

    /// The server has taken the connection.
    func start() {
        upstream.start()
        downstream.start()
    }

    /// The server has refused the connection: the client learns of it like of a reset.
    func refuse() { downstream.putEnd(isReset: true) }

    /// Resets both ends at once, and loses what is under way.
    func reset() {
        client.reset()
        server.reset()
        end()
    }

    private func end() {
        upstream.close()
        downstream.close()
        client.close()
        server.close()
        whenEnded()
    }
}
