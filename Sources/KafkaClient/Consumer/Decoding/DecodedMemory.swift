import KafkaQueues
import Synchronization

/// Memory that decoders decompress into. It counts what somebody has, and keeps what came back for the next batch.
final class DecodedMemory: Sendable {
    fileprivate struct State {
        /// What came back last is used first, because it is still in the core's cache.
        var free: [[UInt8]] = []
        var byteCount = 0
        var waiters: [Waiter<Void>] = []
    }

    private let state = Mutex(State())
    private let byteCountMax: Int
    private let freeCountMax: Int

    /// - Parameters:
    ///   - byteCountMax: when somebody has so many bytes, there is no room for more.
    ///   - freeCountMax: for how many batches memory is kept.
    init(byteCountMax: Int, freeCountMax: Int) {
        self.byteCountMax = byteCountMax
        self.freeCountMax = freeCountMax
    }

    /// Memory whose bytes are of no use any more.
    func take() -> [UInt8] { state.withLock { $0.free.popLast() ?? [] } }

    /// Counts bytes that somebody has.
    func count(_ bytes: [UInt8]) { state.withLock { $0.byteCount += bytes.count } }

    /// Takes back what was counted, and leaves nothing of it.
    func giveBack(_ bytes: inout [UInt8]) {
        let waiters = state.withLock { state in
            state.byteCount -= bytes.count
            var kept: [UInt8] = []
            swap(&kept, &bytes)
            if state.free.count < freeCountMax { state.free.append(kept) }
            return state.hasRoom(byteCountMax) ? state.takeWaiters() : []
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Has a waiter resumed when there is room.
    ///
    /// - Returns: false when there is room already.
    func join(_ waiter: Waiter<Void>) -> Bool {
        state.withLock { state in
            if state.hasRoom(byteCountMax) { return false }
            state.waiters.append(waiter)
            return true
        }
    }

    /// Does not have a waiter resumed any more.
    func leave(_ waiter: Waiter<Void>) { state.withLock { $0.waiters.removeAll { $0 === waiter } } }

    var hasRoom: Bool { state.withLock { $0.hasRoom(byteCountMax) } }
}

extension DecodedMemory.State {
    fileprivate func hasRoom(_ byteCountMax: Int) -> Bool { byteCount < byteCountMax }

    fileprivate mutating func takeWaiters() -> [Waiter<Void>] {
        if waiters.isEmpty { return [] }
        defer { waiters.removeAll(keepingCapacity: true) }
        return waiters
    }
}
