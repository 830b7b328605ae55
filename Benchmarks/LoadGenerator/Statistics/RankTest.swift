// Rank tests ask nothing of how measurements are distributed, and one wild value moves them no further than any other large
// one. Small samples are counted out exactly, ties included: of all ways in which the ranks could have fallen, how many are at
// least as far from the middle as the one that was seen.

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Two-sided tests whether two samples differ in where they lie. Each gives a probability of 0 … 1: how often chance alone
/// makes such a difference or a larger one.
package enum RankTest {
    /// Samples up to this size are counted out; of larger ones the distribution is normal for all purposes.
    static let signedRankExactMax = 100
    static let rankSumExactMax = 40
    static let pairedRankSumExactMax = 60

    /// Wilcoxon's signed-rank test of pairs, given the difference of each. Those that are 0 say nothing and are left out.
    package static func signedRank(_ differences: [Double]) -> Double {
        let told = differences.filter { $0 != 0 }
        guard !told.isEmpty else { return 1 }
        let ranks = doubledMidranks(told.map { abs($0) })
        let positive = zip(told, ranks).reduce(0) { $1.0 > 0 ? $0 + $1.1 : $0 }
        let count = Double(told.count)
        if told.count <= signedRankExactMax { return signProbability(ranks, positive: positive) }
        let mean = count * (count + 1) / 4
        let variance = ranks.reduce(0.0) { $0 + Double($1 * $1) } / 16
        return normalTwoSided((Double(positive) / 2 - mean) / variance.squareRoot())
    }

    /// The rank-sum test of Wilcoxon, Mann and Whitney, of samples that are not paired.
    package static func rankSum(_ first: [Double], _ second: [Double]) -> Double {
        guard !first.isEmpty, !second.isEmpty else { return 1 }
        let ranks = doubledMidranks(first + second)
        let sum = ranks.prefix(first.count).reduce(0, +)
        let total = ranks.count
        guard total > rankSumExactMax else {
            // ways[chosen][sum], as shares of all ways to choose so many.
            let largest = ranks.reduce(0, +)
            var ways = [[Double]](
                repeating: [Double](repeating: 0, count: largest + 1), count: first.count + 1)
            ways[0][0] = 1
            for (index, rank) in ranks.enumerated() {
                for chosen in stride(from: min(index + 1, first.count), to: 0, by: -1) {
                    for sum in rank...largest { ways[chosen][sum] += ways[chosen - 1][sum - rank] }
                }
            }
            let all = ways[first.count].reduce(0, +)
            return twoSided(ways[first.count].map { $0 / all }, at: sum)
        }
        let (n, m, all) = (Double(first.count), Double(second.count), Double(total))
        let u = Double(sum) / 2 - n * (n + 1) / 2
        let mean = n * m / 2
        let variance = n * m / 12 * ((all + 1) - tieTerm(ranks) / (all * (all - 1)))
        guard variance > 0 else { return 1 }
        // The half is for a distribution in steps of which a smooth one is the picture.
        let distance = max(0, abs(u - mean) - 0.5)
        return normalTwoSided(distance / variance.squareRoot())
    }

    /// The same of pairs: which of both values is whose may be chance in each pair, and in no other way. So it holds also where
    /// something moves both values of a pair, and a value far from all others weighs no more than its rank among all.
    package static func pairedRankSum(_ first: [Double], _ second: [Double]) -> Double {
        let ranks = doubledMidranks(first + second)
        let steps = zip(ranks.prefix(first.count), ranks.dropFirst(first.count)).map { $1 - $0 }.filter { $0 != 0 }
        guard !steps.isEmpty else { return 1 }
        let positive = steps.reduce(0) { $0 + max(0, $1) }
        if steps.count <= pairedRankSumExactMax { return signProbability(steps.map { abs($0) }, positive: positive) }
        let mean = Double(steps.reduce(0) { $0 + abs($1) }) / 2
        let variance = steps.reduce(0.0) { $0 + Double($1 * $1) } / 4
        return normalTwoSided((Double(positive) - mean) / variance.squareRoot())
    }

    /// Spearman's correlation of pairs, −1 … 1; 0 of fewer than three, and where one side is always the same.
    package static func correlation(_ first: [Double], _ second: [Double]) -> Double {
        guard first.count >= 3 else { return 0 }
        let mean = Double(first.count + 1)
        var (both, own, other) = (0.0, 0.0, 0.0)
        for (x, y) in zip(doubledMidranks(first), doubledMidranks(second)) {
            let (dx, dy) = (Double(x) - mean, Double(y) - mean)
            (both, own, other) = (both + dx * dy, own + dx * dx, other + dy * dy)
        }
        return own > 0 && other > 0 ? both / (own * other).squareRoot() : 0
    }

    /// How often the positive ones of steps whose signs are chance add up to something as far from the middle as was seen.
    private static func signProbability(_ steps: [Int], positive: Int) -> Double {
        var ways = [Double](repeating: 0, count: steps.reduce(0, +) + 1)
        ways[0] = 1
        var most = 0
        for step in steps {
            most += step
            // Half of it each time, so that what is counted is a probability and can't overflow.
            for sum in stride(from: most, through: 0, by: -1) {
                ways[sum] = (ways[sum] + (sum >= step ? ways[sum - step] : 0)) / 2
            }
        }
        return twoSided(ways, at: positive)
    }

    /// Twice the rank of each value, 2, 4, …; equal values share the mean of theirs, which doubled is a whole number.
    static func doubledMidranks(_ values: [Double]) -> [Int] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Int](repeating: 0, count: values.count)
        var begin = 0
        while begin < order.count {
            var end = begin + 1
            while end < order.count, values[order[end]] == values[order[begin]] { end += 1 }
            for position in begin..<end { ranks[order[position]] = begin + 1 + end }
            begin = end
        }
        return ranks
    }

    /// The sum of t³ − t over all groups of t equal values.
    private static func tieTerm(_ ranks: [Int]) -> Double {
        Dictionary(grouping: ranks, by: \.self).values.reduce(0.0) { sum, group in
            let t = Double(group.count)
            return sum + t * t * t - t
        }
    }

    /// Twice the smaller tail, of a distribution over 0, 1, ….
    private static func twoSided(_ probabilities: [Double], at value: Int) -> Double {
        let below = probabilities[...value].reduce(0, +)
        let above = probabilities[value...].reduce(0, +)
        return min(1, 2 * min(below, above))
    }

    private static func normalTwoSided(_ z: Double) -> Double { min(1, erfc(abs(z) / 2.0.squareRoot())) }
}
