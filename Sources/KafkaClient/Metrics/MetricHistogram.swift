/// How values are distributed: how many of them lie between the bounds of buckets.
public struct MetricHistogram: Sendable, Hashable {
    /// The upper bounds of the buckets, ascending: a bucket has what is above the bound before and not above its own. Behind the
    /// last bound there is one bucket more.
    public let bounds: [Double]
    /// The number of values in each bucket: one more than there are bounds.
    public internal(set) var counts: [Int64]
    /// The sum of all values.
    public internal(set) var sum: Double

    /// - Parameter bounds: ascending.
    init(bounds: [Double], counts: [Int64]? = nil, sum: Double = 0) {
        self.bounds = bounds
        self.counts = counts ?? [Int64](repeating: 0, count: bounds.count + 1)
        self.sum = sum
    }

    /// The number of all values.
    public var count: Int64 { counts.reduce(0, +) }

    /// The average; nil when there are no values.
    public var average: Double? {
        let count = count
        return count > 0 ? sum / Double(count) : nil
    }

    /// A value that so large a share of all values does not exceed, as well as the buckets tell: within one, values count as evenly
    /// spread. What is above the last bound counts as that bound. Nil when there are no values.
    ///
    /// - Parameter share: 0 to 1, such as 0.99.
    public func quantile(_ share: Double) -> Double? {
        let wanted = min(max(share, 0), 1) * Double(count)
        var below = 0.0
        for (index, count) in counts.enumerated() where count > 0 {
            if below + Double(count) >= wanted {
                guard index < bounds.count else { break }
                let low = index == 0 ? 0 : bounds[index - 1]
                return low + (bounds[index] - low) * (wanted - below) / Double(count)
            }
            below += Double(count)
        }
        return count > 0 ? bounds.last : nil
    }

    /// Adds a duration to a histogram of durations (`DurationMeter.bounds`). Less than nothing counts as nothing.
    mutating func add(durationNs: Int64) {
        counts[DurationMeter.bucket(of: durationNs)] += 1
        sum += Double(max(0, durationNs)) / 1e9
    }

    static func += (left: inout MetricHistogram, right: MetricHistogram) {
        for index in left.counts.indices { left.counts[index] += right.counts[index] }
        left.sum += right.sum
    }

    /// What was added since an earlier histogram of the same values.
    static func - (left: MetricHistogram, right: MetricHistogram) -> MetricHistogram {
        var difference = left
        for index in left.counts.indices { difference.counts[index] -= right.counts[index] }
        difference.sum = max(0, left.sum - right.sum)
        return difference
    }
}
