import Testing

@testable import LoadGenerator

@Suite struct HdrHistogramTests {
    /// Values over many orders of magnitude.
    private func samples(seed: UInt64, count: Int, below limit: Int64 = 3_600_000_000_000) -> [Int64] {
        var generator = SplitMix64(seed: seed)
        return (0..<count).map { _ in
            let magnitude = Int64.random(in: 7...41, using: &generator)
            return min(Int64.random(in: 64...(1 << magnitude), using: &generator), limit)
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func percentilesAgreeWithSortingWithinATenthOfAPercent(seed: UInt64) {
        let values = samples(seed: seed, count: 20_000)
        var histogram = HdrHistogram.latencyNs()
        for value in values { histogram.record(value) }
        let sorted = values.sorted()
        for percentile in [1, 10, 25, 50, 75, 90, 99, 99.9, 99.99, 100] {
            let rank = max(Int((percentile.nextDown / 100 * Double(sorted.count)).rounded(.up)), 1)
            let exact = Double(sorted[rank - 1])
            let error = abs(Double(histogram.valueAtPercentile(percentile)) - exact)
            #expect(error <= max(exact * 0.001, 64), "seed \(seed), percentile \(percentile)")
        }
        let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
        #expect(abs(histogram.mean - mean) <= mean * 0.001)
        #expect(histogram.min == sorted.first)
        #expect(histogram.max == sorted.last)
        #expect(histogram.totalCount == 20_000)
    }

    @Test func aBucketHoldsItsValuesAndItsNeighboursHoldTheNext() {
        let histogram = HdrHistogram(
            lowestDiscernibleValue: 1, highestTrackableValue: 3_600_000_000, significantDigits: 3)
        for index in 0..<histogram.countCapacity {
            let (low, high) = (histogram.lowestValue(at: index), histogram.highestValue(at: index))
            #expect(histogram.index(of: low) == index)
            #expect(histogram.index(of: high) == index)
            #expect(high - low <= low / 1000)
            if index > 0 { #expect(histogram.highestValue(at: index - 1) + 1 == low) }
        }
    }

    @Test func hasTheSizeOfTheReferenceImplementation() {
        // As PyPI's hdrhistogram 0.10 says of its own: counts_len.
        #expect(
            HdrHistogram(lowestDiscernibleValue: 128, highestTrackableValue: 3_600_000_000_000, significantDigits: 3)
                .countCapacity == 26_624)
        #expect(
            HdrHistogram(lowestDiscernibleValue: 1, highestTrackableValue: 3_600_000_000, significantDigits: 3)
                .countCapacity == 23_552)
    }

    @Test func anEmptyHistogramReportsZeros() {
        let histogram = HdrHistogram.latencyNs()
        #expect(histogram.valueAtPercentile(99) == 0)
        #expect(histogram.min == 0)
        #expect(histogram.max == 0)
        #expect(histogram.mean == 0)
        #expect(histogram.percentileSpectrum().isEmpty)
        #expect(histogram.recordedBuckets.isEmpty)
    }

    @Test func aValueAboveTheHighestIsClampedCountedAndKeptAsMaximum() {
        var histogram = HdrHistogram.latencyNs()
        histogram.record(1_000_000, count: 9)
        histogram.record(7_200_000_000_000)
        histogram.record(.max)
        #expect(histogram.totalCount == 11)
        #expect(histogram.clampedCount == 2)
        #expect(histogram.max == .max)
        #expect(histogram.valueAtPercentile(100) == .max)
        #expect(histogram.valueAtPercentile(50) < 1_001_000)
    }

    @Test func theHighestTrackableValueItselfIsNotClamped() {
        var histogram = HdrHistogram.latencyNs()
        histogram.record(histogram.highestTrackableValue)
        #expect(histogram.clampedCount == 0)
        #expect(histogram.max == histogram.highestTrackableValue)
    }

    @Test func countingOnceWithANumberEqualsCountingAsOften() {
        var once = HdrHistogram.latencyNs()
        var often = once
        once.record(12_345, count: 1000)
        once.record(1, count: 0)
        for _ in 0..<1000 { often.record(12_345) }
        #expect(once == often)
    }

    @Test func addingEqualsRecordingInOne() {
        let values = samples(seed: 7, count: 2000, below: .max)
        var (all, first, second) = (HdrHistogram.latencyNs(), HdrHistogram.latencyNs(), HdrHistogram.latencyNs())
        for (position, value) in values.enumerated() {
            all.record(value)
            if position.isMultiple(of: 2) { first.record(value) } else { second.record(value) }
        }
        first.add(second)
        first.add(HdrHistogram.latencyNs())
        #expect(first == all)
    }

    @Test func addingAnotherLayoutKeepsCountsAndExtremes() {
        var other = HdrHistogram(lowestDiscernibleValue: 1, highestTrackableValue: 1_000_000, significantDigits: 2)
        other.record(999, count: 5)
        other.record(2_000_000)
        var histogram = HdrHistogram.latencyNs()
        histogram.add(other)
        #expect(histogram.totalCount == 6)
        #expect(histogram.clampedCount == 1)
        #expect(histogram.min == 999)
        #expect(histogram.max == 2_000_000)
    }

    @Test func resettingForgetsEverything() {
        var histogram = HdrHistogram.latencyNs()
        histogram.record(.max, count: 3)
        histogram.reset()
        #expect(histogram == .latencyNs())
    }

    @Test func thereAreCountsUpToTheLargestValueOnly() {
        var histogram = HdrHistogram.latencyNs()
        #expect(histogram.counts.isEmpty)
        histogram.record(1_000_000)
        let ofOneMs = histogram.counts.count
        #expect(ofOneMs > 0 && ofOneMs < histogram.countCapacity)
        #expect(histogram.index(of: histogram.highestValue(at: ofOneMs - 1)) == ofOneMs - 1)
        histogram.record(64, count: 3)
        #expect(histogram.counts.count == ofOneMs)
        histogram.record(from: 2_000_000_000, step: -1_000_000, count: 2000)
        #expect(histogram.counts.count > ofOneMs && histogram.counts.count < histogram.countCapacity)
        histogram.record(.max)
        #expect(histogram.counts.count == histogram.countCapacity)
        #expect(histogram.counts.reduce(0, +) == 2005 && histogram.totalCount == 2005)
        histogram.reset()
        histogram.record(64)
        #expect(histogram.valueAtPercentile(100) == 64 && histogram.counts.reduce(0, +) == 1)
    }

    @Test func theSpectrumHasFiveTicksForEachHalvingOfTheDistance() {
        var histogram = HdrHistogram(lowestDiscernibleValue: 1, highestTrackableValue: 1_000_000, significantDigits: 3)
        for value in 1...1000 { histogram.record(Int64(value)) }
        let spectrum = histogram.percentileSpectrum()
        let levels = spectrum.map(\.percentile)
        #expect(levels.prefix(11) == [0, 10, 20, 30, 40, 50, 55, 60, 65, 70, 75])
        #expect(levels.last == 100)
        #expect(spectrum[5].value == 500)
        #expect(spectrum[5].cumulativeCount == 500)
        #expect(spectrum.last?.cumulativeCount == 1000)
        #expect(zip(levels, levels.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test func theSpectrumOfHugeCountsEnds() {
        var histogram = HdrHistogram.latencyNs()
        histogram.record(1000, count: 1 << 62)
        histogram.record(2000)
        #expect(histogram.percentileSpectrum().count < 500)
    }

    @Test func recordedBucketsAreTheOnesWithCounts() {
        var histogram = HdrHistogram(lowestDiscernibleValue: 1, highestTrackableValue: 1_000_000, significantDigits: 3)
        histogram.record(5, count: 2)
        histogram.record(4097, count: 3)
        let buckets = histogram.recordedBuckets
        #expect(buckets.map(\.lowestValue) == [5, 4096])
        #expect(buckets.map(\.highestValue) == [5, 4099])
        #expect(buckets.map(\.cumulativeCount) == [2, 5])
    }
}
