/// How many offsets there are of a kind, and which are the first.
struct OffsetTally: Equatable, Sendable {
    private(set) var count: Int64 = 0
    /// At most `firstMax`.
    private(set) var first: [Int64] = []

    static let firstMax = 10

    init() {}

    init(count: Int64, first: [Int64]) {
        self.count = count
        self.first = Array(first.prefix(Self.firstMax))
    }

    mutating func note(_ offset: Int64) {
        count += 1
        if first.count < Self.firstMax { first.append(offset) }
    }
}

/// A set of offsets as ranges, ascending and apart. Memory is bounded: beyond `rangesMax` ranges others are left out.
struct OffsetRanges: Equatable, Sendable {
    private(set) var ranges: [Range<Int64>] = []

    /// Offsets of one writer are a few ranges. Of two who take turns they are one for each batch.
    static let rangesMax = 4096

    var isEmpty: Bool { ranges.isEmpty }

    /// Adds offsets.
    ///
    /// - Returns: those that are in the set already.
    @discardableResult
    mutating func add(_ offsets: Range<Int64>) -> [Range<Int64>] {
        if offsets.isEmpty { return [] }
        // What comes next mostly goes on where the last one ended.
        if let last = ranges.last, last.upperBound == offsets.lowerBound {
            ranges[ranges.count - 1] = last.lowerBound..<offsets.upperBound
            return []
        }
        let begin = firstIndex { $0.upperBound >= offsets.lowerBound }
        let end = firstIndex { $0.lowerBound > offsets.upperBound }
        let touched = ranges[begin..<end]
        let overlaps = touched.map { $0.clamped(to: offsets) }.filter { !$0.isEmpty }
        let low = min(offsets.lowerBound, touched.first?.lowerBound ?? offsets.lowerBound)
        let high = max(offsets.upperBound, touched.last?.upperBound ?? offsets.upperBound)
        if !touched.isEmpty || ranges.count < Self.rangesMax { ranges.replaceSubrange(begin..<end, with: [low..<high]) }
        return overlaps
    }

    /// What both sets have.
    func intersection(_ other: OffsetRanges) -> OffsetRanges {
        var common = OffsetRanges()
        for range in ranges {
            for part in other.ranges { common.add(part.clamped(to: range)) }
        }
        return common
    }

    /// The first offsets, as many as a tally tells.
    var firstOffsets: [Int64] { Array(ranges.lazy.joined().prefix(OffsetTally.firstMax)) }

    /// By halving: conditions that hold for a range hold for all that follow.
    private func firstIndex(where holds: (Range<Int64>) -> Bool) -> Int {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if holds(ranges[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
