/// What an estimate might have been, had the same measurements been drawn again: its values over many resamples, ascending.
///
/// Source: Efron, "Bootstrap methods: another look at the jackknife", 1979. Intervals are by percentiles.
package struct BootstrapDistribution: Sendable, Equatable {
    package static let resampleCount = 10_000
    private let estimates: [Double]

    private init(_ estimates: [Double]) { self.estimates = estimates.sorted() }

    /// Of the median of one sample.
    init(medianOf sample: Samples, using random: inout SplitMix64) {
        var resampler = MedianResampler(sample)
        self.init((0..<Self.resampleCount).map { _ in resampler.next(using: &random) })
    }

    /// Of what `combine` makes of the medians of two samples that are drawn apart from each other.
    init(
        mediansOf first: Samples, _ second: Samples, using random: inout SplitMix64,
        combine: (Double, Double) -> Double
    ) {
        var (firstResampler, secondResampler) = (MedianResampler(first), MedianResampler(second))
        self.init(
            (0..<Self.resampleCount).map { _ in
                combine(firstResampler.next(using: &random), secondResampler.next(using: &random))
            })
    }

    /// The middle part of it, of a share of 0 … 1.
    package func interval(confidence: Double) -> ClosedRange<Double> {
        let tail = (1 - confidence) / 2 * Double(estimates.count - 1)
        // Outwards, so that it is too wide rather than too narrow.
        let low = Int(max(0, tail.rounded(.down)))
        return estimates[low]...estimates[estimates.count - 1 - low]
    }
}

/// Medians of resamples. To count how often each value was drawn is faster than to sort what was drawn.
private struct MedianResampler {
    private let sorted: [Double]
    private var drawn: [UInt32]

    init(_ sample: Samples) {
        sorted = sample.sorted
        drawn = [UInt32](repeating: 0, count: sorted.count)
    }

    mutating func next(using random: inout SplitMix64) -> Double {
        let count = sorted.count
        for index in 0..<count { drawn[index] = 0 }
        // The upper 32 bits times the count, of which the upper 32 bits are the index: below the count, and even enough.
        for _ in 0..<count { drawn[Int(((random.next() >> 32) &* UInt64(count)) >> 32)] &+= 1 }
        let (lower, upper) = ((count - 1) / 2, count / 2)
        var seen = 0
        var low = 0.0
        for index in 0..<count where drawn[index] > 0 {
            let next = seen + Int(drawn[index])
            if seen <= lower, lower < next { low = sorted[index] }
            if upper < next { return (low + sorted[index]) / 2 }
            seen = next
        }
        return low
    }
}
