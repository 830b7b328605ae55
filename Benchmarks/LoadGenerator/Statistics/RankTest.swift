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

    /// Wilcoxon's signed-rank test of pairs, given the difference of each. Those that are 0 say nothing and are left out.
    package static func signedRank(_ differences: [Double]) -> Double {
        let told = differences.filter { $0 != 0 }
        guard !told.isEmpty else { return 1 }
        let ranks = doubledMidranks(told.map { abs($0) })
        let positive = zip(told, ranks).reduce(0) { $1.0 > 0 ? $0 + $1.1 : $0 }
        let count = Double(told.count)
        guard told.count > signedRankExactMax else {
            var ways = [Double](repeating: 0, count: ranks.reduce(0, +) + 1)
            ways[0] = 1
            var most = 0
            for rank in ranks {
                most += rank
                // Half of it each time, so that what is counted is a probability and can't overflow.
                for sum in stride(from: most, through: 0, by: -1) {
                    ways[sum] = (ways[sum] + (sum >= rank ? ways[sum - rank] : 0)) / 2
                }
            }
            return twoSided(ways, at: positive)
        }
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
