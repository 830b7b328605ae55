import Foundation
import Testing

@testable import LoadGenerator

/// Compares ranks with their exact probabilities by Pearson's chi-square, over bins that each expect at least ten ranks.
@Suite struct ZipfDistributionTests {
    private static let drawCount = 400_000

    private static func ranks(count: Int64, exponent: Double, seed: UInt64 = 7) -> [UInt64] {
        var ranks = [UInt64](repeating: 0, count: drawCount)
        ZipfDistribution(count: count, exponent: exponent).draw(
            drawCount, { SplitMix64(seed: seed &+ UInt64($0) &* 0xD1B5_4A32_D192_ED03) }, { ranks[$0] = $1 })
        return ranks
    }

    /// The sum of n^-`exponent` over `range`: term by term at first, and then by the integral between the middles of the
    /// ranks, whose relative error is below 10^-7.
    private static func weight(_ range: Range<Double>, _ exponent: Double) -> Double {
        var sum = 0.0
        var rank = range.lowerBound
        while rank < range.upperBound, rank < 30_000 {
            sum += pow(rank, -exponent)
            rank += 1
        }
        if rank >= range.upperBound { return sum }
        let (low, ratio) = (rank - 0.5, (range.upperBound - 0.5) / (rank - 0.5))
        let power = 1 - exponent
        return sum + (power == 0 ? log(ratio) : pow(low, power) * expm1(power * log(ratio)) / power)
    }

    /// Begins of bins of ranks counted from 1: a rank each, then bins that grow by a tenth.
    private static func bins(count: Int64) -> [Range<Double>] {
        let end = Double(count) + 1
        var bins: [Range<Double>] = []
        var begin = 1.0
        while begin < end {
            let next = min(end, begin < 40 ? begin + 1 : (begin * 1.1).rounded(.up))
            bins.append(begin..<max(next, begin.nextUp))
            begin = next
        }
        return bins
    }

    @Test(
        arguments: [1, 2, 3, 1000, 1024, 1025, 5000, 1_000_000, 1_000_000_000, 1_000_000_000_000_000] as [Int64],
        [0, 0.01, 0.5, 0.99, 1, 1.1, 2, 5, 10])
    func `ranks are as frequent as the law says`(count: Int64, exponent: Double) {
        let bins = Self.bins(count: count)
        let weights = bins.map { Self.weight($0, exponent) }
        let total = weights.reduce(0, +)
        var counts = [Double](repeating: 0, count: bins.count)
        for rank in Self.ranks(count: count, exponent: exponent) {
            let number = Double(rank) + 1
            var (low, high) = (0, bins.count)
            while high - low > 1 {
                let middle = (low + high) / 2
                if bins[middle].lowerBound <= number { low = middle } else { high = middle }
            }
            counts[low] += 1
        }
        var (square, freedom, restExpected, restCount) = (0.0, -1.0, 0.0, 0.0)
        for (bin, weight) in weights.enumerated() {
            restExpected += weight / total * Double(Self.drawCount)
            restCount += counts[bin]
            if restExpected < 10, bin < weights.count - 1 { continue }
            if restExpected >= 10 {
                square += (restCount - restExpected) * (restCount - restExpected) / restExpected
                freedom += 1
            } else {
                #expect(restCount < 60, "the last ranks are too frequent")
            }
            (restExpected, restCount) = (0, 0)
        }
        // Its mean and five of its deviations.
        #expect(square <= freedom + 5 * (2 * max(freedom, 0)).squareRoot() + 0.001, "\(square) of \(freedom)")
    }

    @Test func `ranks of one segment are equally likely, and none of them is left out`() {
        // The last ranks of 20000 at exponent 0 share segments.
        var counts = [Int](repeating: 0, count: 20_000)
        for rank in Self.ranks(count: 20_000, exponent: 0) { counts[Int(rank)] += 1 }
        let square = counts.reduce(0.0) { $0 + pow(Double($1) - 20, 2) / 20 }
        #expect(abs(square - 19_999) < 5 * 40_000.0.squareRoot())
    }

    @Test func `neighbouring records have independent ranks`() {
        let ranks = Self.ranks(count: 1_000_000, exponent: 1)
        // The share of pairs with both ranks below 1000 is the square of the share of ranks below 1000.
        let share = Double(ranks.count { $0 < 1000 }) / Double(ranks.count)
        let pairs = zip(ranks, ranks.dropFirst()).count { $0 < 1000 && $1 < 1000 }
        let expected = share * share * Double(ranks.count - 1)
        #expect(abs(Double(pairs) - expected) < 5 * (2 * expected).squareRoot())
    }

    @Test(arguments: [0, 1, 10] as [Double])
    func `the most ranks there can be stay within their number`(exponent: Double) {
        #expect(Self.ranks(count: .max, exponent: exponent).allSatisfy { $0 < UInt64(Int64.max) })
        #expect(Self.ranks(count: 1, exponent: exponent).allSatisfy { $0 == 0 })
    }
}
