// How far doors may run ahead of the lanes.
//
//      0 ────────── soft ───────────────────────── hard
//        in cache        while lanes take their time
//
// Memory that is used again soon is still in the cache, and costs a third less than memory that is not. So as long as the
// lanes are quick, and a wait for them is short, the soft bound holds. Where they are not, because a codec or a broker is
// slow, all memory may be used.

import KafkaProtocol
import KafkaQueues
import KafkaTransport
import Synchronization

/// The memory of records that lanes have not written into batches yet: bounded in bytes, with a line of tasks that wait for
/// room. All doors of a producer share it. It also keeps chunks to be used again, those used last first.
final class ChunkRoom: Sendable {
    /// The hard bound.
    let byteCountMax: Int
    private let softByteCountMax: Int
    /// Of a chunk that doors open, unless a record needs a longer one.
    let recordCapacity: Int
    let byteCapacity: Int
    /// The free bytes below which waiting tasks are not resumed while lanes are at work: to wake a task for each chunk would
    /// cost more than the chunk.
    private let comfortByteCount: Int
    private let loop: EventLoop
    private let meter: ClientMeter?
    private let state = Mutex(State())

    private struct State {
        var takenByteCount = 0
        var line = WaitingLine()
        var spares: [OpenChunk] = []
        var isClosed = false
        /// Why nobody gets room at the moment; nil when it is given.
        var suspension: KafkaClientError?
        var alarm: LoopAlarm?
        /// The bytes that lanes have given back so far.
        var givenByteCount = 0
        var pace = Pace.unwatched
    }

    /// How quick the lanes are. It is watched while tasks wait.
    private enum Pace {
        case unwatched
        /// Watched until a moment, since so many bytes were given back.
        case watched(until: MonotonicInstant, since: Int)
        /// The hard bound holds until a moment.
        case slow(until: MonotonicInstant)

        var isSlow: Bool { if case .slow = self { true } else { false } }

        /// When something is to be decided; nil when nothing is.
        var next: MonotonicInstant? {
            switch self {
            case .unwatched: nil
            case .watched(let until, _), .slow(let until): until
            }
        }
    }

    static let closedError = KafkaClientError(.closed, "the producer was closed and takes no more records")
    /// Lanes are quick when they take what fits the soft bound within this time.
    private static let quickTime = Duration.milliseconds(5)
    /// How long lanes count as slow once they were.
    private static let slowTime = Duration.milliseconds(100)
    private static let softByteCountMax = 2 << 20

    /// - Parameters:
    ///   - loop: keeps the deadlines of waiting tasks.
    ///   - meter: counts those who get no room.
    init(byteCountMax: Int, on loop: EventLoop, meter: ClientMeter? = nil) {
        self.meter = meter
        self.byteCountMax = byteCountMax
        self.loop = loop
        softByteCountMax = min(Self.softByteCountMax, byteCountMax)
        byteCapacity = max(256, min(48 << 10, byteCountMax / 8))
        recordCapacity = max(4, byteCapacity / 96)
        comfortByteCount = softByteCountMax / 4
    }

    // MARK: Taking room

    /// The bytes that a chunk takes that doors open for a record.
    func chunkByteCount(for recordByteCount: Int) -> Int {
        recordByteCount <= byteCapacity
            ? OpenChunk.byteCount(recordCapacity: recordCapacity, byteCapacity: byteCapacity)
            : OpenChunk.byteCount(recordCapacity: 1, byteCapacity: recordByteCount)
    }

    /// Takes room, if there is enough and no task waits. More than the bound gets room when nothing else has any.
    ///
    /// - Parameter isLastChance: whether the caller would not wait; the hard bound holds then.
    /// - Throws: `KafkaClientError` with `.closed`, or why room is suspended.
    func tryTake(_ byteCount: Int, isLastChance: Bool = false) throws(KafkaClientError) -> Bool {
        try state.withLock { state throws(KafkaClientError) in
            try check(state)
            guard state.line.isEmpty || isLastChance, has(byteCount, state, isHard: isLastChance) else { return false }
            state.takenByteCount += byteCount
            return true
        }
    }

    private func check(_ state: borrowing State) throws(KafkaClientError) {
        if state.isClosed { throw Self.closedError }
        if let suspension = state.suspension { throw suspension }
    }

    private func has(_ byteCount: Int, _ state: borrowing State, isHard: Bool = false) -> Bool {
        let bound = isHard || state.pace.isSlow ? byteCountMax : softByteCountMax
        return state.takenByteCount + byteCount <= bound || state.takenByteCount == 0
    }

    /// A chunk for a record of this size, for which room was taken.
    func makeChunk(for recordByteCount: Int) -> OpenChunk {
        guard recordByteCount <= byteCapacity else {
            return OpenChunk(recordCapacity: 1, byteCapacity: recordByteCount)
        }
        while let spare = state.withLock({ $0.spares.popLast() }) {
            if spare.reuse() { return spare }
        }
        return OpenChunk(recordCapacity: recordCapacity, byteCapacity: byteCapacity)
    }

    /// Waits for room, and takes it.
    ///
    /// - Throws: `KafkaClientError`: `.memoryExhausted` when there is none in time, or `.closed`; `CancellationError`. No
    ///   room is taken then. Or why room is suspended.
    func take(_ byteCount: Int, until deadline: MonotonicInstant) async throws {
        let waiter: Waiter<Void>? = try state.withLock { state throws(KafkaClientError) in
            try check(state)
            if state.line.isEmpty, has(byteCount, state) {
                state.takenByteCount += byteCount
                return nil
            }
            if case .unwatched = state.pace {
                state.pace = .watched(until: .now + Self.quickTime, since: state.givenByteCount)
            }
            defer { setAlarm(&state) }
            return state.line.join(byteCount, until: deadline.nanoseconds)
        }
        guard let waiter else { return }
        do {
            try await waiter.wait()
        } catch {
            state.withLock { $0.line.leave(waiter) }
            // Smaller requests behind this one may fit now.
            settle()
            throw error
        }
    }

    // MARK: Time

    private func setAlarm(_ state: inout State) {
        let earliestDeadline =
            state.line.isEmpty ? .distantFuture : MonotonicInstant(nanoseconds: state.line.earliestDeadline)
        let next = min(earliestDeadline, state.pace.next ?? .distantFuture)
        if next == .distantFuture { return }
        if state.alarm == nil { state.alarm = LoopAlarm(on: loop) { [weak self] in self?.didPass() } }
        state.alarm?.set(at: next)
    }

    /// Ends the waits whose deadline has come, and looks how quick the lanes are.
    private func didPass() {
        let now = MonotonicInstant.now
        let expired = state.withLock { state in
            let expired = state.line.takeExpired(at: now.nanoseconds)
            state.pace = pace(state, now: now)
            setAlarm(&state)
            return expired
        }
        for waiter in expired { waiter.resume(.failure(refuse())) }
        // There may be room now, also for smaller requests behind those that have ended.
        settle()
    }

    private func pace(_ state: borrowing State, now: MonotonicInstant) -> Pace {
        if let next = state.pace.next, next > now { return state.pace }
        if state.line.isEmpty { return .unwatched }
        if case .watched(_, let since) = state.pace, state.givenByteCount - since < softByteCountMax {
            return .slow(until: now + Self.slowTime)
        }
        return .watched(until: now + Self.quickTime, since: state.givenByteCount)
    }

    /// Counts one who gets no room, and says why.
    func refuse() -> KafkaClientError {
        meter?.countExhausted()
        return KafkaClientError(
            .memoryExhausted,
            """
            there is no room for more records: \(takenByteCount) bytes of records wait for the lanes, of \(byteCountMax) \
            allowed. The brokers take less than is appended; append less, or make memoryByteCountMax larger
            """)
    }

    // MARK: Giving back

    /// Gives room back.
    func give(_ byteCount: Int, keeping spare: OpenChunk? = nil) {
        let admitted = state.withLock { state in
            state.takenByteCount -= byteCount
            state.givenByteCount += byteCount
            if let spare, state.spares.count < Self.spareCountMax, spare.recordCapacity == recordCapacity {
                state.spares.append(spare)
            }
            let needed = max(state.line.first ?? 0, comfortByteCount)
            return has(needed, state) ? admit(&state) : []
        }
        resume(admitted)
    }

    private static let spareCountMax = 64

    /// Resumes the tasks that wait and for which there is room. Lanes call it when they can't go on or have nothing to do.
    func settle() { resume(state.withLock { admit(&$0) }) }

    private typealias Admitted = (waiter: Waiter<Void>, byteCount: Int)

    private func admit(_ state: inout State) -> [Admitted] {
        if state.line.isEmpty { return [] }
        var admitted: [Admitted] = []
        while let byteCount = state.line.first, has(byteCount, state), let waiter = state.line.takeFirst() {
            state.takenByteCount += byteCount
            admitted.append((waiter, byteCount))
        }
        return admitted
    }

    private func resume(_ admitted: [Admitted]) {
        var admitted = admitted
        while true {
            var refusedByteCount = 0
            for (waiter, byteCount) in admitted where !waiter.resume() { refusedByteCount += byteCount }
            if refusedByteCount == 0 { return }
            // Their tasks were cancelled meanwhile: the room goes to others.
            admitted = state.withLock { state in
                state.takenByteCount -= refusedByteCount
                return admit(&state)
            }
        }
    }

    // MARK: State

    var takenByteCount: Int { state.withLock { $0.takenByteCount } }
    var isClosed: Bool { state.withLock { $0.isClosed } }
    /// The number of tasks that wait.
    var lineLength: Int { state.withLock { $0.line.count } }

    /// Refuses room until it is resumed, and ends all waits with an error.
    func suspend(_ error: KafkaClientError) {
        let waiters = state.withLock { state in
            state.suspension = error
            return state.line.takeAll()
        }
        for waiter in waiters { waiter.resume(.failure(error)) }
    }

    /// Gives room again.
    func resumeGiving() { state.withLock { $0.suspension = nil } }

    /// Refuses room from now on, and ends all waits.
    func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            state.alarm?.close()
            return state.line.takeAll()
        }
        for waiter in waiters { waiter.resume(.failure(Self.closedError)) }
    }
}
