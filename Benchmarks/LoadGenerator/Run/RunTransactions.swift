// The transactions of a run. A transaction takes records for a time, from its first record on; then the generators stop, it commits, the
// next one begins, and they go on.
//
//      generators   append ─ append ─ append ─┐ wait                     ┌ append ─ …
//      transaction  │◀── its duration ──▶ due │ commit (drain, EndTxn) ─▶ begin
//                                             └── stage `commit` ──┘

import KafkaClient
import KafkaTransport
import Synchronization

/// Begins and ends the transactions of one producer, one after the other.
final class RunTransactions: Sendable {
    private let producer: Producer
    private let id: String
    private let recorders: [LaneRecorder]
    private let durationNs: Int64
    /// When the current transaction is to end, by the monotonic clock; `.max` while it has no record.
    private let dueNs = Atomic<Int64>(.max)
    private let state = Mutex(State())

    fileprivate struct State {
        var barrier = TransactionBarrier<UnsafeContinuation<Void, any Error>>()
        /// Nil while none is open.
        var transaction: Transaction?
        var tally = Tally()
    }

    /// What came of the transactions.
    struct Tally: Sendable {
        /// Those that had records, and were committed.
        var committed: Int64 = 0
        /// Offsets that brokers have given to their ends: one in each partition of each.
        var markers: Int64 = 0
        /// How long commits took, in ns.
        var commits = HdrHistogram.latencyNs()
        var lastEnd = MonotonicInstant.distantPast
        /// Why there were no more, so that the last one was not committed; nil when all were.
        var failure: (any Error)?
    }

    /// - Parameters:
    ///   - producer: has a transactional id, `id`.
    ///   - durationNs: how long a transaction takes records.
    ///   - recorders: of the producer's deliveries.
    init(of producer: Producer, id: String, durationNs: Int64, _ recorders: [LaneRecorder]) {
        self.producer = producer
        self.id = id
        self.durationNs = durationNs
        self.recorders = recorders
        for recorder in recorders { recorder.notePartitions() }
    }

    // MARK: Before and after

    /// Begins a transaction, unless one is open. Returns when the producer has its id, and what another one with that transactional id
    /// had left open is aborted.
    ///
    /// - Throws: `RunError` when none can be begun.
    @inline(never)
    func begin() async throws {
        if state.withLock({ $0.transaction != nil }) { return }
        do {
            let transaction = try await producer.beginTransaction()
            state.withLock { $0.transaction = transaction }
        } catch {
            throw RunError("no transaction could be begun: \(error)")
        }
    }

    /// Generators begin.
    func enter(_ count: Int) { state.withLock { $0.barrier.enter(count) } }

    /// Ends the last transaction, once all generators have left: it is committed, or aborted if one of them has failed.
    ///
    /// - Returns: what came of all of them.
    @inline(never)
    func finish() async -> Tally {
        if state.withLock({ $0.barrier.failure == nil }) {
            await end()
        } else if let transaction = state.withLock({ $0.take() }) {
            try? await transaction.abort()
        }
        return state.withLock { state in
            state.tally.failure = state.barrier.failure
            return state.tally
        }
    }

    /// What came of those of a warm-up, which don't count.
    func takeTally() -> Tally {
        state.withLock { state in
            defer { state.tally = Tally() }
            return state.tally
        }
    }

    // MARK: Generators

    /// When the current transaction is to end; never while it has no record.
    var due: MonotonicInstant { MonotonicInstant(nanoseconds: dueNs.load(ordering: .relaxed)) }

    /// Records are appended now: the first ones of a transaction start its time.
    func append(at now: MonotonicInstant) {
        if dueNs.load(ordering: .relaxed) != .max { return }
        _ = dueNs.compareExchange(
            expected: .max, desired: now.advanced(byNanoseconds: durationNs).nanoseconds, ordering: .relaxed)
    }

    /// Returns at once while the transaction takes records, else when the next one does.
    ///
    /// - Throws: `RunError` when there is none. Not cut short when the task is cancelled: a commit ends by itself.
    func wait() async throws {
        let due = dueNs.load(ordering: .relaxed)
        if due == .max || MonotonicInstant.now.nanoseconds < due { return }
        try await waitForNext()
    }

    @inline(never)
    private func waitForNext() async throws {
        if let failure = state.withLock({ $0.barrier.failure }) { throw failure }
        try await withUnsafeThrowingContinuation { continuation in
            if state.withLock({ $0.barrier.wait(continuation) }) { endAndOpen() }
        }
    }

    /// A generator has ended, for a reason if it was an error.
    func leave(_ error: (any Error)?) {
        if state.withLock({ $0.barrier.leave(error.map(failure)) }) { endAndOpen() }
    }

    // MARK: Ends

    /// A task of its own: no generator's end may cut it short.
    private func endAndOpen() {
        Task {
            if state.withLock({ $0.barrier.failure == nil }) { await end() }
            if state.withLock({ $0.barrier.failure == nil }) {
                do { try await begin() } catch { fail(error) }
            }
            let (waiters, failure) = state.withLock { ($0.barrier.open(), $0.barrier.failure) }
            for waiter in waiters {
                if let failure { waiter.resume(throwing: failure) } else { waiter.resume() }
            }
        }
    }

    /// Commits the open transaction. No generator appends meanwhile.
    @inline(never)
    private func end() async {
        guard let transaction = state.withLock({ $0.take() }) else { return }
        let hasRecords = dueNs.load(ordering: .relaxed) != .max
        let asked = MonotonicInstant.now
        do { try await transaction.commit() } catch { return fail(failure(error)) }
        let ended = MonotonicInstant.now
        dueNs.store(.max, ordering: .relaxed)
        let partitions = recorders.reduce(into: Set<Int32>()) { $0.formUnion($1.takePartitions()) }
        guard hasRecords else { return }
        state.withLock { state in
            state.tally.committed += 1
            state.tally.markers += Int64(partitions.count)
            state.tally.commits.record(ended.nanoseconds(since: asked), count: 1)
            state.tally.lastEnd = ended
        }
    }

    private func fail(_ error: any Error) { state.withLock { $0.barrier.fail(error) } }

    private func failure(_ error: any Error) -> any Error {
        if error is RunError { return error }
        let reason = Self.isFencing(error) ? ", because the producer was fenced" : ""
        return RunError("a transaction of '\(id)' was not committed\(reason): \(error)")
    }

    /// Brokers that lead partitions know of another producer by its epoch, before the coordinator is asked.
    private static func isFencing(_ error: any Error) -> Bool {
        guard let error = error as? KafkaClientError else { return false }
        return error.code == .producerFenced || error.brokerError == .producerFenced
            || error.brokerError == .invalidProducerEpoch || error.causes.contains(where: isFencing)
    }
}

extension RunTransactions.State {
    fileprivate mutating func take() -> Transaction? {
        defer { transaction = nil }
        return transaction
    }
}
