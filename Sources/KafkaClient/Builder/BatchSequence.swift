import Synchronization

/// The batches of one or more builder lanes as an asynchronous sequence, for one consumer.
///
/// Not bounded by itself: batches that lie here hold memory of their builder's pool, which is bounded, so a consumer that
/// falls behind makes `append` wait.
public final class BatchSequence: AsyncSequence, BatchSink {
    public typealias Element = RecordBatch
    private let state: Mutex<State>

    private struct State {
        var batches: [RecordBatch] = []
        var taken = 0
        var openSources: Int
        var waiter: CheckedContinuation<RecordBatch?, Never>?

        /// Takes from the front; the taken half is cut off now and then, so that the cost of a batch is constant.
        mutating func takeFirst() -> RecordBatch {
            let batch = batches[taken]
            taken += 1
            if taken == batches.count {
                batches.removeAll(keepingCapacity: true)
                taken = 0
            } else if taken >= 64, taken * 2 >= batches.count {
                batches.removeFirst(taken)
                taken = 0
            }
            return batch
        }
    }

    /// - Parameter sources: builders or lanes that will say `finish`; the sequence ends with the last of them.
    public init(sources: Int = 1) {
        state = Mutex(State(openSources: sources))
    }

    public func accept(_ batches: [RecordBatch]) {
        guard let first = batches.first else { return }
        let waiter = state.withLock { state -> CheckedContinuation<RecordBatch?, Never>? in
            guard let waiter = state.waiter else {
                state.batches.append(contentsOf: batches)
                return nil
            }
            state.waiter = nil
            state.batches.append(contentsOf: batches.dropFirst())
            return waiter
        }
        waiter?.resume(returning: first)
    }

    public func finish() {
        let waiter = state.withLock { state -> CheckedContinuation<RecordBatch?, Never>? in
            state.openSources -= 1
            guard state.openSources == 0 else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: nil)
    }

    public func makeAsyncIterator() -> Iterator { Iterator(sequence: self) }

    public struct Iterator: AsyncIteratorProtocol {
        let sequence: BatchSequence

        /// The next batch; nil at the end and when the task is cancelled.
        public func next() async -> RecordBatch? { await sequence.next() }
    }

    private func next() async -> RecordBatch? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> RecordBatch?? in
                    if state.taken < state.batches.count { return state.takeFirst() }
                    if state.openSources <= 0 || Task.isCancelled { return .some(nil) }
                    precondition(state.waiter == nil, "a batch sequence has one consumer")
                    state.waiter = continuation
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(returning: nil)
        }
    }
}
