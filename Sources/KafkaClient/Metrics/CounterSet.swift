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

    /// The counts, by `Key.rawValue`. They are read in this order, so that of two whose difference is a gauge the one that is
    /// counted later comes first.
    var counts: [Int64] { Key.allCases.map { values[$0.rawValue].load(ordering: .relaxed) } }
}

extension Atomic<Int64> {
    /// Adds where no other thread does.
    @inline(__always)
    func addFromOneWriter(_ amount: Int64) {
        store(load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }
}
