import KafkaTransport
import Synchronization

/// One of the brokers that are played: an id and an endpoint.
final class BrokerNode: Sendable {
    let id: Int32
    /// What clients are told, unless the cluster is told to say something else.
    let endpoint: Endpoint
    private let stopped = Atomic<Bool>(false)

    init(id: Int32, endpoint: Endpoint) {
        self.id = id
        self.endpoint = endpoint
    }

    /// Whether the node has left for good: no new connection is served.
    var isStopped: Bool { stopped.load(ordering: .acquiring) }

    func markStopped() { stopped.store(true, ordering: .releasing) }
}
