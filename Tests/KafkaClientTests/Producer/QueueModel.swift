import Testing

/// A queue that is driven at random, step by step, and says what does not hold.
protocol QueueModel: ~Copyable {
    /// What does not hold. A step that finds nothing adds nothing.
    var complaints: [String] { get }
    mutating func step()
    /// Lets everything come to its end.
    mutating func settle()
}

extension QueueModel where Self: ~Copyable {
    /// Goes so many steps and settles, unless there is something to complain of before.
    ///
    /// - Parameter seed: what the failure is had again with.
    /// - Returns: whether it has settled.
    mutating func holds(for stepCount: Int, seed: UInt64) -> Bool {
        for step in 0..<stepCount {
            self.step()
            if complaints.isEmpty { continue }
            Issue.record("seed \(seed), step \(step): \(complaints)")
            return false
        }
        settle()
        #expect(complaints == [], "seed \(seed), after the last step")
        return true
    }
}
