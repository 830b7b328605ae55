import KafkaQueues
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
        var elements = RingBuffer<Element>()
        var openSources: Int
        var waiter: CheckedContinuation<Element?, Never>?
    }

    /// - Parameter sources: lanes that will say `finish`; the sequence ends with the last of them.
    public init(sources: Int = 1) {
        state = Mutex(State(openSources: sources))
    }

    /// Adds elements at the end. From any thread; called by lanes.
    public func accept(_ arrived: [Element]) {
        guard let first = arrived.first else { return }
        let waiter = state.withLock { state -> CheckedContinuation<Element?, Never>? in
            let waiter = state.waiter
            state.waiter = nil
            for element in waiter == nil ? arrived[...] : arrived.dropFirst() { state.elements.append(element) }
            return waiter
        }
        waiter?.resume(returning: first)
    }

    /// Says that one of the sources has no more elements. From any thread; called by lanes.
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

    /// Takes the elements out of the sequence.
    public struct Iterator: AsyncIteratorProtocol {
        let sequence: LaneSequence

        /// The next element. Nil at the end, when the task is cancelled, and when another task already waits for the next
        /// element: a sequence has one consumer.
        public func next() async -> Element? { await sequence.next() }
    }

    private func next() async -> Element? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> Element?? in
                    if let element = state.elements.popFirst() { return element }
                    if state.openSources <= 0 || Task.isCancelled || state.waiter != nil { return .some(nil) }
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
