import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// The batches of one partition that have no delivery, in order, and the partition's state.
///
///      flights                        waiting
///      [ out  out  returned  out ]    [ … … … ]
///        ▲ takeFirst ──────────────────┘
///
/// Up to a window of batches are in flight. A batch that fails and may succeed stays where it is, *returned*; nothing is taken
/// any more (the partition *rewinds*), and when nothing is out any more, what has returned goes back to the head of what
/// waits. So the order holds, and an idempotent producer's batches go out again with the numbers that they had.
///
///                  advance                takeFirst, unlist
///      ┌─▶ idle ────────────▶ ready ─────────────────────────▶ idle
///      │    │ ▲                 │ rest
///      │    ▼ │                 ▼
///      └─ leaderless         backingOff ──── advance, once the pause is over ───▶
///
/// Only `advance` leaves leaderless and a pause that is over; idle is left by it, or for a pause by `rest`.
struct PartitionQueue {
    enum State {
        /// Nothing waits, or nothing may be taken before something in flight has ended.
        case idle
        /// Batches wait, and the partition has no leader. Metadata is being asked for.
        case leaderless
        /// A batch has failed, and nothing is sent before this moment. Batches may wait.
        case backingOff(until: MonotonicInstant)
        /// Batches wait, and the partition is in the ready list of its leader.
        case ready
    }

    /// A batch that was taken for a request.
    private struct Flight {
        /// What its request knows it by.
        let number: UInt64
        let broker: Int32
        /// The batch's place among those that got stamps.
        let order: Int
        let isPart: Bool
        /// Nil when it was given up: its deadline has passed. Nothing is sent before its request ends.
        var batch: QueuedBatch?
        /// Set when the request has ended, and the batch, or its parts, are to be sent again.
        var returned: [QueuedBatch]?
    }

    /// How many batches may be in flight, and what keeps their order.
    struct Window {
        /// 1 or more.
        var countMax = 1
        /// Whether the leader keeps the order, by sequence numbers.
        var isIdempotent = false
        /// Whether a batch that failed may be overtaken by those behind it.
        var mayReorder = false
        /// Whether batches belong to transactions.
        var isTransactional = false
        /// Whether a partition has to be added to a transaction before its first batch is sent.
        var mustJoin = false
    }

    /// Whether the partition is in the transaction that is open.
    enum Membership {
        case none
        /// It was asked for.
        case joining
        case joined
    }

    /// The node id of the leader; -1 when there is none.
    private(set) var leader: Int32 = -1
    var waiting = RingBuffer<QueuedBatch>()
    private(set) var state = State.idle
    /// The number of failures since the last success.
    private(set) var failureCount = 0
    var sequences = PartitionSequences()
    var membership = Membership.none
    private var flights: [Flight] = []
    private var flightCount: UInt64 = 0
    /// Nothing is taken before everything in flight has ended.
    private(set) var isRewinding = false

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
    /// Whether a batch is in a request that has not ended.
    var isInFlight: Bool { flights.contains { $0.returned == nil } }
    /// The number of batches that were taken and have not been acknowledged, failed or put back.
    var flightsCount: Int { flights.count }

    /// The batches in flight that were not given up, in order, each with the broker of its request.
    var batchesInFlight: [(batch: QueuedBatch, broker: Int32)] {
        flights.compactMap { flight in
            guard flight.returned == nil, let batch = flight.batch else { return nil }
            return (batch, flight.broker)
        }
    }

    /// Whether the partition backs off after a failure, and its pause is not over.
    func isResting(now: MonotonicInstant) -> Bool {
        if case .backingOff(let until) = state { until > now } else { false }
    }

    // MARK: Waiting

    /// Puts a batch in front of what waits, but behind what has numbers, unless it has one itself: numbers have an order.
    mutating func prepend(_ batch: QueuedBatch) {
        var numbered: [QueuedBatch] = []
        if batch.stamp == nil {
            while waiting.first?.stamp != nil, let first = waiting.popFirst() { numbered.append(first) }
        }
        waiting.prepend(batch)
        for first in numbered.reversed() { waiting.prepend(first) }
    }

    // MARK: Sending

    /// What the caller of `advance` has to do.
    enum Advance {
        /// Nothing: there is nothing to send, or not yet.
        case nothing
        /// Put the partition into its leader's ready list.
        case becameReady
        /// Ask which broker leads the partition.
        case needsLeader
        /// Ask a broker for a producer id.
        case needsIdentity
        /// Add the partition to the transaction.
        case needsTransaction
    }

    /// Moves to the state that the waiting batches, the leader and the batches in flight call for, unless a pause is not over.
    ///
    /// - Parameter identity: the lane's, which the partition adopts when it has none.
    mutating func advance(now: MonotonicInstant, _ window: Window, identity: ProducerIdentity?) -> Advance {
        switch state {
        case .ready: return .nothing
        case .backingOff(let until) where until > now: return .nothing
        case .idle, .leaderless, .backingOff: break
        }
        state = .idle
        guard let first = waiting.first, !isRewinding, flights.count < window.countMax else { return .nothing }
        if leader < 0 {
            state = .leaderless
            return .needsLeader
        }
        // What is in flight to the leader of before must not be overtaken.
        if !window.mayReorder, flights.contains(where: { $0.broker != leader }) { return .nothing }
        if window.isIdempotent {
            if !flights.isEmpty, first.isPart || !isWithinWindow(sequences.order(of: first), window) { return .nothing }
            if sequences.gap != nil {
                // Within a transaction nothing can be mended: it is aborted.
                if !flights.isEmpty || window.isTransactional { return .nothing }
                if !sequences.isUnsure(first) { sequences.beginNextEpoch() }
            }
            if sequences.identity == nil {
                if !flights.isEmpty { return .nothing }
                guard let identity else { return .needsIdentity }
                sequences.adopt(identity)
            }
        }
        if window.mustJoin, membership != .joined {
            defer { membership = .joining }
            return membership == .none ? .needsTransaction : .nothing
        }
        state = .ready
        return .becameReady
    }

    /// Whether nothing has gone wrong with the batches that were sent last: none is sent again, and there is no pause.
    var isFlowing: Bool {
        switch state {
        case .idle, .ready: !isRewinding
        case .leaderless, .backingOff: false
        }
    }

    /// Whether a batch that comes now could be in flight beside those that are.
    func mayTakeMore(_ window: Window) -> Bool {
        if flights.isEmpty { return true }
        if isRewinding || flights.count >= window.countMax { return false }
        return !window.isIdempotent || isWithinWindow(sequences.nextOrder, window)
    }

    /// Whether the leader will know an idempotent producer's oldest batch in flight again when it has stored the one that is
    /// `order` in the row as well: it remembers as many batches as may be in flight.
    private func isWithinWindow(_ order: Int, _ window: Window) -> Bool {
        guard let oldest = flights.first else { return true }
        // Parts have their place in common.
        if !sequences.isConfirmed || flights.contains(where: \.isPart) { return false }
        return order - oldest.order < window.countMax
    }

    /// Takes the first batch for a request.
    ///
    /// - Returns: the batch, and the number of its flight.
    /// - Precondition: the partition is ready.
    @inline(__always)
    mutating func takeFirst(
        for broker: Int32, now: MonotonicInstant, throttled: Range<MonotonicInstant>? = nil, isIdempotent: Bool = false,
        isTransactional: Bool = false
    ) -> (QueuedBatch, flight: UInt64) {
        guard case .ready = state, var batch = waiting.popFirst() else {
            preconditionFailure("a partition that is not ready has nothing to send")
        }
        if isIdempotent { sequences.stamp(&batch) }
        batch.isPinned = isTransactional
        batch.attemptCount += 1
        batch.flight = QueuedBatch.Flight(
            broker: broker, began: now, throttledNs: throttled.map { batch.waitedNs(in: $0, until: now) } ?? 0)
        flightCount += 1
        flights.append(
            Flight(number: flightCount, broker: broker, order: batch.order, isPart: batch.isPart, batch: batch))
        state = .idle
        return (batch, flightCount)
    }

    // MARK: Ends of flights

    /// What a request held that has ended.
    struct Ended {
        var batch: QueuedBatch
        /// Whether nothing that was taken before it is left.
        let isHead: Bool
        fileprivate let index: Int
    }

    /// Looks up the batch of a flight whose request has ended. The caller says what becomes of it: `remove` or `giveBack`.
    ///
    /// - Returns: nil when the batch was given up; its flight is over then.
    /// - Precondition: the flight is not over.
    mutating func end(_ number: UInt64) -> Ended? {
        guard let index = flights.firstIndex(where: { $0.number == number && $0.returned == nil }) else {
            preconditionFailure("nothing of this partition is in flight under number \(number)")
        }
        if let batch = flights[index].batch { return Ended(batch: batch, isHead: index == 0, index: index) }
        flights.remove(at: index)
        return nil
    }

    /// Takes a batch that was stored out of what is in flight.
    mutating func didSucceed(_ ended: Ended) {
        failureCount = 0
        sequences.didStore(ended.batch)
        remove(ended)
    }

    /// Takes a batch out of what is in flight: it has come to its end, or goes elsewhere.
    mutating func remove(_ ended: Ended) { flights.remove(at: ended.index) }

    /// Keeps a batch, or its parts, in its place, to be sent again when everything in flight has ended.
    mutating func giveBack(_ ended: Ended, as batches: [QueuedBatch]) {
        flights[ended.index].batch = nil
        flights[ended.index].returned = batches
        isRewinding = true
    }

    /// Takes what has returned, in order, if nothing is out any more. The caller puts it back, and calls `endRewinding` when
    /// all is in its place.
    ///
    /// - Returns: nil when the partition does not rewind, or not yet.
    mutating func takeReturned() -> [QueuedBatch]? {
        guard isRewinding, !isInFlight else { return nil }
        defer { flights.removeAll(keepingCapacity: true) }
        return flights.flatMap { $0.returned ?? [] }
    }

    mutating func endRewinding() { isRewinding = false }

    /// Gives up the batches in flight whose deadline has passed: their requests may still store them, but nobody waits for
    /// that. Those that have returned and are late are taken out as well.
    ///
    /// - Returns: those batches, each with whether it is in flight.
    mutating func giveUpFlights(now: MonotonicInstant) -> [(batch: QueuedBatch, isInFlight: Bool)] {
        var late: [(batch: QueuedBatch, isInFlight: Bool)] = []
        for index in flights.indices {
            if let batch = flights[index].batch, batch.deadline <= now {
                late.append((batch, true))
                flights[index].batch = nil
                isRewinding = true
            } else if let returned = flights[index].returned {
                for batch in returned where batch.deadline <= now { late.append((batch, false)) }
                flights[index].returned = returned.filter { $0.deadline > now }
            }
        }
        return late
    }

    /// Takes out what has returned, though something is out still: it is not to be sent again.
    mutating func dropReturned() -> [QueuedBatch] {
        var dropped: [QueuedBatch] = []
        for index in flights.indices {
            dropped += flights[index].returned ?? []
            if flights[index].returned != nil { flights[index].returned = [] }
        }
        return dropped
    }

    /// Takes out the batches that wait, or have returned, and may have been stored under a stamp.
    mutating func takeUnsure() -> [QueuedBatch] {
        var unsure: [QueuedBatch] = []
        for index in flights.indices {
            unsure += (flights[index].returned ?? []).filter(\.isUnsure)
            flights[index].returned?.removeAll(where: \.isUnsure)
        }
        waiting.removeAll { batch in
            if batch.isUnsure { unsure.append(batch) }
            return batch.isUnsure
        }
        return unsure
    }

    /// Whether nothing more may be taken though the partition may be in a ready list.
    func mustStop(_ window: Window) -> Bool {
        isRewinding || window.isIdempotent && (sequences.gap != nil || sequences.identity == nil)
    }

    func hasLateFlight(now: MonotonicInstant) -> Bool {
        flights.contains { flight in
            flight.batch.map { $0.deadline <= now } ?? flight.returned?.contains { $0.deadline <= now } ?? false
        }
    }

    // MARK: Pauses

    /// Says that the partition was taken out of its leader's ready list.
    mutating func unlist() {
        if case .ready = state { state = .idle }
    }

    /// Backs off: nothing is sent before a moment.
    ///
    /// - Precondition: the partition is in no ready list.
    mutating func rest(until moment: MonotonicInstant) {
        precondition(!isReady, "a partition that is ready does not rest")
        state = .backingOff(until: moment)
    }

    /// Counts one more failure.
    ///
    /// - Returns: the number of failures since the last success.
    mutating func didFail() -> Int {
        failureCount += 1
        return failureCount
    }

}
