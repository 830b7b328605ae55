// The way into a lane. Doors hand chunks over from any thread and don't wait; one task of the lane takes them in order.
//
//   door ──▶ push ──▶ chunks ──▶ serve (on the lane's loop) ──▶ lane
//   door ──▶ watch ─▶ gatherers whose records must not wait longer than the linger time
//
// The lane's thread is woken for many chunks at once, or for the first of them after a millisecond.

import KafkaProtocol
import KafkaQueues
import KafkaTransport
import Synchronization

/// Takes the chunks of a queue, in order.
protocol ChunkTaker: Sendable {
    /// Returns when the records are written into batches, or are refused.
    ///
    /// - Returns: the records that were refused, and why; nil when none was.
    func take(_ handed: HandedChunk) async -> RefusedChunk?
}

/// Chunks on their way to a lane, and the gatherers that the lane watches.
final class ChunkQueue: Sendable {
    let loop: EventLoop
    private let room: ChunkRoom
    private let wakeByteCount: Int
    private let state = Mutex(State())

    private enum Entry {
        case chunk(HandedChunk)
        /// Resumed when all chunks before it are taken.
        case mark(Waiter<Void>)
    }

    private struct State {
        var entries: [Entry] = []
        var byteCount = 0
        var markCount = 0
        var announced: [Gatherer] = []
        var sleeper: UnsafeContinuation<Bool, Never>?
        /// When the sleeper wakes by itself.
        var wakesAt = MonotonicInstant.distantFuture
        var isClosed = false
    }

    /// How long chunks wait for others before the lane is woken.
    private static let patienceNs: Int64 = 1_000_000

    /// - Parameter linger: of batches. Without one, each chunk wakes the lane.
    init(on loop: EventLoop, room: ChunkRoom, linger: Duration) {
        self.loop = loop
        self.room = room
        wakeByteCount = linger == .zero ? 0 : min(256 << 10, room.byteCountMax / 8)
    }

    // MARK: For doors, from any thread

    /// Hands a chunk over.
    func push(_ chunk: HandedChunk, now: MonotonicInstant) {
        change { state in
            state.entries.append(.chunk(chunk))
            state.byteCount += chunk.byteCount
            return state.byteCount >= wakeByteCount || state.wakesAt > now.advanced(byNanoseconds: Self.patienceNs)
        }
    }

    /// Asks the lane to look after the records of a gatherer.
    func watch(_ gatherer: Gatherer) {
        change { state in
            if !state.isClosed { state.announced.append(gatherer) }
            return true
        }
    }

    /// Wakes the lane. Doors call this when they have to wait for room.
    func wake() { change { _ in true } }

    /// Returns when the chunks that were pushed before are taken.
    ///
    /// - Throws: `CancellationError`.
    func waitUntilTaken() async throws {
        let waiter = Waiter<Void>()
        change { state in
            if state.isClosed {
                waiter.resume()
            } else {
                state.entries.append(.mark(waiter))
                state.markCount += 1
            }
            return true
        }
        try await waiter.wait()
    }

    /// Lets `serve` return once all chunks are taken. None may be pushed later.
    func close() {
        change { state in
            state.isClosed = true
            return true
        }
    }

    /// Changes the state, and wakes the lane where that is urgent.
    ///
    /// - Parameter body: returns whether it is.
    private func change(_ body: (inout State) -> Bool) {
        let sleeper = state.withLock { state in body(&state) ? state.sleeper.take() : nil }
        sleeper?.resume(returning: false)
    }

    // MARK: For the lane

    /// Takes chunks until the queue is closed. Runs on the loop, in one task.
    ///
    /// - Parameter refuse: told of records that the lane refused.
    func serve(_ taker: some ChunkTaker, refuse: (RefusedChunk) -> Void) async {
        let timer = LoopTimer(on: loop)
        defer { timer.close() }
        var watched: [Gatherer] = []
        while true {
            let (entries, announced, isClosed) = state.withLock { state in
                defer {
                    state.entries = []
                    state.byteCount = 0
                    state.markCount = 0
                    state.announced = []
                }
                return (state.entries, state.announced, state.isClosed)
            }
            watched += announced
            for entry in entries { await take(entry, taker, refuse) }
            let now = MonotonicInstant.now
            var next = MonotonicInstant.distantFuture
            watched.removeAll { gatherer in
                guard let due = gatherer.handOverIfDue(now: now) else { return true }
                next = min(next, due)
                return false
            }
            if isClosed, entries.isEmpty { return }
            room.settle()
            // While chunks come, they are looked for again soon.
            if !entries.isEmpty { next = min(next, now.advanced(byNanoseconds: Self.patienceNs)) }
            await sleep(until: next, timer)
        }
    }

    private func take(_ entry: Entry, _ taker: some ChunkTaker, _ refuse: (RefusedChunk) -> Void) async {
        switch entry {
        case .mark(let waiter): waiter.resume()
        case .chunk(let chunk):
            if let refused = await taker.take(chunk) { refuse(refused) }
            let isLast = chunk.origin?.partsLeft.subtract(1, ordering: .acquiringAndReleasing).newValue == 0
            room.give(chunk.byteCount, keeping: isLast ? chunk.origin : nil)
        }
    }

    private func sleep(until moment: MonotonicInstant, _ timer: LoopTimer) async {
        if moment < .distantFuture {
            timer.schedule(at: moment) { [weak self] in self?.wake() }
        } else {
            timer.cancel()
        }
        let isSoon = moment <= MonotonicInstant.now.advanced(byNanoseconds: Self.patienceNs)
        let mustGoOn = await withUnsafeContinuation { continuation in
            let mustGoOn = state.withLock { state in
                let isUrgent = !state.entries.isEmpty && (!isSoon || state.byteCount >= wakeByteCount)
                if isUrgent || state.markCount > 0 || !state.announced.isEmpty || state.isClosed { return true }
                state.sleeper = continuation
                state.wakesAt = moment
                return false
            }
            if mustGoOn { continuation.resume(returning: true) }
        }
        // What else the loop has to do must not wait until no more chunks come.
        if mustGoOn { await loop.nextTurn() }
    }
}
