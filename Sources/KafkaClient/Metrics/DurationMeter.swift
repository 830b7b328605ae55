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

    // Never changed after `init`, and what it points to is atomic. Behind the buckets is the sum.
    nonisolated(unsafe) private let values: UnsafeMutablePointer<Atomic<Int64>>
    private let bounds = DurationMeter.boundsNs
    // Odd while a duration is being added, so that who reads meanwhile reads again.
    private let changeNumber = Atomic<Int>(0)
    private let longestNs = Atomic<Int64>(0)

    init() {
        values = .allocate(capacity: Self.bucketCount + 1)
        for index in 0...Self.bucketCount { (values + index).initialize(to: Atomic(0)) }
    }

    deinit {
        values.deinitialize(count: Self.bucketCount + 1)
        values.deallocate()
    }

    /// On the writer's thread. Less than nothing counts as nothing.
    func add(_ durationNs: Int64) {
        let durationNs = max(0, durationNs)
        // Before it is counted and after: whoever takes the longest between the two finds it with the one or the other.
        keepIfLongest(durationNs)
        let number = changeNumber.load(ordering: .relaxed)
        changeNumber.store(number &+ 1, ordering: .relaxed)
        atomicMemoryFence(ordering: .releasing)
        values[Self.bucket(of: durationNs, bounds)].addFromOneWriter(1)
        values[bounds.count + 1].addFromOneWriter(durationNs)
        changeNumber.store(number &+ 2, ordering: .releasing)
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

    /// What has been added so far, in seconds: of each duration all or nothing, unless the writer stands still halfway.
    var histogram: MetricHistogram {
        var counts = [Int64](repeating: 0, count: Self.bucketCount)
        var sum: Int64 = 0
        for _ in 0..<100 {
            let number = changeNumber.load(ordering: .acquiring)
            for index in 0..<Self.bucketCount { counts[index] = values[index].load(ordering: .relaxed) }
            sum = values[Self.bucketCount].load(ordering: .relaxed)
            atomicMemoryFence(ordering: .acquiring)
            if number.isMultiple(of: 2), number == changeNumber.load(ordering: .relaxed) { break }
        }
        return MetricHistogram(bounds: Self.bounds, counts: counts, sum: Double(sum) / 1e9)
    }

    /// The longest duration since this was last asked, for the one that asks.
    func takeLongestNs() -> Int64 { longestNs.exchange(0, ordering: .acquiringAndReleasing) }
}
