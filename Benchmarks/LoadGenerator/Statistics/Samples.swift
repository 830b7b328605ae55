/// Measurements of one thing, repeated.
package struct Samples: Sendable, Equatable {
    /// In the order in which they were measured.
    package let values: [Double]
    /// Ascending.
    package let sorted: [Double]

    /// - Precondition: there is a value, and all are finite.
    package init(_ values: [Double]) {
        precondition(!values.isEmpty && values.allSatisfy(\.isFinite))
        self.values = values
        sorted = values.sorted()
    }

    package var count: Int { values.count }

    /// The middle value, or the mean of the two in the middle.
    package var median: Double { Self.median(ofSorted: sorted) }

    /// The median of values that may be none; nil then.
    static func median(of values: [Double]) -> Double? { values.isEmpty ? nil : Samples(values).median }

    static func median(ofSorted sorted: [Double]) -> Double {
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }

    /// The value at a share (0 … 1) of the way from the smallest to the largest, linear between neighbours: type 7 of
    /// Hyndman and Fan, "Sample quantiles in statistical packages", 1996.
    package func quantile(_ share: Double) -> Double {
        let position = min(max(share, 0), 1) * Double(sorted.count - 1)
        let below = Int(position)
        guard below + 1 < sorted.count else { return sorted[sorted.count - 1] }
        return sorted[below] + (position - Double(below)) * (sorted[below + 1] - sorted[below])
    }

    /// Where in `values` those are that lie far from the others: their modified z-score is above 3.5.
    ///
    /// Source: Iglewicz and Hoaglin, "How to detect and handle outliers", 1993. With fewer than five values there are none.
    package var outliers: [Int] {
        guard count >= 5 else { return [] }
        let center = median
        let deviation = Samples(values.map { abs($0 - center) }).median
        guard deviation > 0 else { return [] }
        return values.indices.filter { 0.6745 * abs(values[$0] - center) / deviation > 3.5 }
    }
}
