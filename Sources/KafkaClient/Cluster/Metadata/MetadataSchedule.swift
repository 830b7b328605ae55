import KafkaTransport

/// When which topics are asked for. A value without a clock: times and chance are arguments.
///
/// A topic that is asked for again and again, because it has no leader or its leader proves wrong, is asked for with pauses
/// that grow, however many lanes want it; those of several topics end together, so that they share a request. What is in use
/// is asked for by age.
struct MetadataSchedule {
    private let maxAge: Duration
    private let backoff: Backoff
    private var paces: [String: Pace] = [:]
    /// The topics that are wanted as soon as their pauses allow it.
    private(set) var wanted: Set<String> = []
    /// The topics that somebody waits for, whatever their pauses.
    private(set) var urgent: Set<String> = []
    private var isUrgent = false
    /// When everything in use is asked for; nothing is before the first answer.
    private(set) var refreshAt = MonotonicInstant.distantFuture
    private var failureCount = 0

    private struct Pace {
        var attemptCount = 0
        var notBefore: MonotonicInstant
    }

    /// The longest pause: a leader that comes is found in time, and a broker gets some questions a second at most.
    private static let pauseMax = Duration.milliseconds(250)
    private static let pauseMin = Duration.milliseconds(50)
    /// Topics whose pauses end so soon are asked for with the others.
    private static let slackNs: Int64 = 100_000_000
    /// A topic that nobody has wanted for so long after its pause begins anew.
    private static let forgetNs: Int64 = 10_000_000_000

    init(maxAge: Duration, retryBackoff: Duration, retryBackoffMax: Duration) {
        self.maxAge = maxAge
        let longest = min(max(retryBackoffMax, Self.pauseMin), Self.pauseMax)
        backoff = Backoff(min(max(retryBackoff, Self.pauseMin), longest), max: longest)
    }

    /// Notes that a topic is wanted, at once or after its pause.
    mutating func want(_ topics: Set<String>) { wanted.formUnion(topics) }

    /// Notes that a topic is wanted at once.
    ///
    /// - Parameter andAllInUse: whether all that are in use are, too.
    mutating func wantNow(_ topics: Set<String>, andAllInUse: Bool) {
        urgent.formUnion(topics)
        isUrgent = true
        if andAllInUse { refreshAt = .distantPast }
    }

    /// What is to be done now.
    enum Due: Equatable {
        /// Ask for these topics, and for all that are in use where so said.
        case ask(Set<String>, andAllInUse: Bool)
        /// Nothing before this moment.
        case wait(until: MonotonicInstant)
    }

    func due(now: MonotonicInstant) -> Due {
        if refreshAt <= now { return .ask(wanted.union(urgent), andAllInUse: true) }
        var next = refreshAt
        for topic in wanted { next = min(next, paces[topic]?.notBefore ?? now) }
        if next > now, !isUrgent { return .wait(until: next) }
        let soon = now.advanced(byNanoseconds: Self.slackNs)
        return .ask(wanted.filter { (paces[$0]?.notBefore ?? now) <= soon }.union(urgent), andAllInUse: false)
    }

    /// Notes that a question has begun.
    mutating func willAsk(_ topics: Set<String>) {
        wanted.subtract(topics)
        urgent.subtract(topics)
        isUrgent = !urgent.isEmpty
    }

    /// Notes how a question has ended.
    ///
    /// - Parameters:
    ///   - topics: those that were asked for.
    ///   - changed: those of which something new is known; nil when there was no answer.
    ///   - wasFull: whether all that are in use were asked for.
    ///   - chance: a random number from -1 to 1.
    mutating func didAsk(
        _ topics: Set<String>, changed: Set<String>?, wasFull: Bool, now: MonotonicInstant, chance: Double
    ) {
        for topic in topics {
            var pace = paces[topic] ?? Pace(notBefore: now)
            let isOld = now.nanoseconds(since: pace.notBefore) > Self.forgetNs
            // Also one that is new in every answer is asked for with pauses.
            let countMax = changed?.contains(topic) == true ? 2 : 30
            pace.attemptCount = isOld ? 1 : min(pace.attemptCount + 1, countMax)
            let pauseNs = backoff.delayNs(attempt: pace.attemptCount, chance: chance)
            pace.notBefore = now.advanced(byNanoseconds: pauseNs)
            paces[topic] = pace
        }
        if paces.count > 2 * topics.count + 1024 {
            paces = paces.filter { now.nanoseconds(since: $0.value.notBefore) <= Self.forgetNs }
        }
        if changed == nil {
            failureCount += 1
            if refreshAt <= now {
                // Nobody waits for it: brokers that come back are found soon enough.
                let pause = min(maxAge, .seconds(min(5, failureCount)))
                refreshAt = now.advanced(byNanoseconds: Int64(Double(pause.nanoseconds) * (1 + 0.2 * chance)))
            }
            return
        }
        failureCount = 0
        // Up to a tenth earlier, so that clients don't ask at the same time.
        if wasFull || refreshAt == .distantFuture {
            refreshAt = now.advanced(byNanoseconds: Int64(Double(maxAge.nanoseconds) * (0.95 + 0.05 * chance)))
        }
    }
}
