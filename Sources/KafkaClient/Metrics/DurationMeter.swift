import Synchronization

/// A histogram of durations that one thread changes and any may read.
final class DurationMeter: Sendable {
    /// The upper bounds of the buckets: 1, 2.5 and 5 of each power of ten, from 50 µs to 50 s.
    static let boundsNs: [Int64] = [
        50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000,
        100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
        25_000_000_000, 50_000_000_000,
    ]
    /// The same in seconds.
    static let bounds = boundsNs.map { Double($0) / 1e9 }
    private static let bucketCount = boundsNs.count + 1
    private static let copyCount = bucketCount + 1

    // Never changed after `init`, and what it points to is atomic: two copies of the buckets, each with the sum behind them.
    nonisolated(unsafe) private let values: UnsafeMutablePointer<Atomic<Int64>>
    private let bounds = DurationMeter.boundsNs
    // Odd while the first copy is written to and the second one is read.
    private let changeNumber = Atomic<Int>(0)
    private let longestNs = Atomic<Int64>(0)

    init() {
        values = .allocate(capacity: 2 * Self.copyCount)
        for index in 0..<2 * Self.copyCount { (values + index).initialize(to: Atomic(0)) }
    }

    deinit {
        values.deinitialize(count: 2 * Self.copyCount)
        values.deallocate()
    }

    /// On the writer's thread. Less than nothing counts as nothing.
    func add(_ durationNs: Int64) {
        let durationNs = max(0, durationNs)
        // Before it is counted and after: whoever takes the longest between the two finds it with the one or the other.
        keepIfLongest(durationNs)
        let bucket = Self.bucket(of: durationNs, bounds)
        let number = changeNumber.load(ordering: .relaxed)
        for copy in 0..<2 {
            // Whoever reads goes to the other copy before this one changes.
            changeNumber.store(number &+ 1 &+ copy, ordering: .releasing)
            atomicMemoryFence(ordering: .releasing)
            values[copy * Self.copyCount + bucket].addFromOneWriter(1)
            values[copy * Self.copyCount + Self.bucketCount].addFromOneWriter(durationNs)
        }
        keepIfLongest(durationNs)
    }

    private func keepIfLongest(_ durationNs: Int64) {
        // Ordered with what is counted in between.
        if durationNs > longestNs.load(ordering: .acquiring) { longestNs.store(durationNs, ordering: .releasing) }
    }

    /// The index of the bucket that a duration belongs to.
    static func bucket(of durationNs: Int64, _ bounds: [Int64] = boundsNs) -> Int {
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if durationNs <= bounds[middle] { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// What has been added so far, in seconds: of each duration all or nothing, however long the writer stands still.
    var histogram: MetricHistogram {
        var counts = [Int64](repeating: 0, count: Self.bucketCount)
        while true {
            let number = changeNumber.load(ordering: .acquiring)
            let copy = values + (number & 1) * Self.copyCount
            for index in counts.indices { counts[index] = copy[index].load(ordering: .relaxed) }
            let sum = copy[Self.bucketCount].load(ordering: .relaxed)
            atomicMemoryFence(ordering: .acquiring)
            if number == changeNumber.load(ordering: .relaxed) {
                return MetricHistogram(bounds: Self.bounds, counts: counts, sum: Double(sum) / 1e9)
            }
        }
    }

    /// The longest duration since this was last asked, for the one that asks.
    func takeLongestNs() -> Int64 { longestNs.exchange(0, ordering: .acquiringAndReleasing) }
}
