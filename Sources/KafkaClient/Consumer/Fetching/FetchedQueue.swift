import KafkaProtocol
import KafkaQueues
import KafkaTransport
import Synchronization

/// The batches of one partition in one answer, one behind the other, their headers and checksums checked.
struct FetchedRun {
    let answer: FetchedAnswer
    let source: FetchSource
    /// Where the next batch begins, in the answer's frame.
    var position: Int
    var end: Int
    /// The offset of the first record that is wanted.
    var firstOffset: Int64

    /// Takes the first batch.
    mutating func takeBatch() -> FetchedBatch {
        let frame = answer.buffer.frame
        let header = RecordBatchHeader(unchecked: frame.bytes.extracting(position...))
        let batch = FetchedBatch(
            header: header, firstOffset: firstOffset, source: source, answer: answer, position: position)
        position += header.batchByteCount
        firstOffset = batch.nextOffset
        return batch
    }
}

/// What a lane has read and nobody has taken yet. The lane puts runs in; any task takes batches out.
///
/// How much of each partition waits is counted here, so that a lane does not ask for more of one that nobody takes.
final class FetchedQueue: AskedQueue {
    /// What taking has found.
    enum Next {
        case batch(FetchedBatch)
        /// Nothing is there now.
        case nothing
        case failed(KafkaClientError)
        case ended
    }

    struct State {
        var runs = RingBuffer<FetchedRun>()
        /// By slot.
        var waitingByteCounts: [Int] = []
        var isHeld: [Bool] = []
        var heldCount = 0
        /// The slots that were held, and of which little waits by now.
        var released: [Int] = []
        var waiters: [Waiter<Void>] = []
        /// How often a batch was taken.
        var takeCount = 0
        /// What was handed out, by slot; kept where it is to be committed.
        var handed: [HandedBatches] = []
        /// The batches that were handed out and not handled yet.
        var handedCount = 0
        /// What decoders have taken and nobody has got yet, by slot, in order.
        var decoding: [RingBuffer<FetchedBatch>] = []
        var decodingCount = 0
        var failure: KafkaClientError?
        var isEnded = false
    }

    let state = Mutex(State())
    private let partitionByteCountMax: Int
    /// Called from any thread when partitions were released, once until they are taken.
    private let onRelease = Callback<Void>()

    /// Whether it is noted what was handled.
    let tracks: Bool

    /// - Parameter tracks: whether it is noted what was handled, so that it can be committed.
    init(partitionByteCountMax: Int, tracks: Bool) {
        self.tracks = tracks
        self.partitionByteCountMax = partitionByteCountMax
    }

    func setOnRelease(_ body: @escaping @Sendable () -> Void) { onRelease.set(body) }

    // MARK: The lane's side

    /// Puts runs in.
    ///
    /// - Returns: the slots of partitions of which so much waits that no more is to be asked for.
    func push(_ runs: [FetchedRun]) -> [Int] {
        if runs.isEmpty { return [] }
        let (held, waiters) = state.withLock { state -> ([Int], [Waiter<Void>]) in
            var held: [Int] = []
            for run in runs {
                let slot = run.source.slot
                while state.waitingByteCounts.count <= slot {
                    state.waitingByteCounts.append(0)
                    state.isHeld.append(false)
                }
                state.waitingByteCounts[slot] += run.end - run.position
                if state.waitingByteCounts[slot] >= partitionByteCountMax, !state.isHeld[slot] {
                    state.isHeld[slot] = true
                    state.heldCount += 1
                    held.append(slot)
                }
                state.runs.append(run)
            }
            return (held, state.takeWaiters())
        }
        for waiter in waiters { waiter.resume() }
        return held
    }

    /// The partitions of which more may be asked for again.
    func takeReleased() -> [Int] {
        state.withLock { state in
            defer { state.released = [] }
            return state.released
        }
    }

    /// Whether there are partitions of which no more is asked for: so much of them waits, or the lane does not know yet that it does not
    /// any more.
    var isAnyHeld: Bool { state.withLock { $0.heldCount > 0 || !$0.released.isEmpty } }

    /// Drops what waits of a partition.
    ///
    /// - Returns: the offset of the first record that was dropped; nil when there was none.
    func drop(_ slot: Int) -> Int64? {
        state.withLock { state in
            guard slot < state.waitingByteCounts.count else { return nil }
            var first = state.dropDecoding(slot)
            if state.waitingByteCounts[slot] > 0 {
                state.runs.removeAll { run in
                    guard run.source.slot == slot else { return false }
                    first = first ?? run.firstOffset
                    return true
                }
            }
            state.waitingByteCounts[slot] = 0
            if state.isHeld[slot] { state.heldCount -= 1 }
            state.isHeld[slot] = false
            return first
        }
    }

    /// Forgets what was handed out of a partition: it is read from elsewhere, or no more.
    func forgetHanded(_ slot: Int, isLost: Bool = false) {
        state.withLock { state in
            guard slot < state.handed.count else { return }
            state.handedCount -= state.handed[slot].count
            if isLost { state.handed[slot].lose(now: .now) } else { state.handed[slot].restart() }
        }
        beginAnew(slot)
    }

    /// Forgets what was handed out of partitions whose topic is another one by now. What waits of the former one is handed out, and not
    /// committed.
    func makeAnew(_ slots: some Sequence<Int>) {
        if !tracks { return }
        state.withLock { state in
            let now = MonotonicInstant.now
            for slot in slots {
                state.makePlace(for: slot)
                state.handedCount -= state.handed[slot].count
                state.handed[slot].makeAnew(now: now)
            }
        }
    }

    /// Whether an offset may be one of what was handed out of a partition since it is the user's, see `HandedBatches`. True for partitions
    /// that are not read here.
    func covers(_ offset: Int64, of partition: TopicPartition, since moment: MonotonicInstant) -> Bool {
        state.withLock { state in
            let handed = state.handed.first {
                $0.source.map { $0.topic == partition.topic && $0.partition == partition.partition } ?? false
            }
            return handed?.covers(offset, since: moment) ?? true
        }
    }

    /// How often reading has begun anew somewhere in a partition.
    let restartCount = Atomic(0)
    /// By slot: which of these was its last.
    private let restarts = Mutex<[Int: Int]>([:])

    private func beginAnew(_ slot: Int) {
        restarts.withLock { restarts in
            restarts[slot] = restartCount.add(1, ordering: .acquiringAndReleasing).newValue
        }
    }

    /// Whether reading has begun anew in a batch's partition after so many restarts.
    func isOutdated(_ batch: FetchedBatch, since count: Int) -> Bool {
        if restartCount.load(ordering: .acquiring) == count { return false }
        return restarts.withLock { $0[batch.source.slot] ?? 0 } > count
    }

    /// Ends with an error, behind what waits.
    func fail(_ error: KafkaClientError) { end { $0.failure = $0.failure ?? error } }

    /// Ends, behind what waits.
    func end() { end { $0.isEnded = true } }

    /// Ends, and drops what waits.
    func close() {
        end { state in
            _ = state.runs.takeAll()
            state.isEnded = true
        }
    }

    private func end(_ change: (inout State) -> Void) {
        let waiters = state.withLock { state in
            change(&state)
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume() }
    }

    // MARK: The takers' side

    /// Takes the next batch.
    func take() -> Next { take { [tracks] state, batch in state.hand(out: batch, tracks: tracks) } }

    /// Takes the next batch out of what waits.
    func take(_ note: (inout State, FetchedBatch) -> Void) -> Next {
        let (next, releases) = state.withLock { state -> (Next, Bool) in
            guard let first = state.runs.first else {
                if let failure = state.failure { return (.failed(failure), false) }
                return (state.isEnded ? .ended : .nothing, false)
            }
            var run = first
            let batch = run.takeBatch()
            if run.position < run.end { state.runs[0] = run } else { _ = state.runs.popFirst() }
            note(&state, batch)
            return (.batch(batch), state.didTake(batch, partitionByteCountMax))
        }
        if releases { onRelease.call() }
        return next
    }

    /// Notes that a batch was handled by who has taken it.
    func didHandle(_ batch: FetchedBatch) {
        if !tracks { return }
        state.withLock { state in
            guard batch.source.slot < state.handed.count else { return }
            if state.handed[batch.source.slot].didHandle(batch) { state.handedCount -= 1 }
        }
    }

    /// Notes that whoever has taken a batch has let go of it.
    func abandon(_ batch: FetchedBatch) {
        if !tracks { return }
        state.withLock { state in
            guard batch.source.slot < state.handed.count else { return }
            if state.handed[batch.source.slot].abandon(batch) { state.handedCount -= 1 }
        }
    }

    /// Where whoever takes batches has come to in each partition of which something was handled.
    var handledPositions: [TopicPartition: FetchPosition] {
        state.withLock { state in
            var positions: [TopicPartition: FetchPosition] = [:]
            for handed in state.handed {
                if let source = handed.source, let position = handed.handled {
                    positions[TopicPartition(source.topic, source.partition)] = position
                }
            }
            return positions
        }
    }

    var activity: QueueActivity {
        state.withLock { state in
            // Where decoders take, their waiting says something of the user only when he has all that they had.
            let isDecoded = !state.decoding.isEmpty
            let isInHand = state.decodingCount + state.handedCount > 0
            let isWaiting = !state.waiters.isEmpty && !(isDecoded && isInHand)
            return QueueActivity(
                takeCount: state.takeCount, isWaiting: isWaiting,
                isIdle: isWaiting || state.runs.isEmpty && !isInHand)
        }
    }

    /// Has a waiter resumed when there is something to take, or the end has come.
    ///
    /// - Returns: false when that is so already.
    func join(_ waiter: Waiter<Void>) -> Bool {
        state.withLock { state in
            guard state.runs.isEmpty, state.failure == nil, !state.isEnded else { return false }
            state.waiters.append(waiter)
            return true
        }
    }

    /// Does not have a waiter resumed any more.
    func leave(_ waiter: Waiter<Void>) { state.withLock { $0.waiters.removeAll { $0 === waiter } } }

    /// Whether nothing more comes, and nothing waits.
    var isEnded: Bool { state.withLock { $0.isEnded && $0.runs.isEmpty } }

    /// The bytes that wait.
    var waitingByteCount: Int { state.withLock { $0.waitingByteCounts.reduce(0, +) } }
}

extension FetchedQueue.State {
    mutating func takeWaiters() -> [Waiter<Void>] {
        if waiters.isEmpty { return [] }
        defer { waiters.removeAll(keepingCapacity: true) }
        return waiters
    }

    mutating func hand(out batch: FetchedBatch, tracks: Bool) {
        takeCount += 1
        if !tracks { return }
        makePlace(for: batch.source.slot)
        if handed[batch.source.slot].handOut(batch) { handedCount += 1 }
    }

    fileprivate mutating func makePlace(for slot: Int) {
        while handed.count <= slot { handed.append(HandedBatches()) }
    }

    /// - Returns: whether the lane has to be told.
    fileprivate mutating func didTake(_ batch: FetchedBatch, _ byteCountMax: Int) -> Bool {
        let slot = batch.source.slot
        waitingByteCounts[slot] -= batch.byteCount
        guard isHeld[slot], waitingByteCounts[slot] <= byteCountMax / 2 else { return false }
        isHeld[slot] = false
        heldCount -= 1
        released.append(slot)
        return released.count == 1
    }
}
