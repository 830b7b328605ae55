/// The order of handovers: one at a time, by ascending tickets.
struct HandoverTurns: Sendable {
    private var nextTicket = 0
    private var serving = 0
    private var waiting: [Int: CheckedContinuation<Void, Never>] = [:]

    mutating func drawTicket() -> Int {
        defer { nextTicket += 1 }
        return nextTicket
    }

    /// Whether it is the ticket's turn. If not, `continuation` is kept, and `end` returns it when the turn comes.
    mutating func isTurn(_ ticket: Int, _ continuation: CheckedContinuation<Void, Never>) -> Bool {
        if ticket == serving { return true }
        waiting[ticket] = continuation
        return false
    }

    /// Ends the current turn.
    ///
    /// - Returns: the continuation of the next ticket, which the caller resumes; nil when it does not wait yet.
    mutating func end() -> CheckedContinuation<Void, Never>? {
        serving += 1
        return waiting.removeValue(forKey: serving)
    }
}
