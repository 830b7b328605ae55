import KafkaTransport
import Synchronization

/// One of the brokers that are played: an id and an endpoint.
final class BrokerNode: Sendable {
    let id: Int32
    /// What clients are told, unless the cluster is told to say something else.
    let endpoint: Endpoint
    /// The fetch sessions of its connections.
    let fetchSessions: FetchSessionSlots
    /// The sessions of members of share groups over its connections.
    let shareSessions: ShareSessionRoom
    private let stopped = Atomic<Bool>(false)
    private let paused = Atomic<Bool>(false)

    init(id: Int32, endpoint: Endpoint, _ configuration: EmbeddedBrokerConfiguration) {
        self.id = id
        self.endpoint = endpoint
        fetchSessions = FetchSessionSlots(countMax: configuration.fetchSessionCountMax)
        shareSessions = ShareSessionRoom(sessionCountMax: configuration.groups.shareSessionCountMax)
    }

    /// Whether the node has left: no new connection is served. A node that comes back is another object.
    var isStopped: Bool { stopped.load(ordering: .acquiring) }

    func markStopped() { stopped.store(true, ordering: .releasing) }

    /// Whether the node hangs: nothing is read and nothing answered.
    var isPaused: Bool { paused.load(ordering: .acquiring) }

    func setPaused(_ isPaused: Bool) { paused.store(isPaused, ordering: .releasing) }
}
