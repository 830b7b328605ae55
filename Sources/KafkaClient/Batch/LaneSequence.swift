import KafkaQueues
import Synchronization

/// The batches of one or more builder lanes as an asynchronous sequence, for one consumer.
public typealias BatchSequence = LaneSequence<RecordBatch>

/// The deliveries of one or more producer lanes as an asynchronous sequence, for one consumer.
public typealias DeliverySequence = LaneSequence<Delivery>

extension LaneSequence: BatchSink where Element == RecordBatch {}
extension LaneSequence: DeliverySink where Element == Delivery {}

/// The batches or the deliveries of lanes, as an asynchronous sequence for one consumer.
///
/// The sequence has no bound of its own. Its elements hold batches, whose bytes count against the builder's memory bound:
/// when the consumer falls behind, `append` waits.
public final class LaneSequence<Element: Sendable>: AsyncSequence, Sendable {
    /// The sequence never throws.
    public typealias Failure = Never

    private let state: Mutex<State>

    private struct State {
        var elements = RingBuffer<Element>()
        var openSources: Int
        var waiter: CheckedContinuation<Element?, Never>?
    }

    /// Creates an empty sequence.
    ///
    /// - Parameter sources: the number of lanes that will call `finish`; at least one. The sequence ends when all have.
    public init(sources: Int = 1) {
        state = Mutex(State(openSources: sources))
    }

    /// Adds elements at the end. Lanes call it, from any thread.
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

    /// Says that one of the sources has no more elements. Lanes call it, from any thread.
    public func finish() {
        let waiter = state.withLock { state -> CheckedContinuation<Element?, Never>? in
            state.openSources -= 1
            guard state.openSources == 0 else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: nil)
    }

    /// An iterator that takes elements out of the sequence. All iterators of a sequence take from the same elements.
    public func makeAsyncIterator() -> Iterator { Iterator(sequence: self) }

    /// Takes elements out of a ``LaneSequence``: each element comes once.
    public struct Iterator: AsyncIteratorProtocol {
        let sequence: LaneSequence

        /// Waits for the next element. Nil at the end, when the task is cancelled, and when another task already waits for
        /// an element, because a sequence has one consumer.
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
