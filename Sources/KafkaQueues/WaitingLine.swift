/// Tasks that wait in order for a resource, each with the amount that it asks for. Its owner keeps it behind the same lock
/// as the resource.
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
    /// The earliest deadline in the line, or an earlier moment. Nothing has to be looked at before.
    package private(set) var earliestDeadline = Int64.max

    private struct Entry: Sendable {
        let amount: Int
        /// In the unit of its owner's clock.
        let deadline: Int64
        let waiter: Waiter<Void>
    }

    package init() {}

    package var count: Int { entries.count }
    package var isEmpty: Bool { entries.isEmpty }
    /// The amount that the first in line asks for; nil when the line is empty.
    package var first: Int? { entries.first?.amount }

    /// Joins the line at its end.
    ///
    /// - Parameters:
    ///   - amount: how much of the resource the task asks for.
    ///   - deadline: when the owner is to give up on it; see `takeExpired`.
    package mutating func join(_ amount: Int = 1, until deadline: Int64 = .max) -> Waiter<Void> {
        let waiter = Waiter<Void>()
        entries.append(Entry(amount: amount, deadline: deadline, waiter: waiter))
        earliestDeadline = min(earliestDeadline, deadline)
        return waiter
    }

    /// Takes the waiters out of the line whose deadline has come. Linear.
    package mutating func takeExpired(at now: Int64) -> [Waiter<Void>] {
        if earliestDeadline > now { return [] }
        var expired: [Waiter<Void>] = []
        var earliest = Int64.max
        entries.removeAll { entry in
            if entry.deadline > now {
                earliest = min(earliest, entry.deadline)
                return false
            }
            expired.append(entry.waiter)
            return true
        }
        earliestDeadline = earliest
        return expired
    }

    /// Takes the first waiter out of the line. The caller resumes it, with or without its lock. When the waiter refuses, its
    /// task was cancelled in the meantime, and the caller takes the next one.
    package mutating func takeFirst() -> Waiter<Void>? { entries.popFirst()?.waiter }

    /// Takes all waiters out of the line, in order.
    package mutating func takeAll() -> [Waiter<Void>] {
        // Mostly the line is empty, and then nothing is allocated.
        if entries.isEmpty { return [] }
        return entries.takeAll().map { $0.waiter }
    }

    /// Takes a waiter out of the line, wherever it stands. Does nothing when it is not in the line. Linear, but for the first:
    /// many that are cancelled together leave in the order in which they came.
    package mutating func leave(_ waiter: Waiter<Void>) {
        if entries.first?.waiter === waiter {
            _ = entries.popFirst()
        } else {
            entries.removeAll { $0.waiter === waiter }
        }
    }
}
