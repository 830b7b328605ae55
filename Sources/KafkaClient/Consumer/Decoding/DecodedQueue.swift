import KafkaQueues
import Synchronization

/// Batches on their way through decoders: taken in order, decompressed side by side, handed out in the same order.
///
///     lanes' queues ──takeWork──▶ [ decoded  decoding  decoded  decoding ] ──take──▶ the user
///                                   ▲ head                 ▲ put, by ticket
///
/// A batch is the user's only when `take` has asked its lane's queue: what was sought, paused or given back meanwhile is dropped here,
/// and read again if it is wanted again.
final class DecodedQueue: Sendable {
    /// What a decoder has to do.
    enum Work {
        /// Batches one behind the other; the ticket is that of the first.
        case batches([FetchedBatch], ticket: Int)
        /// Nothing now.
        case nothing
        case ended
    }

    /// What taking has found.
    enum Next {
        case batch(DecodedBatch, from: FetchedQueue)
        /// Nothing now.
        case nothing
        case failed(KafkaClientError)
        case ended
    }

    fileprivate struct Entry {
        let queue: FetchedQueue
        /// nil while it is being decompressed.
        var batch: DecodedBatch?
    }

    fileprivate struct State {
        var entries = RingBuffer<Entry>()
        /// The ticket of the first entry.
        var head = 0
        var turn = 0
        var takers: [Waiter<Void>] = []
        /// The decoder that waits for the lanes: one for all, so that what comes wakes one. It wakes the next when there is more.
        var scout: Waiter<Void>?
        var idle: [Waiter<Void>] = []
        var failure: KafkaClientError?
        var isEnded = false

        var isOver: Bool { isEnded || failure != nil }
    }

    let memory: DecodedMemory
    private let state = Mutex(State())
    private let queues: [FetchedQueue]
    private let entryCountMax: Int

    init(_ queues: [FetchedQueue], decoderCount: Int, _ limits: DecoderLimits) {
        self.queues = queues
        entryCountMax = decoderCount * Self.entriesPerDecoder
        memory = DecodedMemory(byteCountMax: limits.byteCountMax, freeCountMax: entryCountMax)
    }

    /// So many batches may wait for each decoder: enough that one long batch does not stop the other decoders.
    private static let entriesPerDecoder = 64
    /// So many batches are taken at once, so that threads don't wake each other for each: to wake one takes as long as to decompress
    /// some.
    fileprivate static let (batchesAtOnce, byteCountAtOnce) = (8, 128 << 10)

    // MARK: The decoders' side

    /// Takes some batches from a lane, if there is room for more.
    func takeWork() -> Work {
        let hasRoom = memory.hasRoom
        let (work, waiters) = state.withLock { state -> (Work, [Waiter<Void>]) in
            if state.isOver { return (.ended, []) }
            if !hasRoom || state.entries.count >= entryCountMax { return (.nothing, []) }
            let work = state.takeWork(queues)
            switch work {
            case .batches: return (work, state.scout == nil ? state.takeIdle() : [])
            case .nothing: return (work, [])
            case .ended: return (work, state.takeAllWaiters())
            }
        }
        for waiter in waiters { waiter.resume() }
        return work
    }

    /// Puts a batch to where it was taken from the row.
    ///
    /// - Parameter isLast: whether it is the last one of those that were taken at once: whoever waits is told.
    func put(_ batch: DecodedBatch, as ticket: Int, isLast: Bool) {
        let takers = state.withLock { state in
            // The row ends when nobody wants it any more.
            guard ticket >= state.head else { return [Waiter<Void>]() }
            state.entries[ticket - state.head].batch = batch
            return isLast && state.entries.first?.batch != nil ? state.takeTakers() : []
        }
        for taker in takers { taker.resume() }
    }

    /// Has a decoder's waiter resumed when there may be something to do.
    ///
    /// - Returns: false when there may be already.
    func join(_ waiter: Waiter<Void>) -> Bool {
        if memory.join(waiter) { return true }
        let mustWait = state.withLock { state -> Bool? in
            if state.isOver { return false }
            if state.scout != nil || state.entries.count >= entryCountMax {
                state.idle.append(waiter)
                return true
            }
            state.scout = waiter
            return nil
        }
        if let mustWait { return mustWait }
        for queue in queues where !queue.isEnded {
            if !queue.join(waiter) { return false }
        }
        return true
    }

    /// Does not have a decoder's waiter resumed any more.
    func leave(_ waiter: Waiter<Void>) {
        memory.leave(waiter)
        let wasScout = state.withLock { state in
            state.idle.removeAll { $0 === waiter }
            guard state.scout === waiter else { return false }
            state.scout = nil
            return true
        }
        if wasScout { for queue in queues { queue.leave(waiter) } }
    }

    // MARK: The takers' side

    /// Takes the next batch.
    func take() -> Next {
        let (next, decoders) = state.withLock { state in
            let next = state.take()
            let isShort = state.entries.count <= entryCountMax / 2
            return (next, isShort && state.scout == nil ? state.takeIdle() : [])
        }
        for decoder in decoders { decoder.resume() }
        return next
    }

    /// Has a taker's waiter resumed when there may be something to take.
    ///
    /// - Returns: false when there may be already.
    func joinTakers(_ waiter: Waiter<Void>) -> Bool {
        state.withLock { state in
            if let first = state.entries.first {
                if first.batch != nil { return false }
            } else if state.failure != nil || state.isEnded {
                return false
            }
            state.takers.append(waiter)
            return true
        }
    }

    /// Does not have a taker's waiter resumed any more.
    func leaveTakers(_ waiter: Waiter<Void>) { state.withLock { $0.takers.removeAll { $0 === waiter } } }

    /// Ends, and drops what waits. What was not handed out is its lane's again.
    func close() {
        let waiters = state.withLock { state in
            state.isEnded = true
            state.head += state.entries.count
            _ = state.entries.takeAll()
            return state.takeAllWaiters()
        }
        for waiter in waiters { waiter.resume() }
        for queue in queues { queue.takeBackFromDecoding() }
    }
}

extension DecodedQueue.State {
    fileprivate mutating func takeWork(_ queues: [FetchedQueue]) -> DecodedQueue.Work {
        var endedCount = 0
        for _ in queues.indices {
            let queue = queues[turn]
            switch queue.takeForDecoding() {
            case .batch(let batch):
                let (batches, ticket) = (takeMore(behind: batch, queue), head + entries.count)
                for _ in batches { entries.append(DecodedQueue.Entry(queue: queue)) }
                return .batches(batches, ticket: ticket)
            case .nothing: break
            case .failed(let error): failure = error
            case .ended: endedCount += 1
            }
            turn = turn + 1 == queues.count ? 0 : turn + 1
        }
        isEnded = failure == nil && endedCount == queues.count
        return isOver ? .ended : .nothing
    }

    /// Takes what is in the same queue behind a batch, up to as much as is taken at once.
    private mutating func takeMore(behind first: FetchedBatch, _ queue: FetchedQueue) -> [FetchedBatch] {
        var batches = [first]
        var byteCount = first.byteCount
        while batches.count < DecodedQueue.batchesAtOnce, byteCount < DecodedQueue.byteCountAtOnce,
            case .batch(let next) = queue.takeForDecoding()
        {
            batches.append(next)
            byteCount += next.byteCount
        }
        return batches
    }

    fileprivate mutating func take() -> DecodedQueue.Next {
        while let first = entries.first {
            guard let batch = first.batch else { return .nothing }
            _ = entries.popFirst()
            head += 1
            if first.queue.deliver(batch.batch) { return .batch(batch, from: first.queue) }
        }
        if let failure { return .failed(failure) }
        return isEnded ? .ended : .nothing
    }

    fileprivate mutating func takeIdle() -> [Waiter<Void>] { idle.popLast().map { [$0] } ?? [] }

    fileprivate mutating func takeTakers() -> [Waiter<Void>] {
        defer { takers.removeAll(keepingCapacity: true) }
        return takers
    }

    fileprivate mutating func takeAllWaiters() -> [Waiter<Void>] {
        defer { idle = [] }
        return takeTakers() + idle + [scout].compactMap(\.self)
    }
}
