import KafkaProtocol
import KafkaQueues
import KafkaTransport
import Synchronization

/// Between a share consumer's lane and whoever takes records: what was acquired and is not taken yet, and what was decided and is not
/// sent yet.
final class ShareQueue: AskedQueue {
    enum Next {
        case record(ShareRecord)
        case nothing
        case failed(KafkaClientError)
        case ended
    }

    fileprivate struct State {
        var records = RingBuffer<ShareRecord>()
        var waiters: [Waiter<Void>] = []
        /// Whether somebody has asked since the last fetch.
        var isAskedFor = false
        /// How often somebody has asked.
        var takeCount = 0
        /// Acquisitions of which something is to be told.
        var decided: [Acquisition] = []
        var failure: KafkaClientError?
        var isEnded = false
        /// Whether the lane was told that there is something to do.
        var isTold = false
    }

    private let state = Mutex(State())
    private let lowCount: Int
    private let onChange = Callback<Void>()

    /// - Parameter lowCount: when no more than so many records wait, the lane is told that they are asked for.
    init(lowCount: Int) { self.lowCount = lowCount }

    func setOnChange(_ body: @escaping @Sendable () -> Void) { onChange.set(body) }

    private func tell() { onChange.call() }

    // MARK: The lane's side

    func push(_ records: [ShareRecord]) {
        if records.isEmpty { return }
        let waiters = state.withLock { state in
            for record in records { state.records.append(record) }
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume() }
    }

    /// What is to be done.
    func look() -> (wantsRecords: Bool, decided: [Acquisition]) {
        state.withLock { state in
            state.isTold = false
            defer { state.decided = [] }
            let wants = (state.isAskedFor || !state.waiters.isEmpty) && state.records.count <= lowCount
            return (wants, state.decided)
        }
    }

    /// What was asked for is on its way.
    func didAsk() { state.withLock { $0.isAskedFor = false } }

    func fail(_ error: KafkaClientError) {
        let waiters = state.withLock { state in
            if state.failure == nil, !state.isEnded { state.failure = error }
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume() }
    }

    func close() {
        let waiters = state.withLock { state in
            state.isEnded = true
            state.records = RingBuffer()
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume() }
    }

    // MARK: The user's side

    /// The next record that is still this member's.
    func take() -> Next {
        let (next, mustTell) = state.withLock { state -> (Next, Bool) in
            var next: Next?
            let now = MonotonicInstant.now
            let wasLow = state.records.count <= lowCount
            state.takeCount += 1
            while next == nil, let record = state.records.popFirst() {
                if record.acquisition.with({ $0.hand(record.index, now: now) }) { next = .record(record) }
            }
            let found = next ?? (state.failure.map { .failed($0) } ?? (state.isEnded ? .ended : .nothing))
            var mustTell = false
            if !state.isEnded, state.failure == nil {
                let wasAskedFor = state.isAskedFor
                state.isAskedFor = true
                if !wasAskedFor || !wasLow { mustTell = state.tellOnce(if: lowCount) }
            }
            return (found, mustTell)
        }
        if mustTell { tell() }
        return next
    }

    var activity: QueueActivity {
        state.withLock { state in
            let isWaiting = !state.waiters.isEmpty
            return QueueActivity(takeCount: state.takeCount, isWaiting: isWaiting, isIdle: isWaiting)
        }
    }

    /// Notes that something was decided of an acquisition.
    func note(_ acquisition: Acquisition) {
        let mustTell = state.withLock { state in
            state.decided.append(acquisition)
            defer { state.isTold = true }
            return !state.isTold
        }
        if mustTell { tell() }
    }

    /// Has a waiter resumed when there is something to take, or the end has come.
    ///
    /// - Returns: false when that is so already.
    func join(_ waiter: Waiter<Void>) -> Bool {
        let (isJoined, mustTell) = state.withLock { state -> (Bool, Bool) in
            guard state.records.isEmpty, state.failure == nil, !state.isEnded else { return (false, false) }
            state.waiters.append(waiter)
            return (true, state.tellOnce(if: lowCount))
        }
        if mustTell { tell() }
        return isJoined
    }

    func leave(_ waiter: Waiter<Void>) { state.withLock { $0.waiters.removeAll { $0 === waiter } } }
}

extension ShareQueue.State {
    fileprivate mutating func takeWaiters() -> [Waiter<Void>] {
        defer { waiters.removeAll(keepingCapacity: true) }
        return waiters
    }

    /// Whether the lane is to be told, when so few records wait.
    fileprivate mutating func tellOnce(if lowCount: Int) -> Bool {
        if isTold || records.count > lowCount { return false }
        isTold = true
        return true
    }
}
