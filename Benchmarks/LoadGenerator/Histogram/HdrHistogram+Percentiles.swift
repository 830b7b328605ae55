/// What a histogram tells: percentiles, mean, and its own buckets.
extension HdrHistogram {
    /// A bucket in which something was counted.
    package struct Bucket: Sendable, Equatable {
        /// The bounds of the values counted here, both inclusive.
        package let lowestValue: Int64
        package let highestValue: Int64
        package let count: UInt64
        /// How many values lie in this bucket and below.
        package let cumulativeCount: UInt64
    }

    /// A point of the percentile spectrum.
    package struct SpectrumPoint: Sendable, Equatable {
        /// 0 … 100.
        package let percentile: Double
        /// The largest value equivalent to the one at the percentile, never above `max`.
        package let value: Int64
        /// How many values are at most `value`.
        package let cumulativeCount: UInt64
    }

    /// The value that `percentile` percent (0 … 100, clamped) of all values do not exceed: the upper bound of its
    /// bucket, never above `max`. 0 when nothing was recorded. Linear in the number of buckets.
    ///
    /// Where values were clamped, a percentile in the topmost bucket is `max`: too large rather than too small.
    package func valueAtPercentile(_ percentile: Double) -> Int64 {
        guard totalCount > 0 else { return 0 }
        let wanted = countAtPercentile(percentile)
        var seen: UInt64 = 0
        for index in counts.indices where counts[index] > 0 {
            seen &+= counts[index]
            if seen >= wanted { return reportedValue(at: index) }
        }
        return max
    }

    /// The mean of the middles of the buckets; 0 when nothing was recorded.
    package var mean: Double {
        guard totalCount > 0 else { return 0 }
        var sum = 0.0
        for index in counts.indices where counts[index] > 0 {
            sum += Double(lowestValue(at: index) + width(at: index) / 2) * Double(counts[index])
        }
        return sum / Double(totalCount)
    }

    /// The buckets that are not empty, from the smallest value to the largest.
    package var recordedBuckets: [Bucket] {
        var buckets: [Bucket] = []
        var seen: UInt64 = 0
        for index in counts.indices where counts[index] > 0 {
            seen &+= counts[index]
            buckets.append(
                Bucket(
                    lowestValue: lowestValue(at: index), highestValue: highestValue(at: index), count: counts[index],
                    cumulativeCount: seen))
        }
        return buckets
    }

    /// The percentile spectrum as HdrHistogram prints it: `ticksPerHalfDistance` points for each halving of the
    /// distance to 100 %, ending with 100 itself. Empty when nothing was recorded.
    ///
    /// - Precondition: `ticksPerHalfDistance >= 1`.
    package func percentileSpectrum(ticksPerHalfDistance: Int = 5) -> [SpectrumPoint] {
        precondition(ticksPerHalfDistance >= 1)
        guard totalCount > 0 else { return [] }
        var points: [SpectrumPoint] = []
        var level = 0.0
        var seen: UInt64 = 0
        for index in counts.indices where counts[index] > 0 {
            seen &+= counts[index]
            let reached = 100 * Double(seen) / Double(totalCount)
            while level < 100, reached >= level {
                points.append(
                    SpectrumPoint(percentile: level, value: reportedValue(at: index), cumulativeCount: seen))
                level = Self.nextLevel(after: level, ticksPerHalfDistance: ticksPerHalfDistance)
                if seen == totalCount { break }
            }
            if seen == totalCount { break }
        }
        points.append(SpectrumPoint(percentile: 100, value: max, cumulativeCount: totalCount))
        return points
    }

    private static func nextLevel(after level: Double, ticksPerHalfDistance: Int) -> Double {
        var halvings = 1
        var gap = 100.0
        while gap / 2 >= 100 - level, halvings < 62 {
            gap /= 2
            halvings += 1
        }
        let next = level + 100 / (Double(ticksPerHalfDistance) * Double(UInt64(1) << UInt64(halvings)))
        return next > level ? next : 100
    }

    /// The rank of the value at `percentile`, 1 … `totalCount`. The percentile is taken a hair smaller first, so that
    /// 99.9 % of 1,000 is rank 999 although neither number is exact in binary.
    private func countAtPercentile(_ percentile: Double) -> UInt64 {
        let clamped = percentile.isNaN ? 100 : Swift.min(Swift.max(percentile.nextDown, 0), 100)
        let rank = (clamped / 100 * Double(totalCount)).rounded(.up)
        guard rank < Double(totalCount) else { return totalCount }
        return Swift.max(UInt64(rank), 1)
    }

    private func reportedValue(at index: Int) -> Int64 {
        if clampedCount > 0, index == self.index(of: highestTrackableValue) { return max }
        return Swift.min(highestValue(at: index), max)
    }
}
