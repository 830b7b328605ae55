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
    /// Acknowledgements to be told again, by slot. Until they are, nothing else is told of their partition.
    var refused: [Int: RefusedAcknowledgements] = [:]
    /// Locks of records that wait, to be renewed.
    var renewals: [ToldRecords] = []
    /// When locks of records that wait are to be renewed.
    var renewAt = MonotonicInstant.distantFuture
    /// How long locks hold.
    var lockTime = Duration.seconds(30)
    /// Since when, of the first of them.
    var pendingSince: MonotonicInstant?
    /// All that was acquired at this broker and can still be acknowledged.
    var acquisitions: [Acquisition] = []
    var inFlight: ShareInFlight?
    /// Answers in a row that refused whole requests.
    var refusalCount = 0
    var lastAsked = MonotonicInstant.distantPast
    /// Whether the broker is being told that the session ends.
    var isClosing = false
    var health = LinkHealth()
    /// It gets nothing before: it throttles this client (KIP-219), or an answer was an error.
    var restsUntil = MonotonicInstant.distantPast

    /// Whether there is something that the broker is to be told, now or after a pause.
    var hasUntold: Bool { !pending.isEmpty || !refused.isEmpty || !renewals.isEmpty }
    /// Whether the broker owes nothing, and there is neither a session to end nor something to tell.
    var isEnded: Bool {
        inFlight == nil && !isClosing && !((session.isOpen || hasUntold) && connection?.isReady ?? false)
    }

    /// Whether the broker is to be told something now.
    func mustTell(now: MonotonicInstant) -> Bool {
        !renewals.isEmpty || refused.values.contains { $0.isDue(now: now) }
            || pending.contains { refused[$0.source.slot] == nil }
    }

    /// When something is to be told again that waits for that.
    func nextAgain(now: MonotonicInstant) -> MonotonicInstant {
        refused.values.lazy.map(\.restsUntil).filter { $0 > now }.min() ?? .distantFuture
    }

    /// Leaves out what has ended before it was told.
    func dropEnded() {
        pending.removeAll { !$0.with { $0.hasPending } }
        if pending.isEmpty { pendingSince = nil }
    }

    /// Those of which something is to be told, or was and is not answered.
    var openAcquisitions: [Acquisition] {
        var told = refused.values.flatMap { $0.parts.flatMap(\.self) }
        if let inFlight { told += inFlight.told.values.flatMap(\.self) }
        return pending + told.map(\.acquisition)
    }

    /// Lets go of what was refused of a partition, when nothing of it is left to be told.
    func forgetRefused(_ slot: Int) { if refused[slot]?.parts.isEmpty ?? false { refused[slot] = nil } }

    /// Has nothing told of a partition any more.
    func forget(_ slot: Int) {
        acquisitions.removeAll { $0.source.slot == slot }
        pending.removeAll { $0.source.slot == slot }
        renewals.removeAll { $0.acquisition.source.slot == slot }
        refused[slot] = nil
    }

    /// Has nothing told any more.
    func forgetAll() {
        acquisitions = []
        pending = []
        pendingSince = nil
        renewals = []
        renewAt = .distantFuture
        refused = [:]
        session.reset()
    }
}

/// A request of a share session that is not answered yet.
struct ShareInFlight {
    /// By slot.
    var told: [Int: [ToldRecords]]
    let connection: BrokerConnection
    let began: MonotonicInstant
    let isFetch: Bool
    /// Whether it opens a session.
    let isOpening: Bool
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
