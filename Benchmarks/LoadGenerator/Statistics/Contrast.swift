#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// One metric of two sides.
package struct Contrast: Sendable, Equatable {
    /// A change from the base to the new side.
    package enum Change: Sendable, Equatable {
        /// −0.05 is 5 % less.
        case relative(Double)
        /// In the metric's unit.
        case absolute(Double)
    }

    package let base: Samples
    package let new: Samples
    /// Whether the value of the new side that stands at the same place was measured next to the base's, so that what the
    /// machine did meanwhile is in both.
    package let isPaired: Bool
    /// Whether pairs also rise and fall together, so that the machine's noise drops out of what a pair differs by. Where they do
    /// not, because each run has a chance of its own, the sides are compared as wholes: a difference of such a pair has the noise
    /// of both runs.
    ///
    /// How far pairs go together says nothing of which side is better, so the choice favours neither answer.
    package let isMatched: Bool

    /// Of ranks. From here on a pair's difference varies less than one of its values.
    private static let matchedCorrelation = 0.5

    /// - Precondition: with `isPaired` both have as many values.
    package init(base: Samples, new: Samples, isPaired: Bool) {
        precondition(!isPaired || base.count == new.count)
        self.base = base
        self.new = new
        self.isPaired = isPaired
        isMatched = isPaired && RankTest.correlation(base.values, new.values) >= Self.matchedCorrelation
    }

    /// Whether a change can be told in percent: no value is 0 or less.
    package var isRelative: Bool { base.sorted[0] > 0 && new.sorted[0] > 0 }

    /// The change that is seen: of medians, or the median of matched pairs' own. Relative where it can be, absolute otherwise.
    package var difference: Double {
        if isMatched { return Samples(pairDifferences).median }
        return isRelative ? new.median / base.median - 1 : new.median - base.median
    }

    /// What the difference might have been.
    func distribution(using random: inout SplitMix64) -> BootstrapDistribution {
        if isMatched { return BootstrapDistribution(medianOf: Samples(pairDifferences), using: &random) }
        let isRelative = isRelative
        return BootstrapDistribution(mediansOf: base, new, using: &random) { base, new in
            isRelative ? new / base - 1 : new - base
        }
    }

    /// How probable it is that the sides lie as far apart as they do, or farther, if the truth is `change`.
    package func probability(of change: Change) -> Double {
        let changed = base.values.map { value in
            switch change {
            case .relative(let share): value * (1 + share)
            case .absolute(let amount): value + amount
            }
        }
        guard isPaired else { return RankTest.rankSum(changed, new.values) }
        guard isMatched else { return RankTest.pairedRankSum(changed, new.values) }
        let isPositive = isRelative && changed.allSatisfy { $0 > 0 }
        return RankTest.signedRank(zip(changed, new.values).map { isPositive ? log($1 / $0) : $1 - $0 })
    }

    /// −1 … 1: how far the sides are apart, whatever the unit. 0 is not at all; 1 is that every new value is above every base
    /// value (Cliff's delta), or that in every matched pair the new one is (the matched-pairs rank-biserial correlation).
    package var effect: Double {
        if isMatched {
            let differences = pairDifferences.filter { $0 != 0 }
            let ranks = RankTest.doubledMidranks(differences.map { abs($0) })
            let total = ranks.reduce(0, +)
            guard total > 0 else { return 0 }
            let signed = zip(differences, ranks).reduce(0) { $0 + ($1.0 > 0 ? $1.1 : -$1.1) }
            return Double(signed) / Double(total)
        }
        let ranks = RankTest.doubledMidranks(new.values + base.values)
        let (n, m) = (Double(new.count), Double(base.count))
        let u = Double(ranks.prefix(new.count).reduce(0, +)) / 2 - n * (n + 1) / 2
        return 2 * u / (n * m) - 1
    }

    /// Whether there are so few values that resampling them says too little.
    package var isFew: Bool { min(base.count, new.count) < 8 && base.count * new.count <= 4096 }

    /// All changes that a rank test leaves possible: from the least one to the greatest one whose probability is above `level`. Nil
    /// where there are too few values to exclude anything on one side.
    ///
    /// Source: Hodges and Lehmann, "Estimates of location based on rank tests", 1963.
    package func interval(level: Double) -> ClosedRange<Double>? {
        let isRelative = isRelative
        func change(_ base: Double, _ new: Double) -> Double { isRelative ? new / base - 1 : new - base }
        // Only there a rank changes.
        var steps = base.values.flatMap { base in new.values.map { change(base, $0) } }
        if isMatched {
            let own = pairDifferences
            for (index, first) in own.enumerated() {
                steps += own[index...].map { isRelative ? ((1 + first) * (1 + $0)).squareRoot() - 1 : (first + $0) / 2 }
            }
        }
        steps = Array(Set(steps)).sorted()
        func isPossible(_ value: Double) -> Bool {
            probability(of: isRelative ? .relative(value) : .absolute(value)) > level
        }
        // Between neighbours nothing changes; beyond the ends lies all that is farther.
        let (first, last) = (steps[0], steps[steps.count - 1])
        let reach = max(last - first, abs(first), abs(last), isRelative ? 0 : 1)
        let below = isRelative ? (first - 1) / 2 : first - reach
        let above = last + max(reach, 1)
        guard !isPossible(below), !isPossible(above) else { return nil }
        let middles = zip(steps, steps.dropFirst()).map { ($0 + $1) / 2 }
        let low = steps.indices.first { isPossible(steps[$0]) || ($0 < middles.count && isPossible(middles[$0])) }
        let high = steps.indices.last { isPossible(steps[$0]) || ($0 > 0 && isPossible(middles[$0 - 1])) }
        guard let low, let high else { return nil }
        return steps[low]...steps[high]
    }

    /// Values a side from which on it can be told at all, at a level, that the sides differ.
    package func runsToTell(level: Double) -> Int {
        var (count, probability) = (1, 1.0)
        // Of all ways in which the ranks can fall, two are as far apart as they get.
        while probability > level, count < 1000 {
            count += 1
            probability = isPaired ? probability / 2 : probability * Double(count) / Double(2 * (2 * count - 1))
        }
        return count
    }

    private var pairDifferences: [Double] {
        zip(base.values, new.values).map { isRelative ? $1 / $0 - 1 : $1 - $0 }
    }
}
