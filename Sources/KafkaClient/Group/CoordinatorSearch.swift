import KafkaTransport

/// Whether a group's coordinator is known, and when it is looked for.
struct CoordinatorSearch: Sendable {
    private(set) var isKnown = false
    private var isSearching = false
    private var notBefore = MonotonicInstant.distantPast
    private var failureCount = 0
    private let backoff: Backoff

    init(_ backoff: Backoff) { self.backoff = backoff }

    /// Whether the coordinator is to be looked for now; then it is taken to be.
    mutating func begin(now: MonotonicInstant) -> Bool {
        guard !isKnown, !isSearching, now >= notBefore else { return false }
        isSearching = true
        return true
    }

    /// When it may be looked for next; nil when nothing waits for that.
    var wakeAt: MonotonicInstant? { isKnown || isSearching ? nil : notBefore }

    mutating func didFind() {
        isKnown = true
        isSearching = false
    }

    mutating func didFail(now: MonotonicInstant, chance: Double) {
        isSearching = false
        pause(now: now, chance: chance)
    }

    /// The broker that was found is not the coordinator, or can't be reached.
    ///
    /// The first time it is looked for again at once, then with pauses that grow, until it has served.
    mutating func forget(now: MonotonicInstant, chance: Double) {
        guard isKnown else { return }
        isKnown = false
        if failureCount > 0 { pause(now: now, chance: chance) } else { failureCount = 1 }
    }

    /// The coordinator has done what it was asked to.
    mutating func didServe() { failureCount = 0 }

    private mutating func pause(now: MonotonicInstant, chance: Double) {
        failureCount += 1
        notBefore = now.advanced(byNanoseconds: backoff.delayNs(attempt: failureCount, chance: chance))
    }
}
