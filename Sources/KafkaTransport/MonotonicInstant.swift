import CUV

/// A moment on the system's monotonic clock, by which latencies and deadlines are measured.
///
/// This clock is never set back, and it has no date. Timestamps of records are not its moments: they are milliseconds since
/// 1970, by the clock that has a date.
public struct MonotonicInstant: Comparable, Hashable, Sendable {
    /// Nanoseconds since the clock's start, which is the same for all processes until the machine is restarted.
    public let nanoseconds: Int64

    /// Creates a moment.
    ///
    /// - Parameter nanoseconds: nanoseconds since the clock's start.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// The current moment.
    @inline(__always)
    public static var now: MonotonicInstant { MonotonicInstant(nanoseconds: Int64(bitPattern: uv_hrtime())) }

    /// Before every other moment.
    public static let distantPast = MonotonicInstant(nanoseconds: .min)
    /// A moment that never comes.
    public static let distantFuture = MonotonicInstant(nanoseconds: .max)

    /// Whether the left moment is before the right one.
    public static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The time from the right moment to the left one; negative when the left one is earlier. Bounded by what 64 bits of
    /// nanoseconds hold, 292 years.
    public static func - (left: MonotonicInstant, right: MonotonicInstant) -> Duration {
        .nanoseconds(left.nanoseconds(since: right))
    }

    /// The moment that is `right` later, or earlier when `right` is negative. A sum that the clock can't hold is
    /// ``distantFuture`` or ``distantPast``.
    public static func + (left: MonotonicInstant, right: Duration) -> MonotonicInstant {
        left.advanced(byNanoseconds: right.nanoseconds)
    }

    /// Nanoseconds from an earlier moment to this one; clamped to what 64 bits hold.
    package func nanoseconds(since earlier: MonotonicInstant) -> Int64 {
        let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
        if overflow { return nanoseconds < earlier.nanoseconds ? .min : .max }
        return difference
    }

    /// The moment that is `count` nanoseconds later, or earlier when `count` is negative; clamped to what the clock holds.
    package func advanced(byNanoseconds count: Int64) -> MonotonicInstant {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(count)
        if overflow { return count < 0 ? .distantPast : .distantFuture }
        return MonotonicInstant(nanoseconds: sum)
    }
}

extension Duration {
    /// Whole nanoseconds; clamped to what 64 bits hold.
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, sumOverflow) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        if sumOverflow { return seconds < 0 ? .min : .max }
        return sum
    }

    /// Whole milliseconds, as requests carry timeouts; clamped to what 32 bits hold.
    package var milliseconds: Int32 { Int32(clamping: nanoseconds / 1_000_000) }
}
