/// What is said of one metric of one configuration.
package struct MetricComparison: Sendable, Equatable {
    /// What the measurements tell.
    package enum Finding: Sendable, Equatable {
        case better, worse
        /// Of a metric of which neither way is better.
        case differs
        /// The difference lies within the margin, whichever way it is.
        case same
        /// So many more runs a side would probably tell; nil where that can't be said.
        case inconclusive(moreRuns: Int?)

        /// The word of `comparison.csv`.
        package var word: String {
            switch self {
            case .better: "better"
            case .worse: "worse"
            case .differs: "differs"
            case .same: "same"
            case .inconclusive: "inconclusive"
            }
        }
    }

    /// What became of a gate.
    package enum GateOutcome: String, Sendable, Equatable {
        case held, regression, inconclusive
    }

    package let configuration: String
    package let metric: MetricColumn
    package let contrast: Contrast
    /// Of the base's median, or in the metric's unit where values may be 0.
    package let difference: Double
    /// Where the true difference lies; nil where there are too few runs to say it with this confidence.
    package let interval: ClosedRange<Double>?
    /// Of the interval, 0 … 1.
    package let confidence: Double
    /// How probable a difference like this is where there is none.
    package let probability: Double
    package let finding: Finding
    package let gate: Gate?
    package let gateOutcome: GateOutcome?
    /// Names of runs whose value lies far from those of their side.
    package let outliers: [String]
    /// The gate is held by those runs that have a figure, and others have none.
    var isHeldAsFarAsKnown = false

    /// Whether more runs would make no difference to what is said.
    package var isAnswered: Bool {
        if isHeldAsFarAsKnown { return true }
        if let gateOutcome { return gateOutcome != .inconclusive }
        if case .inconclusive = finding { return false }
        return true
    }
}

/// How comparisons are judged.
package struct ComparisonRule: Sendable, Equatable {
    /// The probability with which all that is found may be chance, in a whole comparison.
    package static let level = 0.05
    package var gates: [Gate] = []
    /// What is compared; empty: what is usual for such runs.
    package var metrics: [MetricColumn] = []
    /// A difference of up to this share is none.
    package var margin = 0.05
    /// How often a comparison is looked at in all; each look is judged by its share of the level.
    package var lookCount = 1
    package var seed: UInt64 = 1

    package init() {}
}

/// Judges contrasts, all of a comparison together.
struct ComparisonJudge {
    let rule: ComparisonRule
    /// What is compared of which configuration, with the names of the runs that may be outliers.
    struct Question {
        let configuration: String
        let metric: MetricColumn
        let contrast: Contrast
        let outliers: [String]
        /// Whether all runs have the metric. Otherwise what is there may be bad, but not good enough.
        var isWhole = true
    }

    func judge(_ questions: [Question]) -> [MetricComparison] {
        let probabilities = questions.map { $0.contrast.probability(of: .none) }
        let lookLevel = ComparisonRule.level / Double(rule.lookCount)
        let levels = Multiplicity.holmLevels(probabilities, level: lookLevel)
        let gated = questions.count { question in rule.gates.contains { $0.metric == question.metric } }
        let gateLevel = lookLevel / Double(max(1, gated))
        return questions.indices.map { index in
            judge(questions[index], probabilities[index], level: levels[index], gateLevel: gateLevel)
        }
    }

    private func judge(
        _ question: Question, _ probability: Double, level: Double, gateLevel: Double
    ) -> MetricComparison {
        let contrast = question.contrast
        var random = SplitMix64(seed: rule.seed)
        let distribution = contrast.distribution(using: &random)
        let evidence = Evidence(contrast: contrast, distribution: distribution, level: level)
        let gate = rule.gates.first { $0.metric == question.metric }
        let gateEvidence = Evidence(contrast: contrast, distribution: distribution, level: gateLevel)
        let outcome = gate.map { gateEvidence.outcome(of: $0) }
        let isOpen = outcome == .held && !question.isWhole
        return MetricComparison(
            configuration: question.configuration, metric: question.metric, contrast: contrast,
            difference: contrast.difference, interval: evidence.interval, confidence: 1 - level,
            probability: probability, finding: finding(evidence, probability, question.metric), gate: gate,
            gateOutcome: isOpen ? .inconclusive : outcome, outliers: question.outliers, isHeldAsFarAsKnown: isOpen)
    }

    private func finding(
        _ evidence: Evidence, _ probability: Double, _ metric: MetricColumn
    ) -> MetricComparison.Finding {
        if evidence.liesWithin(rule.margin) { return .same }
        guard let sign = evidence.side(of: .none, probability) else {
            return .inconclusive(moreRuns: evidence.moreRuns(margin: rule.margin))
        }
        switch metric.direction {
        case .higher: return sign > 0 ? .better : .worse
        case .lower: return sign > 0 ? .worse : .better
        case .neither: return .differs
        }
    }
}

/// What a contrast says at a level: something counts only where both the interval and the rank test say so.
private struct Evidence {
    let contrast: Contrast
    let level: Double
    /// Nil where there are too few runs for any.
    let interval: ClosedRange<Double>?

    init(contrast: Contrast, distribution: BootstrapDistribution, level: Double) {
        self.contrast = contrast
        self.level = level
        let resampled = distribution.interval(confidence: 1 - level)
        guard contrast.isFew else {
            interval = resampled
            return
        }
        // Resamples of a few values are too much alike.
        interval = contrast.interval(level: level).map {
            min(resampled.lowerBound, $0.lowerBound)...max(resampled.upperBound, $0.upperBound)
        }
    }

    /// Whether the truth lies above a change (1) or below it (−1); nil where that can't be said.
    func side(of change: Contrast.Change, _ known: Double? = nil) -> Int? {
        let bound =
            switch change {
            case .relative(let share): share
            case .absolute(let amount): amount
            }
        guard let interval, !interval.contains(bound), known ?? contrast.probability(of: change) <= level else {
            return nil
        }
        return interval.lowerBound > bound ? 1 : -1
    }

    func liesWithin(_ margin: Double) -> Bool {
        guard contrast.isRelative else { return isUnchanged }
        return side(of: .relative(-margin)) == 1 && side(of: .relative(margin)) == -1
    }

    /// Whether all values of both sides are the same, of so many runs that it would have been told if all had changed.
    private var isUnchanged: Bool {
        let (base, new) = (contrast.base.sorted, contrast.new.sorted)
        guard base.first == base.last, new.first == new.last, base.first == new.first else { return false }
        return contrast.probability(of: .absolute(1)) <= level
    }

    func outcome(of gate: Gate) -> MetricComparison.GateOutcome {
        // Of 0, no percentage is anything; so the bound is 0 itself.
        let bound: Contrast.Change =
            contrast.isRelative ? .relative(gate.bound) : .absolute(gate.bound * contrast.base.median)
        if !contrast.isRelative, isUnchanged { return .held }
        guard let side = side(of: bound) else { return .inconclusive }
        // The bound itself is neither; what lies on one side of it is forbidden.
        return gate.forbids(gate.bound + Double(side) * 1e-9) ? .regression : .held
    }

    /// An interval narrows with the root of the number of runs. It has to become so narrow that it leaves out 0, or fits within
    /// the margin.
    func moreRuns(margin: Double) -> Int? {
        let count = Double(min(contrast.base.count, contrast.new.count))
        let least = Double(contrast.runsToTell(level: level)) - count
        guard let interval else { return Int(max(1, least)) }
        let half = (interval.upperBound - interval.lowerBound) / 2
        guard contrast.isRelative, half > 0 else { return least > 0 ? Int(least) : nil }
        let difference = abs(contrast.difference)
        let wanted = max(difference, margin - difference)
        guard wanted > 0 else { return nil }
        let needed = count * (half / wanted) * (half / wanted)
        return Int(min(1e6, max(1, least, (needed - count).rounded(.up))))
    }
}

extension Contrast.Change {
    static var none: Self { .absolute(0) }
}
