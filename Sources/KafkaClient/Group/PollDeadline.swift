import KafkaTransport

/// By when the user of a group's member has to ask for records (Kafka's `max.poll.interval.ms`).
///
/// A user that waits for records is never late. One that was late has the member outside the group until it asks again.
struct PollDeadline: Sendable {
    private let interval: Duration
    private var moment: MonotonicInstant?
    private(set) var isMissed = false

    init(interval: Duration) { self.interval = interval }

    /// The member is about to join; a user that has never asked gets as much time as between two calls.
    mutating func begin(now: MonotonicInstant) {
        if moment != .distantFuture { moment = now + interval }
    }

    mutating func didPoll(isWaiting: Bool, now: MonotonicInstant) {
        moment = isWaiting ? .distantFuture : now + interval
        isMissed = false
    }

    /// Whether the user is late since now; that is so once.
    mutating func isMissedNow(_ now: MonotonicInstant) -> Bool {
        guard let moment, now >= moment, !isMissed else { return false }
        isMissed = true
        return true
    }

    mutating func forgive() { isMissed = false }

    /// When the user will be late; nil while that can't be.
    var wakeAt: MonotonicInstant? { isMissed || moment == .distantFuture ? nil : moment }
}
