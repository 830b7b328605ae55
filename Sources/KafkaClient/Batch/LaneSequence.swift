import Synchronization

/// The batches of one or more builder lanes as an asynchronous sequence, for one consumer.
public typealias BatchSequence = LaneSequence<RecordBatch>

/// The deliveries of one or more producer lanes as an asynchronous sequence, for one consumer.
public typealias DeliverySequence = LaneSequence<Delivery>

extension LaneSequence: BatchSink where Element == RecordBatch {}
extension LaneSequence: DeliverySink where Element == Delivery {}

/// What lanes hand out, as an asynchronous sequence for one consumer.
///
/// Not bounded by itself: what lies here holds batches, batches hold memory of their builder's pool, and that is bounded:
/// a consumer that falls behind makes `append` wait.
public final class LaneSequence<Element: Sendable>: AsyncSequence, Sendable {
    public typealias Failure = Never
    private let state: Mutex<State>

    private struct State {
        var elements: [Element] = []
        var taken = 0
        var openSources: Int
        var waiter: CheckedContinuation<Element?, Never>?

        /// Takes from the front; the taken half is cut off now and then, so that the cost of an element is constant.
        mutating func takeFirst() -> Element {
            let element = elements[taken]
            taken += 1
            if taken == elements.count {
                elements.removeAll(keepingCapacity: true)
                taken = 0
            } else if taken >= 64, taken * 2 >= elements.count {
                elements.removeFirst(taken)
                taken = 0
            }
            return element
        }
    }

    /// - Parameter sources: lanes that will say `finish`; the sequence ends with the last of them.
    public init(sources: Int = 1) {
        state = Mutex(State(openSources: sources))
    }

    public func accept(_ arrived: [Element]) {
        guard let first = arrived.first else { return }
        let waiter = state.withLock { state -> CheckedContinuation<Element?, Never>? in
            guard let waiter = state.waiter else {
                state.elements.append(contentsOf: arrived)
                return nil
            }
            state.waiter = nil
            state.elements.append(contentsOf: arrived.dropFirst())
            return waiter
        }
        waiter?.resume(returning: first)
    }

    public func finish() {
        let waiter = state.withLock { state -> CheckedContinuation<Element?, Never>? in
            state.openSources -= 1
            guard state.openSources == 0 else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: nil)
    }

    public func makeAsyncIterator() -> Iterator { Iterator(sequence: self) }

    public struct Iterator: AsyncIteratorProtocol {
        let sequence: LaneSequence

        /// The next one; nil at the end and when the task is cancelled.
        public func next() async -> Element? { await sequence.next() }
    }

    private func next() async -> Element? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> Element?? in
                    if state.taken < state.elements.count { return state.takeFirst() }
                    if state.openSources <= 0 || Task.isCancelled { return .some(nil) }
                    precondition(state.waiter == nil, "a lane sequence has one consumer")
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
