import KafkaTransport

/// How well a broker can be reached.
struct LinkHealth {
    /// How often connecting has failed since it last succeeded.
    private(set) var failureCount = 0
    /// How often connecting was tried. Each attempt begins with another of the name's addresses.
    var attemptCount = 0
    /// Since when connecting has failed for a reason that does not pass by itself; nil when the last attempt did not.
    private var deniedSince: MonotonicInstant?
    /// No connection is opened before.
    var retryAt = MonotonicInstant.distantPast

    /// How long a broker may refuse this client (TLS, SASL) before that is final: it may learn of a user, or get another
    /// certificate, a little later than others.
    private static let denialNsMax: Int64 = 2_000_000_000
    /// Also where the configuration asks for no pause: a broker that can't be reached must not cost an attempt after the
    /// other.
    private static let pauseMinNs: Int64 = 10_000_000

    /// Notes that a connection is open.
    mutating func didOpen() {
        failureCount = 0
        deniedSince = nil
    }

    /// Notes that the broker can't be reached. The next attempt comes after a pause, which grows.
    ///
    /// - Returns: whether it is so for good.
    mutating func didFail(
        _ reason: KafkaClientError, _ backoff: Backoff, now: MonotonicInstant, chance: Double
    ) -> Bool {
        failureCount += 1
        let isDenied = reason.code == .authenticationFailed || reason.code == .tlsFailed
        deniedSince = isDenied ? deniedSince ?? now : nil
        retryAt = now.advanced(
            byNanoseconds: max(backoff.delayNs(attempt: failureCount, chance: chance), Self.pauseMinNs))
        return deniedSince.map { now.nanoseconds(since: $0) >= Self.denialNsMax } ?? false
    }
}
