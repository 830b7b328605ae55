import KafkaProtocol
import KafkaTransport

/// What a lane keeps for each broker that it reads from.
struct FetchLink {
    var connection: BrokerConnection?
    var session = FetchSession()
    var window: FetchWindow
    /// The partitions that are read from it, by slot.
    var slots: Set<Int> = []
    /// Those of which something has changed since it was last told.
    var changed: [Int] = []
    /// The request that is not answered yet.
    var inFlight: FetchInFlight?
    var health = LinkHealth()
    /// It gets nothing before: it throttles this client (KIP-219).
    var throttledUntil = MonotonicInstant.distantPast
}

/// A fetch that is not answered yet.
struct FetchInFlight {
    let request: FetchSession.Request
    /// The bytes of records that were asked for.
    let byteCount: Int
    let began: MonotonicInstant
    let connection: BrokerConnection
}
