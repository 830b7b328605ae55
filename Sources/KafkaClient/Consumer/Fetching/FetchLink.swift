import KafkaProtocol
import KafkaTransport

/// What a lane keeps for each broker that it reads from. Belongs to its lane.
final class FetchLink {
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

    /// The last partition that an answer had records of.
    var lastSlot = -1

    init(window: FetchWindow) { self.window = window }

    /// Its partitions in the order in which they are asked for: behind those that had records in the last answer come the
    /// others, so that none waits for long.
    func slotsInTurn() -> [Int] {
        let sorted = slots.sorted()
        guard let next = sorted.firstIndex(where: { $0 > lastSlot }) else { return sorted }
        return Array(sorted[next...] + sorted[..<next])
    }
}

/// A fetch that is not answered yet.
struct FetchInFlight {
    let request: FetchSession.Request
    /// The bytes of records that were asked for.
    let byteCount: Int
    let began: MonotonicInstant
    let connection: BrokerConnection
}
