import KafkaQueues
import KafkaTransport

/// What waits for one partition, and what the partition is doing.
///
///                  advance                takeFirst
///      ┌─▶ idle ────────────▶ ready ───────────────▶ inFlight
///      │    │ ▲                 │ unlist, rest          │ endFlight, rest
///      │    ▼ │                 ▼                       ▼
///      └─ leaderless          idle or backingOff      idle or backingOff
///
/// `advance` alone leaves idle, leaderless and a pause that is over.
struct PartitionQueue {
    enum State {
        /// Nothing stands against sending. Batches wait for a moment only: until `advance`.
        case idle
        /// Batches wait, and no broker leads the partition. Metadata is asked for.
        case leaderless
        /// Nothing is sent before a moment, after a failure. Batches may wait.
        case backingOff(until: MonotonicInstant)
        /// Batches wait, and the partition stands in the ready list of its leader.
        case ready
        /// This batch is on its way; others may wait behind it.
        case inFlight(QueuedBatch)
    }

    /// Node id, -1 when there is none.
    var leader: Int32 = -1
    var waiting = RingBuffer<QueuedBatch>()
    private(set) var state = State.idle
    /// Failures since the last success.
    private(set) var failureCount = 0

    var isReady: Bool { if case .ready = state { true } else { false } }
    var isInFlight: Bool { if case .inFlight = state { true } else { false } }

    /// Whether a pause after a failure is not over.
    func isResting(now: MonotonicInstant) -> Bool {
        if case .backingOff(let until) = state { until > now } else { false }
    }

    /// Where `advance` led to.
    enum Advance {
        /// The state is what it was, or there is nothing to send.
        case nothing
        /// The partition must be put into its leader's list.
        case becameReady
        /// Somebody must ask who leads the partition.
        case needsLeader
    }

    /// Moves on from rest to what the queue and the leader allow.
    mutating func advance(now: MonotonicInstant) -> Advance {
        switch state {
        case .ready, .inFlight: return .nothing
        case .backingOff(let until) where until > now: return .nothing
        case .idle, .leaderless, .backingOff: break
        }
        if waiting.isEmpty {
            state = .idle
            return .nothing
        }
        if leader < 0 {
            state = .leaderless
            return .needsLeader
        }
        state = .ready
        return .becameReady
    }

    /// Takes the first batch for a request.
    ///
    /// - Precondition: the partition is ready.
    mutating func takeFirst() -> QueuedBatch {
        guard case .ready = state, var batch = waiting.popFirst() else {
            preconditionFailure("a partition that is not ready has nothing to send")
        }
        batch.attemptCount += 1
        state = .inFlight(batch)
        return batch
    }

    /// Takes back the batch that was on its way.
    ///
    /// - Precondition: one is.
    mutating func endFlight() -> QueuedBatch {
        guard case .inFlight(let batch) = state else { preconditionFailure("nothing of this partition is in flight") }
        state = .idle
        return batch
    }

    /// The partition was taken out of its leader's list.
    mutating func unlist() {
        if case .ready = state { state = .idle }
    }

    /// Sends nothing before a moment.
    ///
    /// - Precondition: nothing is in flight.
    mutating func rest(until moment: MonotonicInstant) {
        precondition(!isInFlight, "a partition in flight does not rest")
        state = .backingOff(until: moment)
    }

    /// Counts one more failure.
    ///
    /// - Returns: failures since the last success.
    mutating func didFail() -> Int {
        failureCount += 1
        return failureCount
    }

    mutating func didSucceed() { failureCount = 0 }
}
