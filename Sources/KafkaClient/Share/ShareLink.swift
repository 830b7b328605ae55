import KafkaProtocol
import KafkaTransport

/// What a share consumer keeps for each broker that it shares partitions of. Belongs to its lane.
final class ShareLink {
    var connection: BrokerConnection?
    var session = ShareSession()
    /// The partitions that are read from it, by slot.
    var slots: Set<Int> = []
    /// Of these something is to be told.
    var pending: [Acquisition] = []
    /// Since when, of the first of them.
    var pendingSince: MonotonicInstant?
    /// All that was acquired at this broker and can still be acknowledged.
    var acquisitions: [Acquisition] = []
    var inFlight: ShareInFlight?
    /// Answers in a row that refused whole requests.
    var refusalCount = 0
    var lastAsked = MonotonicInstant.distantPast
    /// What was told for the last time.
    var closing: [Int: [Acquisition]] = [:]
    var health = LinkHealth()
    /// It gets nothing before: it throttles this client (KIP-219), or an answer was an error.
    var restsUntil = MonotonicInstant.distantPast
}

/// A request of a share session that is not answered yet.
struct ShareInFlight {
    var told: [Int: [Acquisition]]
    let connection: BrokerConnection
    let began: MonotonicInstant
    let isFetch: Bool
}

/// A partition of which this member may acquire records.
struct SharePartition {
    let source: FetchSource
    var isAssigned = false
    var topicID = KafkaUUID.zero
    /// The node id of its leader; -1 while that is not known.
    var broker: Int32 = -1
    /// Nothing is asked for before: an answer was an error.
    var restsUntil = MonotonicInstant.distantPast
    var failureCount = 0
}
