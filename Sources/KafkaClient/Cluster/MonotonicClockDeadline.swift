import KafkaTransport

/// A moment on the monotonic clock by which something must be done.
struct MonotonicClockDeadline {
    let atNs: Int64

    init(_ timeout: Duration) { atNs = MonotonicClock.ns(after: timeout) }

    var isOver: Bool { MonotonicClock.nowNs() >= atNs }
}

extension MonotonicClock {
    /// The moment so long from now; a timeout longer than the clock lasts never comes.
    static func ns(after timeout: Duration) -> Int64 {
        let (sum, overflow) = nowNs().addingReportingOverflow(timeout.nanoseconds)
        return overflow ? .max : sum
    }
}
