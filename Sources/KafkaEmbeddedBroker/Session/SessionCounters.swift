import Synchronization

/// What the connections of one loop count. Only that loop adds to it; any thread reads it.
final class SessionCounters: Sendable {
    let open = Atomic<Int>(0)
    let accepted = Atomic<Int>(0)
    let requests = Atomic<Int>(0)
    let malformed = Atomic<Int>(0)
    let checksumFailures = Atomic<Int>(0)
    let refusedBatches = Atomic<Int>(0)
}

extension Atomic where Value == Int {
    /// Adds one, without ordering anything.
    func increment() { wrappingAdd(1, ordering: .relaxed) }
    func decrement() { wrappingSubtract(1, ordering: .relaxed) }
}
