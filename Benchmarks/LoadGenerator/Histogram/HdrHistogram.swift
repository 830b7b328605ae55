/// A high-dynamic-range histogram of integers: bounded memory, constant-time recording, bounded relative error.
///
/// The layout is HdrHistogram's (Gil Tene), so its logs are read by its own tools. Bucket *b* covers twice the range
/// of bucket *b − 1* with as many sub-buckets; only the upper half of each is kept, the lower one being its
/// predecessor:
///
///     bucket 0  |0 … 2047| units          one unit wide
///     bucket 1          |2048 … 4095|     two units wide
///     bucket 2                  |4096 … 8191|  four units wide
///
/// A value is known to within one part in 1,024 (three digits), or to one unit where it is smaller than 1,024 units.
/// kbench counts nanoseconds in units of 64: a reading of the clock costs nearly as much, and 27 instead of 33
/// buckets are needed for an hour, 216 KiB a histogram.
///
/// Counts are written up to the bucket of the largest value only: a histogram of milliseconds takes 140 KiB of memory,
/// and one in which nothing was recorded none.
///
/// A value above `highestTrackableValue` is counted in the topmost bucket and in `clampedCount`; `max` keeps it as it
/// was.
package struct HdrHistogram: Sendable, Equatable {
    /// The smallest difference that is told apart, rounded down to a power of two; at least 1.
    package let lowestDiscernibleValue: Int64
    /// The largest value that has a bucket of its own.
    package let highestTrackableValue: Int64
    /// Decimal digits kept of a value, 1 … 5.
    package let significantDigits: Int

    let unitMagnitude: Int
    let subBucketHalfCountMagnitude: Int
    let subBucketMask: Int64

    /// Counts by index, of all buckets up to the last one in which something was counted.
    var counts: [UInt64] = []
    /// How many counts there are at most.
    let countCapacity: Int
    /// How many values were recorded, clamped ones included.
    package internal(set) var totalCount: UInt64 = 0
    /// How many values lay above `highestTrackableValue`.
    package internal(set) var clampedCount: UInt64 = 0
    var smallest = Int64.max
    var largest: Int64 = 0

    /// - Precondition: `1 <= lowestDiscernibleValue`, `highestTrackableValue >= 2 * lowestDiscernibleValue`,
    ///   `significantDigits` in 1 … 5, and a sub-bucket range that fits 62 bits.
    package init(lowestDiscernibleValue: Int64, highestTrackableValue: Int64, significantDigits: Int) {
        precondition(lowestDiscernibleValue >= 1 && lowestDiscernibleValue <= highestTrackableValue / 2)
        precondition((1...5).contains(significantDigits))
        self.lowestDiscernibleValue = lowestDiscernibleValue
        self.highestTrackableValue = highestTrackableValue
        self.significantDigits = significantDigits

        var singleUnitResolution = 2
        for _ in 0..<significantDigits { singleUnitResolution *= 10 }
        let subBucketCountMagnitude = Int.bitWidth - (singleUnitResolution - 1).leadingZeroBitCount
        unitMagnitude = 63 - lowestDiscernibleValue.leadingZeroBitCount
        subBucketHalfCountMagnitude = subBucketCountMagnitude - 1
        precondition(unitMagnitude + subBucketCountMagnitude <= 62)
        subBucketMask = ((1 << subBucketCountMagnitude) - 1) << unitMagnitude

        var bucketCount = 1
        var smallestUntrackable = Int64(1) << (subBucketCountMagnitude + unitMagnitude)
        while smallestUntrackable <= highestTrackableValue {
            bucketCount += 1
            if smallestUntrackable > Int64.max / 2 { break }
            smallestUntrackable <<= 1
        }
        countCapacity = (bucketCount + 1) << subBucketHalfCountMagnitude
    }

    /// An empty histogram of latencies in nanoseconds: 64 ns … 1 h, three digits.
    package static func latencyNs() -> HdrHistogram {
        HdrHistogram(lowestDiscernibleValue: 64, highestTrackableValue: 3_600_000_000_000, significantDigits: 3)
    }

    /// The smallest value recorded, exactly; 0 when there is none.
    package var min: Int64 { totalCount == 0 ? 0 : smallest }
    /// The largest value recorded, exactly, even if it was clamped; 0 when there is none.
    package var max: Int64 { largest }

    /// Counts `value` `count` times. Constant time, and no allocation but for the first value; a negative value is a mistake of the caller and
    /// counts as 0 in a release build.
    package mutating func record(_ value: Int64, count: UInt64 = 1) {
        assert(value >= 0, "a negative value")
        guard count > 0 else { return }
        let value = Swift.max(value, 0)
        if value > highestTrackableValue { clampedCount &+= count }
        let index = index(of: Swift.min(value, highestTrackableValue))
        if index >= counts.count { makeCounts(upTo: index) }
        counts[index] &+= count
        totalCount &+= count
        smallest = Swift.min(smallest, value)
        largest = Swift.max(largest, value)
    }

    /// Adds all that `other` has recorded. Linear in the number of buckets where both have one layout; otherwise
    /// values are moved bucket by bucket, with the error of both.
    package mutating func add(_ other: HdrHistogram) {
        guard other.totalCount > 0 else { return }
        let extremes = (Swift.min(smallest, other.smallest), Swift.max(largest, other.largest))
        if hasLayout(of: other) {
            if other.counts.count > counts.count { makeCounts(upTo: other.counts.count - 1) }
            for index in other.counts.indices { counts[index] &+= other.counts[index] }
            totalCount &+= other.totalCount
            clampedCount &+= other.clampedCount
        } else {
            let clampedBefore = clampedCount
            for bucket in other.recordedBuckets { record(bucket.lowestValue, count: bucket.count) }
            // What the other clamped may have been clamped here again.
            clampedCount = Swift.max(clampedCount, clampedBefore &+ other.clampedCount)
        }
        (smallest, largest) = extremes
    }

    /// Forgets everything recorded; keeps the memory.
    package mutating func reset() {
        counts.removeAll(keepingCapacity: true)
        totalCount = 0
        clampedCount = 0
        smallest = .max
        largest = 0
    }

    /// Makes the counts of all buckets up to that of `index`.
    @inline(never)
    mutating func makeCounts(upTo index: Int) {
        let count = ((index >> subBucketHalfCountMagnitude) + 1) << subBucketHalfCountMagnitude
        // At once, so that nothing moves later; the system gives memory only for what is written.
        counts.reserveCapacity(countCapacity)
        counts.append(contentsOf: repeatElement(0, count: count - counts.count))
    }

    private func hasLayout(of other: HdrHistogram) -> Bool {
        unitMagnitude == other.unitMagnitude && countCapacity == other.countCapacity
            && subBucketHalfCountMagnitude == other.subBucketHalfCountMagnitude
            && highestTrackableValue == other.highestTrackableValue
    }
}

extension HdrHistogram {
    /// Where `value`, 0 … `highestTrackableValue`, is counted.
    @inline(__always)
    func index(of value: Int64) -> Int {
        // Nothing overflows: the initializer has seen to it that a bucket's shift is 0 … 62.
        let shift = 63 &- subBucketHalfCountMagnitude &- (value | subBucketMask).leadingZeroBitCount
        return ((shift &- unitMagnitude) &<< subBucketHalfCountMagnitude)
            &+ Int(truncatingIfNeeded: value &>> Int64(shift))
    }

    /// The smallest value counted at `index`.
    func lowestValue(at index: Int) -> Int64 {
        let half = 1 << subBucketHalfCountMagnitude
        let bucket = (index >> subBucketHalfCountMagnitude) - 1
        guard bucket >= 0 else { return Int64(index) << Int64(unitMagnitude) }
        return Int64((index & (half - 1)) + half) << Int64(bucket + unitMagnitude)
    }

    /// How many neighbouring values are counted at `index`.
    func width(at index: Int) -> Int64 {
        let bucket = Swift.max((index >> subBucketHalfCountMagnitude) - 1, 0)
        return 1 << Int64(bucket + unitMagnitude)
    }

    /// The largest value counted at `index`.
    func highestValue(at index: Int) -> Int64 {
        lowestValue(at: index) + (width(at: index) - 1)
    }
}
