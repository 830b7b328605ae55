// Latencies of an open loop lie at even distances: of records that are acknowledged together each was due one interval later.
// So a run of them is counted bucket by bucket, and not record by record.

extension HdrHistogram {
    /// Counts `count` values that lie at even distances: `first`, `first + step`, …, each rounded down. Negative ones count as 0.
    ///
    /// Costs a few operations for each bucket that values fall into, or for each value where buckets are narrower than the
    /// steps.
    ///
    /// - Parameters:
    ///   - first: at most 2⁵³.
    ///   - step: may be negative, and is taken to a 1024th.
    package mutating func record(from first: Int64, step: Double, count: Int) {
        guard count > 1, step != 0 else { return record(Swift.max(first, 0), count: UInt64(Swift.max(count, 0))) }
        if step > 0 {
            // From the largest down.
            let last = first + Int64(step * Double(count - 1))
            return record(from: last, step: -step, count: count)
        }
        let run = EvenRun(first: first, step: -step)
        var place = 0
        // What lies above all buckets is seldom, and counted one by one.
        while place < count, run[place] > highestTrackableValue {
            record(run[place])
            place += 1
        }
        let positive = Swift.min(count, run.count(downTo: 0))
        if place < positive {
            let index = index(of: run[place])
            if index >= counts.count { makeCounts(upTo: index) }
            largest = Swift.max(largest, run[place])
            smallest = Swift.min(smallest, run[positive - 1])
            totalCount &+= UInt64(positive - place)
            // Taken out, because the layout is read meanwhile.
            var counts = self.counts
            self.counts = []
            counts.withUnsafeMutableBufferPointer { countDown(run, place..<positive, in: $0) }
            self.counts = counts
            place = positive
        }
        if place < count { record(0, count: UInt64(count - place)) }
    }

    /// Counts a value for each of `items`, as `record` does; negative ones count as 0. What is the same for all is asked once.
    ///
    /// - Returns: the smallest and the largest of the values; 0 … 0 when there is none.
    @inline(__always)
    package mutating func record(_ items: [Int64], _ value: (Int64) -> Int64) -> ClosedRange<Int64> {
        var counted = ListCount()
        while counted.place < items.count {
            let index = count(items, &counted, value)
            if counted.place < items.count { makeCounts(upTo: index) }
        }
        (smallest, largest) = (Swift.min(smallest, counted.low), Swift.max(largest, counted.high))
        totalCount &+= UInt64(items.count)
        return Swift.min(counted.low, counted.high)...counted.high
    }

    /// How far a list is counted.
    private struct ListCount {
        var place = 0
        var low = Int64.max
        var high: Int64 = 0
    }

    /// Counts up to the end, or to a value for which there are no counts yet.
    ///
    /// - Returns: the index of that value.
    @inline(__always)
    private mutating func count(_ items: [Int64], _ counted: inout ListCount, _ value: (Int64) -> Int64) -> Int {
        // Taken out, because the layout is read meanwhile.
        var counts = self.counts
        self.counts = []
        defer { self.counts = counts }
        return counts.withUnsafeMutableBufferPointer { counts in
            var (place, low, high) = (counted.place, counted.low, counted.high)
            defer { (counted.place, counted.low, counted.high) = (place, low, high) }
            while place < items.count {
                let value = Swift.max(0, value(items[place]))
                let index = index(of: Swift.min(value, highestTrackableValue))
                if index >= counts.count { return index }
                if value > highestTrackableValue { clampedCount &+= 1 }
                counts[index] &+= 1
                (low, high) = (Swift.min(low, value), Swift.max(high, value))
                place += 1
            }
            return 0
        }
    }

    /// Values that get smaller by the same step.
    private struct EvenRun {
        let first: Int64
        let step: Double
        private let perStep: Double

        init(first: Int64, step: Double) {
            self.first = first
            self.step = step
            perStep = 1 / step
        }

        subscript(place: Int) -> Int64 { Int64(Double(first) - Double(place) * step) }

        /// How many values, from the first one on, are `bound` or larger.
        func count(downTo bound: Int64) -> Int {
            if first < bound { return 0 }
            // A hair more, because neither number is exact in binary.
            let places = Double(first - bound) * perStep + 1e-7
            return places < 1e15 ? Int(places) + 1 : .max
        }
    }

    private static let partsOfNsShift: Int64 = 10
    private static let partsOfNs = Double(1 << partsOfNsShift)

    private func countDown(_ run: EvenRun, _ places: Range<Int>, in counts: UnsafeMutableBufferPointer<UInt64>) {
        var place = places.lowerBound
        while place < places.upperBound {
            let value = run[place]
            let index = self.index(of: value)
            // Down to here all buckets are as wide as this one.
            let half = 1 << subBucketHalfCountMagnitude
            let lowestAlike = lowestValue(at: index < half ? 0 : index & ~(half - 1))
            let end = Swift.min(places.upperBound, Swift.max(place + 1, run.count(downTo: lowestAlike)))
            let shift = Int64(width(at: index).trailingZeroBitCount)
            if run.step * 2 > Double(width(at: index)) {
                // In parts of a nanosecond. The step is rounded down, so that no offset falls below the lowest bucket.
                let step = Int64(run.step * Self.partsOfNs)
                var offset = Int64((Double(run.first - lowestAlike) - Double(place) * run.step) * Self.partsOfNs)
                let base = index - Int((value - lowestAlike) >> shift)
                while place < end {
                    counts[base + Int(Swift.max(0, offset) >> (shift + Self.partsOfNsShift))] &+= 1
                    offset -= step
                    place += 1
                }
            } else {
                var index = index
                var lowest = lowestValue(at: index)
                while place < end {
                    let next = Swift.min(end, Swift.max(place, run.count(downTo: lowest)))
                    counts[index] &+= UInt64(next - place)
                    place = next
                    index -= 1
                    lowest -= 1 << shift
                }
            }
        }
    }
}
