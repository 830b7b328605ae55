import KafkaQueues
import KafkaTransport

/// The batches that wait for one partition, and the partition's state.
///
///                  advance                takeFirst               giveUpFlight
///      ┌─▶ idle ────────────▶ ready ───────────────▶ inFlight ──────────▶ inFlightInVain
///      │    │ ▲                 │ unlist, rest          │ endFlight, rest     │ endFlight
///      │    ▼ │                 ▼                       ▼                     ▼
///      └─ leaderless          idle or backingOff      idle or backingOff    idle
///
/// Only `advance` leaves leaderless and a pause that is over; idle is left by it, or for a pause by `rest`.
struct PartitionQueue {
    enum State {
        /// Nothing prevents sending. If batches wait, the next `advance` makes the partition ready.
        case idle
        /// Batches wait, and the partition has no leader. Metadata is being asked for.
        case leaderless
        /// A batch has failed, and nothing is sent before this moment. Batches may wait.
        case backingOff(until: MonotonicInstant)
        /// Batches wait, and the partition is in the ready list of its leader.
        case ready
        /// This batch is in a request that has no answer yet. Others may wait behind it.
        case inFlight(QueuedBatch)
        /// The batch in flight has failed, because its deadline has passed. Nothing is sent before the request ends.
        case inFlightInVain
    }

    /// The node id of the leader; -1 when there is none.
    private(set) var leader: Int32 = -1
    var waiting = RingBuffer<QueuedBatch>()
    private(set) var state = State.idle
    /// The number of failures since the last success.
    private(set) var failureCount = 0

    /// Takes a new leader. A pause ends then: it was for the old one's sake. But not after several failures: brokers that
    /// send a batch to each other must not cost a request after the other.
    ///
    /// - Precondition: a partition whose leader changes is in no ready list.
    mutating func setLeader(_ leader: Int32) {
        if leader == self.leader { return }
        precondition(!isReady, "a partition that is ready for one broker is led by another")
        self.leader = leader
        if leader >= 0, failureCount <= Self.failuresBeforePause, case .backingOff = state { state = .idle }
    }

    /// Forgets failures, and ends a pause: what they were for is another topic now, or was away.
    mutating func forgive() {
        failureCount = 0
        if case .backingOff = state { state = .idle }
    }

    private static let failuresBeforePause = 2

    var isReady: Bool { if case .ready = state { true } else { false } }
    var isInFlight: Bool {
        switch state {
        case .inFlight, .inFlightInVain: true
        default: false
        }
    }

    var batchInFlight: QueuedBatch? { if case .inFlight(let batch) = state { batch } else { nil } }

    /// Whether the partition backs off after a failure, and its pause is not over.
    func isResting(now: MonotonicInstant) -> Bool {
        if case .backingOff(let until) = state { until > now } else { false }
    }

    /// What the caller of `advance` has to do.
    enum Advance {
        /// Nothing: there is nothing to send, or not yet.
        case nothing
        /// Put the partition into its leader's ready list.
        case becameReady
        /// Ask which broker leads the partition.
        case needsLeader
    }

    /// Moves to the state that the waiting batches and the leader call for, unless a batch is in flight or a pause is not
    /// over.
    mutating func advance(now: MonotonicInstant) -> Advance {
        switch state {
        case .ready, .inFlight, .inFlightInVain: return .nothing
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
    @inline(__always)
    mutating func takeFirst(
        for broker: Int32, now: MonotonicInstant, throttled: Range<MonotonicInstant>? = nil
    ) -> QueuedBatch {
        guard case .ready = state, var batch = waiting.popFirst() else {
            preconditionFailure("a partition that is not ready has nothing to send")
        }
        batch.attemptCount += 1
        batch.flight = QueuedBatch.Flight(
            broker: broker, began: now, throttledNs: throttled.map { batch.waitedNs(in: $0, until: now) } ?? 0)
        state = .inFlight(batch)
        return batch
    }

    /// Takes back the batch that is in flight.
    ///
    /// - Returns: nil when it was given up.
    /// - Precondition: a batch is in flight.
    mutating func endFlight() -> QueuedBatch? {
        defer { state = .idle }
        switch state {
        case .inFlight(let batch): return batch
        case .inFlightInVain: return nil
        default: preconditionFailure("nothing of this partition is in flight")
        }
    }

    /// Gives up the batch in flight, if its deadline has passed: its request may still store it, but nobody waits for that.
    mutating func giveUpFlight(now: MonotonicInstant) -> QueuedBatch? {
        guard case .inFlight(let batch) = state, batch.deadline <= now else { return nil }
        state = .inFlightInVain
        return batch
    }

    /// Says that the partition was taken out of its leader's ready list.
    mutating func unlist() {
        if case .ready = state { state = .idle }
    }

    /// Backs off: nothing is sent before a moment.
    ///
    /// - Precondition: nothing is in flight.
    mutating func rest(until moment: MonotonicInstant) {
        precondition(!isInFlight, "a partition in flight does not rest")
        state = .backingOff(until: moment)
    }

    /// Counts one more failure.
    ///
    /// - Returns: the number of failures since the last success.
    mutating func didFail() -> Int {
        failureCount += 1
        return failureCount
    }

    mutating func didSucceed() { failureCount = 0 }
}
