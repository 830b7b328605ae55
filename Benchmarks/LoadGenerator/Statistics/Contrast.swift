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

    private var pairDifferences: [Double] {
        zip(base.values, new.values).map { isRelative ? $1 / $0 - 1 : $1 - $0 }
    }
}
