import Testing

@testable import LoadGenerator

@Suite struct RankTestTests {
    @Test func signedRankAgreesWithSciPy() {
        for (differences, probability) in SciPyFigures.signedRank {
            #expect(abs(RankTest.signedRank(differences) - probability) < 1e-9)
        }
    }

    @Test func rankSumAgreesWithSciPy() {
        for (first, second, probability) in SciPyFigures.rankSum {
            #expect(abs(RankTest.rankSum(first, second) - probability) < 1e-9)
            #expect(abs(RankTest.rankSum(second, first) - probability) < 1e-9)
        }
    }

    @Test func pairedRankSumAndCorrelationAgreeWithSciPy() {
        for (first, second, probability, correlation) in SciPyFigures.pairedRankSum {
            #expect(abs(RankTest.pairedRankSum(first, second) - probability) < 1e-9)
            #expect(abs(RankTest.pairedRankSum(second, first) - probability) < 1e-9)
            #expect(abs(RankTest.correlation(first, second) - correlation) < 1e-9)
        }
    }

    @Test func nothingIsToldByNothing() {
        #expect(RankTest.pairedRankSum([], []) == 1)
        #expect(RankTest.pairedRankSum([1, 1], [1, 1]) == 1)
        #expect(RankTest.correlation([1, 2], [1, 2]) == 0 && RankTest.correlation([1, 1, 1], [1, 2, 3]) == 0)
        #expect(RankTest.signedRank([]) == 1)
        #expect(RankTest.signedRank([0, 0, 0]) == 1)
        #expect(RankTest.rankSum([], [1]) == 1)
        #expect(RankTest.rankSum([1, 1], [1, 1, 1]) == 1)
        #expect(RankTest.rankSum([Double](repeating: 1, count: 50), [Double](repeating: 1, count: 50)) == 1)
    }

    @Test func equalValuesShareTheirRank() {
        #expect(RankTest.doubledMidranks([3, 1, 3, 2]) == [7, 2, 7, 4])
    }
}

@Suite struct SamplesTests {
    @Test func medianAndQuantiles() {
        #expect(Samples([3, 1, 2]).median == 2)
        #expect(Samples([4, 1, 3, 2]).median == 2.5)
        #expect(Samples([10, 20, 30, 40]).quantile(0.25) == 17.5)
        #expect(Samples([10]).quantile(0.9) == 10)
    }

    @Test func aValueFarFromTheOthersIsNamed() {
        #expect(Samples([10, 11, 10.5, 9.8, 30, 10.2]).outliers == [4])
        #expect(Samples([10, 11, 10.5, 9.8, 10.2]).outliers.isEmpty)
        #expect(Samples([10, 10, 10, 90]).outliers.isEmpty)
    }
}

@Suite struct BootstrapDistributionTests {
    @Test func intervalsAgreeWithSciPy() {
        for (base, new, confidence, low, high) in SciPyFigures.bootstrap {
            let contrast = Contrast(base: Samples(base), new: Samples(new), isPaired: false)
            var random = SplitMix64(seed: 7)
            let interval = contrast.distribution(using: &random).interval(confidence: confidence)
            // Resampling has an error of its own, in SciPy as here.
            let tolerance = (high - low) * 0.06
            #expect(abs(interval.lowerBound - low) < tolerance)
            #expect(abs(interval.upperBound - high) < tolerance)
        }
    }

    @Test func intervalsOfFewRunsHoldTheTruthAsOftenAsTheySay() {
        var random = SplitMix64(seed: 5)
        for (count, level) in [(4, 0.05), (5, 0.01), (6, 0.05), (7, 0.01)] {
            var missed = 0
            for _ in 0..<400 {
                // Two dice give a bell, nearly.
                let values = (0..<2 * count).map { _ in
                    100 + (0..<4).reduce(0.0) { sum, _ in sum + Double.random(in: -1...1, using: &random) }
                }
                let contrast = Contrast(
                    base: Samples(Array(values[..<count])), new: Samples(values[count...].map { $0 * 1.1 }),
                    isPaired: false)
                guard let interval = contrast.interval(level: level) else {
                    missed = .max
                    break
                }
                // Unless the test says the same, the interval would contradict it.
                let isFound = contrast.probability(of: .relative(0.1)) <= level
                #expect(interval.contains(0.1) == !isFound)
                missed += isFound ? 1 : 0
            }
            #expect(Double(missed) / 400 <= level + 0.025, "\(count) runs a side: \(missed) of 400")
        }
    }

    @Test func soManyRunsAreNeededToTellAnything() {
        func needed(_ level: Double, isPaired: Bool = false) -> Int {
            Contrast(base: Samples([1, 2]), new: Samples([3, 4]), isPaired: isPaired).runsToTell(level: level)
        }
        // 2 / 20, 2 / 70, 2 / 252; and 2 / 32, 2 / 64.
        #expect([needed(0.1), needed(0.05), needed(0.01)] == [3, 4, 5])
        #expect([needed(0.0625, isPaired: true), needed(0.05, isPaired: true)] == [5, 6])
    }

    @Test func pairsAreResampledTogether() {
        // The machine got twice as slow in mid-way; the new side always is 10 % faster.
        let base = Samples([100, 101, 99, 100, 50, 51, 49, 50])
        let new = Samples(base.values.map { $0 * 1.1 })
        var random = SplitMix64(seed: 1)
        let paired = Contrast(base: base, new: new, isPaired: true).distribution(using: &random)
        let interval = paired.interval(confidence: 0.99)
        #expect(abs(interval.lowerBound - 0.1) < 1e-9 && abs(interval.upperBound - 0.1) < 1e-9)
    }
}

@Suite struct ContrastTests {
    /// Runs that are good or bad by a chance of their own, with a new side that is 5 % slower.
    private func lottery(_ count: Int) -> (base: [Double], new: [Double]) {
        var random = SplitMix64(seed: 3)
        func run() -> Double {
            let noise = Double(random.next() >> 11) / Double(1 << 53)
            return (random.next() % 4 == 0 ? 70 : 100) * (1 + 0.02 * (noise - 0.5))
        }
        return ((0..<count).map { _ in run() }, (0..<count).map { _ in run() * 0.95 })
    }

    @Test func pairsThatDoNotGoTogetherAreComparedAsSides() {
        let (base, new) = lottery(40)
        let contrast = Contrast(base: Samples(base), new: Samples(new), isPaired: true)
        #expect(!contrast.isMatched && abs(contrast.difference + 0.05) < 0.01)
        #expect(contrast.probability(of: .none) < RankTest.signedRank(zip(base, new).map { $1 / $0 - 1 }))
        let side = Contrast(base: Samples(base), new: Samples(new), isPaired: false)
        #expect(contrast.difference == side.difference && contrast.effect == side.effect)
    }

    @Test func pairsThatGoTogetherAreComparedAsPairs() {
        // The machine gets slower all the time, by more than the sides differ.
        let base = (0..<12).map { 100 - Double($0) * 5 }
        let new = base.map { $0 * 0.97 - 0.5 }
        let contrast = Contrast(base: Samples(base), new: Samples(new), isPaired: true)
        #expect(contrast.isMatched && contrast.probability(of: .none) < 0.001)
    }
}

@Suite struct MultiplicityTests {
    @Test func eachIsJudgedByWhatTheSmallerOnesLeave() {
        let levels = Multiplicity.holmLevels([0.04, 0.001, 0.015, 0.5], level: 0.06)
        #expect(levels == [0.03, 0.015, 0.02, 0.03])
    }

    @Test func looksBecomeRarer() {
        #expect(Multiplicity.looks(most: 32) == [8, 12, 16, 24, 32])
        #expect(Multiplicity.looks(most: 50) == [8, 12, 16, 24, 32, 48, 50])
        #expect(Multiplicity.looks(most: 3) == [3])
    }
}

@Suite struct SteadyStateTests {
    private static func noise(_ count: Int, seed: UInt64) -> [Double] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map { _ in Double.random(in: -1...1, using: &random) }
    }

    @Test func whatComesBeforeTheRateHasSettledIsLeftOut() {
        let samples = (0..<60).map { $0 < 12 ? Double($0) * 8 : 100 }
        let noisy = zip(samples, Self.noise(60, seed: 1)).map { $0 + $1 }
        let count = SteadyState.warmUpCount(noisy)
        #expect(count.map { (9...14).contains($0) } == true)
        #expect(SteadyState.isReached(noisy))
    }

    @Test func aRateThatGoesOnRisingIsNotSteady() {
        let rising = zip((0..<60).map { 50 + Double($0) }, Self.noise(60, seed: 2)).map { $0 + $1 }
        #expect(!SteadyState.isReached(rising))
        #expect(!SteadyState.isReached([Double](repeating: 0, count: 60)))
        #expect(!SteadyState.isReached([Double](repeating: 5, count: 24)))
    }

    @Test func aTrendIsDriftAndAPauseIsNot() {
        let falling = zip((0..<40).map { 100 - Double($0) }, Self.noise(40, seed: 3)).map { $0 + $1 }
        let drift = SteadyState.drift(falling, bound: 0.1)
        #expect(drift.map { $0 < -0.2 && $0 > -0.35 } == true)
        #expect(SteadyState.drift(Self.noise(40, seed: 4).map { 100 + $0 }, bound: 0.1) == nil)
        var paused = [Double](repeating: 100, count: 40)
        for index in 30..<36 { paused[index] = 0 }
        #expect(SteadyState.drift(paused, bound: 0.1) == nil)
        #expect(SteadyState.drift([1, 2, 3], bound: 0.1) == nil)
    }

    @Test func longRunsAreGathered() {
        let rising = (0..<10_000).map { 100 + Double($0) / 100 }
        #expect(SteadyState.drift(rising, bound: 0.1).map { $0 > 0.3 } == true)
    }
}
