import KafkaTransport
import Synchronization

/// Counters that one thread changes and any may read, one for each case of `Key`.
///
/// As there is one writer, adding is a load and a store: no other core is waited for.
final class CounterSet<Key: CaseIterable & RawRepresentable & Sendable>: Sendable where Key.RawValue == Int {
    // Never changed after `init`, and what it points to is atomic.
    nonisolated(unsafe) private let values: UnsafeMutablePointer<Atomic<Int64>>

    init() {
        values = .allocate(capacity: Key.allCases.count)
        for key in Key.allCases { (values + key.rawValue).initialize(to: Atomic(0)) }
    }

    deinit {
        values.deinitialize(count: Key.allCases.count)
        values.deallocate()
    }

    /// On the writer's thread.
    @inline(__always)
    func add(_ amount: Int, to key: Key) { values[key.rawValue].addFromOneWriter(Int64(amount)) }

    /// The counts, by `Key.rawValue`.
    var counts: [Int64] { Key.allCases.map { values[$0.rawValue].load(ordering: .relaxed) } }
}

extension Atomic<Int64> {
    /// Adds where no other thread does.
    @inline(__always)
    func addFromOneWriter(_ amount: Int64) {
        store(load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }
}

/// A histogram of durations that one thread changes and any may read.
final class DurationMeter: Sendable {
    /// The upper bounds of the buckets: 1, 2.5 and 5 of each power of ten, from 50 µs to 50 s.
    static let boundsNs: [Int64] = [
        50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000,
        100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
        25_000_000_000, 50_000_000_000,
    ]

    // Never changed after `init`, and what they point to is atomic. Behind the buckets is the sum.
    nonisolated(unsafe) private let values: UnsafeMutablePointer<Atomic<Int64>>
    nonisolated(unsafe) private let bounds: UnsafeMutablePointer<Int64>
    private let bucketCount: Int
    private let longestNs = Atomic<Int64>(0)

    init() {
        bucketCount = Self.boundsNs.count + 1
        values = .allocate(capacity: bucketCount + 1)
        for index in 0...bucketCount { (values + index).initialize(to: Atomic(0)) }
        bounds = .allocate(capacity: Self.boundsNs.count)
        _ = UnsafeMutableBufferPointer(start: bounds, count: Self.boundsNs.count).initialize(from: Self.boundsNs)
    }

    deinit {
        values.deinitialize(count: bucketCount + 1)
        values.deallocate()
        bounds.deallocate()
    }

    /// On the writer's thread. Less than nothing counts as nothing.
    func add(_ durationNs: Int64) {
        let durationNs = max(0, durationNs)
        var low = 0
        var high = bucketCount - 1
        while low < high {
            let middle = (low + high) / 2
            if durationNs <= bounds[middle] { high = middle } else { low = middle + 1 }
        }
        values[low].addFromOneWriter(1)
        values[bucketCount].addFromOneWriter(durationNs)
        if durationNs > longestNs.load(ordering: .relaxed) { longestNs.store(durationNs, ordering: .relaxed) }
    }

    /// What has been added so far.
    var histogram: MetricsSnapshot.DurationHistogram {
        var histogram = MetricsSnapshot.DurationHistogram()
        for index in 0..<bucketCount { histogram.counts[index] = values[index].load(ordering: .relaxed) }
        histogram.sumNs = values[bucketCount].load(ordering: .relaxed)
        return histogram
    }

    /// The longest duration since this was last asked, for the one that asks.
    func takeLongestNs() -> Int64 { longestNs.exchange(0, ordering: .relaxed) }
}
