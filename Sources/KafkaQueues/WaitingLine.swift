/// Tasks that wait in line for something that comes in turn, each with how much it asks for. A value: its owner keeps it behind
/// its lock, beside what is waited for.
///
/// A task joins under the lock, waits outside, and leaves under the lock when its wait was cancelled:
///
///     let waiter = state.withLock { $0.hasRoom ? nil : $0.line.join() }
///     guard let waiter else { return }
///     do { try await waiter.wait() } catch {
///         state.withLock { $0.line.leave(waiter) }
///         throw error
///     }
package struct WaitingLine: Sendable {
    private var entries = RingBuffer<Entry>()

    private struct Entry: Sendable {
        let amount: Int
        let waiter: Waiter<Void>
    }

    package init() {}

    package var count: Int { entries.count }
    package var isEmpty: Bool { entries.isEmpty }
    /// How much the first in line asks for.
    package var first: Int? { entries.first?.amount }

    /// Joins at the end.
    ///
    /// - Parameter amount: how much is asked for, where that matters.
    package mutating func join(_ amount: Int = 1) -> Waiter<Void> {
        let waiter = Waiter<Void>()
        entries.append(Entry(amount: amount, waiter: waiter))
        return waiter
    }

    /// Takes the first out of the line. The caller resumes it, behind its lock or not; where that is refused, the task was
    /// cancelled meanwhile and the next one's turn has come.
    package mutating func takeFirst() -> Waiter<Void>? { entries.popFirst()?.waiter }

    /// Takes all out of the line, in order.
    package mutating func takeAll() -> [Waiter<Void>] {
        // Asked far more often than anybody waits.
        if entries.isEmpty { return [] }
        return entries.takeAll().map { $0.waiter }
    }

    /// Leaves the line. Does nothing when the waiter stands in it no more. Linear.
    package mutating func leave(_ waiter: Waiter<Void>) { entries.removeAll { $0.waiter === waiter } }
}
