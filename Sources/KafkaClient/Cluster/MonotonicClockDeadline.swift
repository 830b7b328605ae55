import KafkaTransport

/// A moment on the monotonic clock by which something must be done.
struct MonotonicClockDeadline {
    private let atNs: Int64

    init(_ timeout: Duration) { atNs = MonotonicClock.nowNs() &+ timeout.nanoseconds }

    var isOver: Bool { MonotonicClock.nowNs() >= atNs }
}
