import KafkaTransport

/// How far another machine's clock is ahead of this one's, from questions and their answers. A value without a clock.
///
///     asked ────────▶ received          the other clock is ahead by the mean of (received - asked) and
///           question     │              (answered - heard), and by at most half of the time that question
///     heard ◀──────── answered          and answer were under way more or less
///            answer
///
/// As NTP does it (RFC 5905, 8). Clocks drift: an estimate gets worse as it gets older.
struct ClockComparison {
    struct Estimate: Equatable {
        /// The other clock's time when this one's is 0, in ns.
        var offsetNs: Int64
        /// By how much it may be wrong, in ns.
        var errorNs: Int64
    }

    private struct Sample {
        let heard: MonotonicInstant
        let estimate: Estimate
    }

    /// Crystals are wrong by 50 millionths at most, each of two.
    private static let driftPerNs = 100e-6
    private static let sampleCountMax = 64
    private var samples: [Sample] = []

    /// The number of answers that were of use.
    private(set) var answerCount = 0

    /// Takes an answer.
    ///
    /// - Parameter heard: when it came, by this machine's clock.
    mutating func add(_ answer: ClockAnswer, heard: MonotonicInstant) {
        let thereNs = answer.received.nanoseconds(since: answer.question.asked)
        let backNs = answer.answered.nanoseconds(since: heard)
        let underWayNs =
            heard.nanoseconds(since: answer.question.asked) - answer.answered.nanoseconds(since: answer.received)
        guard underWayNs >= 0, answer.received <= answer.answered else { return }
        answerCount += 1
        if samples.count == Self.sampleCountMax { samples.removeFirst() }
        let offsetNs = thereNs / 2 + backNs / 2
        samples.append(Sample(heard: heard, estimate: Estimate(offsetNs: offsetNs, errorNs: underWayNs / 2 + 1)))
    }

    /// The best estimate at a moment; nil before an answer.
    func estimate(at now: MonotonicInstant) -> Estimate? {
        samples.map { sample in
            let ageNs = Double(max(0, now.nanoseconds(since: sample.heard)))
            var estimate = sample.estimate
            estimate.errorNs += Int64(ageNs * Self.driftPerNs)
            return estimate
        }.min { $0.errorNs < $1.errorNs }
    }
}
