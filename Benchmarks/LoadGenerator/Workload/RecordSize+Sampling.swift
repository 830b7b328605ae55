#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

extension RecordSize {
    /// `count` sizes in random order that spread over the distribution as evenly as can be: their mean is the distribution's
    /// own, whatever the seed.
    func sample(_ count: Int, using chance: inout SplitMix64) -> [Int] {
        if case .fixed(let size) = self { return Array(repeating: size, count: count) }
        var sizes = (0..<count).map { quantile((Double($0) + 0.5) / Double(count)) }
        // Fisher and Yates; the library's own shuffle may change from release to release.
        for last in stride(from: count - 1, to: 0, by: -1) {
            sizes.swapAt(last, Int(chance.next().multipliedFullWidth(by: UInt64(last + 1)).high))
        }
        return sizes
    }

    /// The size that a share of all records, 0 … 1, does not exceed.
    private func quantile(_ share: Double) -> Int {
        switch self {
        case .fixed(let size): return size
        case .uniform(let low, let high): return min(high, low + Int(share * Double(high - low + 1)))
        case .lognormal(let median, let sigma):
            let size = Double(median) * exp(sigma * Self.normalQuantile(share))
            return min(max(1, Int(size.rounded())), maximumByteCount)
        case .list(let sizes):
            var left = share * Double(sizes.reduce(0) { $0 + $1.weight })
            for size in sizes {
                left -= Double(size.weight)
                if left < 0 { return size.byteCount }
            }
            return maximumByteCount
        case .pieces(_, let mean, _): return mean
        }
    }

    /// By halving intervals, which is fast enough for the thousand calls before a run.
    private static func normalQuantile(_ share: Double) -> Double {
        var (low, high) = (-9.0, 9.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if 0.5 * erfc(-middle / 2.0.squareRoot()) < share { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
