/// Latency against rate: what comes of it.
struct LatencyCurve: Sendable, Equatable {
    /// A window.
    struct Point: Sendable, Equatable {
        var rate: Double
        var throughput: Double
        /// p50, p90, p99, p99.9 and the largest, in µs.
        var latencies: [Double]
        var isHeld: Bool
        /// Records were not sent, stored or received as fast as they were due.
        var isBehind = false

        /// As much came through as was offered.
        var keepsUp: Bool { !isBehind && throughput >= rate * 0.98 }
    }

    var points: [Point] = []

    /// Rates in order, each with the medians of its windows.
    private var means: [Point] {
        Dictionary(grouping: points, by: \.rate).sorted { $0.key < $1.key }.map { rate, points in
            Point(
                rate: rate, throughput: Samples(points.map(\.throughput)).median,
                latencies: points[0].latencies.indices.map { index in Samples(points.map { $0.latencies[index] }).median
                },
                isHeld: points.allSatisfy(\.isHeld), isBehind: points.allSatisfy(\.isBehind))
        }
    }

    /// The rate from which on latency rises faster than the rate: the point of the curve of p99 that is farthest below the line
    /// between its ends, among the rates that keep up. Nil where there is none.
    ///
    /// Source: Satopää and others, "Finding a kneedle in a haystack", 2011.
    var knee: Double? {
        let points = means.filter(\.keepsUp)
        guard points.count >= 4, let first = points.first, let last = points.last else { return nil }
        let (low, high) = (first.latencies[2], points.map { $0.latencies[2] }.max() ?? 0)
        // A curve that doesn't rise has no knee.
        guard high > low * 1.5 else { return nil }
        let distances = points.map { point in
            (point.rate - first.rate) / (last.rate - first.rate) - (point.latencies[2] - low) / (high - low)
        }
        guard let best = distances.indices.max(by: { distances[$0] < distances[$1] }), distances[best] > 0.1 else {
            return nil
        }
        return points[best].rate
    }

    /// The highest rate up to which as much came through as was offered, in every window; nil when that is not even so of the
    /// lowest.
    var stable: Double? {
        let rates = Set(points.map(\.rate)).sorted()
        let stable = rates.prefix { rate in points.filter { $0.rate == rate }.allSatisfy(\.keepsUp) }
        return stable.last
    }
}
