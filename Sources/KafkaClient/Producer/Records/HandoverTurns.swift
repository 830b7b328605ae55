/// The order in which chunks are handed to the builder: by tickets, one at a time.
struct HandoverTurns: Sendable {
    private var nextTicket = 0
    private var serving = 0
    private var waiting: [Int: CheckedContinuation<Void, Never>] = [:]

    mutating func drawTicket() -> Int {
        defer { nextTicket += 1 }
        return nextTicket
    }

    /// Whether it is the ticket's turn; if not, `continuation` is resumed when it is.
    mutating func isTurn(_ ticket: Int, _ continuation: CheckedContinuation<Void, Never>) -> Bool {
        if ticket == serving { return true }
        waiting[ticket] = continuation
        return false
    }

    /// Ends the turn that is served.
    ///
    /// - Returns: the next one, to be resumed.
    mutating func end() -> CheckedContinuation<Void, Never>? {
        serving += 1
        return waiting.removeValue(forKey: serving)
    }
}
