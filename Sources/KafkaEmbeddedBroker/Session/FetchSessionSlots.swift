import KafkaTransport
import Synchronization

/// The fetch sessions of one node, so many at most: a new one takes the place of one that is not used, or of a smaller one that has
/// been there for long, or does not begin.
///
/// Source: KIP-227; `FetchSessionCacheShard` of Apache Kafka.
final class FetchSessionSlots: Sendable {
    /// The partitions of all sessions of a node. Kafka has no such bound.
    static let partitionCountMax = 1_000_000
    /// After what time without use a session may be put out, and after what time of its life by a larger one. Kafka's
    /// `min.incremental.fetch.session.eviction.ms`.
    static let evictionTime = Duration.seconds(120)

    private struct Entry {
        let began: MonotonicInstant
        var used: MonotonicInstant
        var partitionCount: Int
        let evict: @Sendable () -> Void
    }

    private struct State {
        var entries: [Int32: Entry] = [:]
        var partitionCount = 0

        mutating func remove(_ id: Int32) -> Entry? {
            guard let entry = entries.removeValue(forKey: id) else { return nil }
            partitionCount -= entry.partitionCount
            return entry
        }
    }

    private let countMax: Int
    private let state = Mutex(State())

    init(countMax: Int) { self.countMax = countMax }

    var count: Int { state.withLock { $0.entries.count } }

    /// Makes room for a session.
    ///
    /// - Parameter evict: called at most once, without a lock, on any thread: another session takes the place. Its requests are then
    ///   no longer `use`d.
    /// - Returns: the id of the session, above 0; nil when there is no room.
    func take(partitionCount: Int, now: MonotonicInstant, evict: @escaping @Sendable () -> Void) -> Int32? {
        let (id, evicted) = state.withLock { state -> (Int32?, Entry?) in
            let victim = state.entries.count < countMax ? nil : victim(for: partitionCount, now: now, state)
            if victim == nil, state.entries.count >= countMax { return (nil, nil) }
            let freed = victim.map { state.entries[$0]!.partitionCount } ?? 0
            guard partitionCount <= Self.partitionCountMax - (state.partitionCount - freed) else { return (nil, nil) }
            let evicted = victim.flatMap { state.remove($0) }
            var id = Int32.random(in: 1 ... .max)
            while state.entries[id] != nil { id = .random(in: 1 ... .max) }
            state.entries[id] = Entry(began: now, used: now, partitionCount: partitionCount, evict: evict)
            state.partitionCount += partitionCount
            return (id, evicted)
        }
        evicted?.evict()
        return id
    }

    private func victim(for partitionCount: Int, now: MonotonicInstant, _ state: borrowing State) -> Int32? {
        let stalest = state.entries.min { $0.value.used < $1.value.used }
        if let stalest, now - stalest.value.used > Self.evictionTime { return stalest.key }
        return state.entries
            .filter { now - $0.value.began > Self.evictionTime && $0.value.partitionCount < partitionCount }
            .min { $0.value.partitionCount < $1.value.partitionCount }?.key
    }

    /// Notes a request of a session.
    ///
    /// - Returns: false when the session is over: another one has its place, or there is no room for its partitions.
    func use(_ id: Int32, partitionCount: Int, now: MonotonicInstant) -> Bool {
        state.withLock { state in
            guard var entry = state.remove(id), partitionCount <= Self.partitionCountMax - state.partitionCount else {
                return false
            }
            entry.used = now
            entry.partitionCount = partitionCount
            state.entries[id] = entry
            state.partitionCount += partitionCount
            return true
        }
    }

    /// Whether a session has its place still.
    func has(_ id: Int32) -> Bool { state.withLock { $0.entries[id] != nil } }

    /// Gives a place back. Does nothing when it was given to another session.
    func giveBack(_ id: Int32) { state.withLock { _ = $0.remove(id) } }
}
