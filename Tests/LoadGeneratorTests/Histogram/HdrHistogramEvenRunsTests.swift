import TestSupport
import Testing

@testable import LoadGenerator

@Suite struct HdrHistogramEvenRunsTests {
    /// Counts the same values one by one.
    private func oneByOne(_ first: Int64, _ step: Double, _ count: Int) -> HdrHistogram {
        var histogram = HdrHistogram.latencyNs()
        for place in 0..<count { histogram.record(max(0, Int64(Double(first) + Double(place) * step))) }
        return histogram
    }

    @Test func `a run of values at even distances is counted as they are one by one`() {
        var random = SeededGenerator()
        for _ in 0..<40 {
            let first = Int64.random(in: 0..<1 << Int64.random(in: 1...44, using: &random), using: &random)
            let magnitude = Double(Int64.random(in: 0..<1 << Int64.random(in: 1...24, using: &random), using: &random))
            let step = (Bool.random(using: &random) ? -magnitude : magnitude) / 7
            let count = Int.random(in: 0...300, using: &random)
            var bulk = HdrHistogram.latencyNs()
            bulk.record(from: first, step: step, count: count)
            let single = oneByOne(first, step, count)
            #expect(bulk.totalCount == single.totalCount)
            #expect(bulk.clampedCount == single.clampedCount)
            #expect(abs(bulk.max - single.max) <= 1 && abs(bulk.min - single.min) <= 1)
            // Values that lie within a nanosecond of the edge of a bucket may be on its other side.
            let near = 1 + Int64(min(300, 2 / max(abs(step), 0.001)))
            var (ahead, most) = (Int64(0), Int64(0))
            for (found, expected) in zip(bulk.counts, single.counts) {
                ahead += Int64(found) - Int64(expected)
                most = max(most, abs(ahead))
            }
            #expect(most <= near, "first \(first), step \(step), count \(count)")
        }
    }

    @Test func `whole steps are exact, across buckets of all widths`() {
        for (first, step, count) in [(1_000_000_000, -100_000.0, 10_001), (0, 64, 5000), (3_000_000, -1000, 2500)] {
            var bulk = HdrHistogram.latencyNs()
            bulk.record(from: Int64(first), step: step, count: count)
            #expect(bulk == oneByOne(Int64(first), step, count))
        }
    }

    @Test func `what lies above an hour is counted as clamped, and the largest is kept`() {
        var histogram = HdrHistogram.latencyNs()
        // Two hours, and a second less each time.
        histogram.record(from: 7_200_000_000_000, step: -1e9, count: 7000)
        #expect(histogram.totalCount == 7000)
        #expect(histogram.clampedCount == 3600)
        #expect(histogram.max == 7_200_000_000_000)
        #expect(histogram.min == 201_000_000_000)
    }

    @Test func `a pause of a second under a rate has the percentiles of theory`() {
        // 20 s at 10k/s; what is due in one second of it is answered at that second's end, the rest after 1 ms.
        var histogram = HdrHistogram.latencyNs()
        histogram.record(from: 1_000_000_000, step: -100_000, count: 10_000)
        histogram.record(1_000_000, count: 190_000)
        for (percentile, seconds) in [(99.0, 0.8), (99.9, 0.98), (95.0, 0.001), (99.99, 0.998)] {
            let value = Double(histogram.valueAtPercentile(percentile)) / 1e9
            #expect(abs(value - seconds) <= seconds / 900, "p\(percentile) is \(value) s")
        }
    }

    @Test func `histograms of other bounds are added with what they clamped, once`() {
        var large = HdrHistogram.latencyNs()
        large.record(2_000_000_000, count: 3)
        large.record(.max)
        var small = HdrHistogram(lowestDiscernibleValue: 64, highestTrackableValue: 1_000_000_000, significantDigits: 3)
        small.record(5_000_000_000)
        small.add(large)
        #expect(small.clampedCount == 5)
        #expect((small.totalCount, small.max) == (5, .max))
        large.add(small)
        #expect(large.totalCount == 9)
    }

    @Test func `values of a list are counted as each by itself`() {
        var random = SeededGenerator()
        var (bulk, single) = (HdrHistogram.latencyNs(), HdrHistogram.latencyNs())
        for round in 0..<50 {
            let items = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                Int64.random(
                    in: -1000...1 << Int64.random(in: 1...(round < 40 ? 30 : 43), using: &random), using: &random)
            }
            let told = bulk.record(items) { 3 * $0 }
            #expect(told == max(0, 3 * (items.min() ?? 0))...max(0, 3 * (items.max() ?? 0)))
            for item in items { single.record(max(0, 3 * item)) }
            #expect(bulk == single)
        }
        #expect(bulk.clampedCount > 0 && bulk.totalCount > 5000)
    }
}
