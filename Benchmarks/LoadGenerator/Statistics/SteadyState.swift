#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Whether a rate that is sampled at even times has settled, and whether it goes on changing.
package enum SteadyState {
    /// How many samples at the beginning don't belong to the rest: what is left has the least standard error of its mean. Nil
    /// when that is more than half of them, so that nothing is known of a rest.
    ///
    /// Source: White, "An effective truncation heuristic for bias reduction in simulation output", 1997 (MSER).
    package static func warmUpCount(_ samples: [Double]) -> Int? {
        guard samples.count >= 2 else { return nil }
        var (sum, squares, count) = (0.0, 0.0, 0.0)
        var best = (error: Double.infinity, start: 0)
        for start in samples.indices.reversed() {
            sum += samples[start]
            squares += samples[start] * samples[start]
            count += 1
            // A rest of less than half is too little to say anything.
            guard start <= samples.count / 2 else { continue }
            let error = max(0, squares - sum * sum / count) / (count * count)
            if error <= best.error { best = (error, start) }
        }
        return best.start < samples.count / 2 ? best.start : nil
    }

    /// Whether the last samples are of a rate that has settled, at one each 20 ms: half a second of them, at most a whole one, of
    /// which neither the first half has to be left out nor the rest rises or falls.
    package static func isReached(_ all: [Double]) -> Bool {
        let samples = Array(all.suffix(50))
        guard samples.count >= 25, let warmUp = warmUpCount(samples) else { return false }
        let rest = Array(samples.dropFirst(warmUp))
        return rest.count >= 18 && rest.contains { $0 > 0 } && drift(rest, bound: 0.05) == nil
    }

    /// How much the last third of the samples lies above the first one, as a share of it; nil where that is within `bound`, or
    /// may well be chance, or there are too few samples to say.
    ///
    /// Source of the test: Mann, "Nonparametric tests against trend", 1945.
    package static func drift(_ all: [Double], bound: Double) -> Double? {
        guard all.count >= 18 else { return nil }
        let samples = gathered(all)
        let third = samples.count / 3
        let first = Samples(Array(samples.prefix(third))).median
        let last = Samples(Array(samples.suffix(third))).median
        guard first > 0, abs(last / first - 1) > bound, trendProbability(samples) < 0.001 else { return nil }
        return last / first - 1
    }

    /// No more than 200 samples: neighbours of longer runs are taken together.
    private static func gathered(_ samples: [Double]) -> [Double] {
        let width = (samples.count + 199) / 200
        return stride(from: 0, to: samples.count - width + 1, by: width).map { start in
            samples[start..<start + width].reduce(0, +) / Double(width)
        }
    }

    /// How probable it is that samples without a trend rise or fall as much as these.
    static func trendProbability(_ samples: [Double]) -> Double {
        var score = 0
        for later in samples.indices.dropFirst() {
            for earlier in 0..<later {
                score += samples[later] > samples[earlier] ? 1 : samples[later] < samples[earlier] ? -1 : 0
            }
        }
        let n = Double(samples.count)
        let variance = n * (n - 1) * (2 * n + 5) / 18
        let z = max(0, Double(abs(score)) - 1) / variance.squareRoot()
        return min(1, erfc(z / 2.0.squareRoot()))
    }
}
