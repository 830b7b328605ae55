/// Tasks that wait in line for something that comes in turn, each with what it asks for. A value: its owner keeps it behind
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
package struct WaitingLine<Request: Sendable>: Sendable {
    private var entries = RingBuffer<Entry>()

    private struct Entry: Sendable {
        let request: Request
        let waiter: Waiter<Void>
    }

    package init() {}

    package var count: Int { entries.count }
    package var isEmpty: Bool { entries.isEmpty }
    /// What the first in line asks for.
    package var first: Request? { entries.first?.request }

    /// Joins at the end.
    package mutating func join(_ request: Request) -> Waiter<Void> {
        let waiter = Waiter<Void>()
        entries.append(Entry(request: request, waiter: waiter))
        return waiter
    }

    /// Takes the first out of the line. The caller resumes it, behind its lock or not; where that is refused, the task was
    /// cancelled meanwhile and the next one's turn has come.
    package mutating func takeFirst() -> Waiter<Void>? { entries.popFirst()?.waiter }

    /// Takes all out of the line, in order.
    package mutating func takeAll() -> [Waiter<Void>] { entries.takeAll().map(\.waiter) }

    /// Leaves the line. Does nothing when the waiter stands in it no more. Linear.
    package mutating func leave(_ waiter: Waiter<Void>) { entries.removeAll { $0.waiter === waiter } }
}

extension WaitingLine where Request == Void {
    package mutating func join() -> Waiter<Void> { join(()) }
}
