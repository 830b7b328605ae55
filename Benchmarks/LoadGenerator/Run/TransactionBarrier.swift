/// Where the generators of a run in transactions wait for each other: a transaction ends when none of them appends. A value, without a
/// clock.
struct TransactionBarrier<Waiter> {
    /// Generators that may append.
    private(set) var memberCount = 0
    /// Those of them that wait for the end of the transaction.
    private(set) var waiters: [Waiter] = []
    /// Why there is no next transaction.
    private(set) var failure: (any Error)?

    /// Generators begin.
    mutating func enter(_ count: Int) { memberCount += count }

    /// A generator waits. Only called by one that may append.
    ///
    /// - Returns: whether all wait now, so that the transaction has to be ended and the barrier opened.
    mutating func wait(_ waiter: Waiter) -> Bool {
        waiters.append(waiter)
        return isComplete
    }

    /// A generator has ended.
    ///
    /// - Parameter error: why, if that is no good end.
    /// - Returns: whether all others wait.
    mutating func leave(_ error: (any Error)?) -> Bool {
        memberCount -= 1
        fail(error)
        return isComplete
    }

    /// There is no next transaction. The first reason counts; nil changes nothing.
    mutating func fail(_ error: (any Error)?) { failure = failure ?? error }

    /// - Returns: those that waited, who go on, or end when there is a `failure`.
    mutating func open() -> [Waiter] {
        defer { waiters = [] }
        return waiters
    }

    private var isComplete: Bool { memberCount > 0 && waiters.count == memberCount }
}
