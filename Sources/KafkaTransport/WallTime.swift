import CUV

/// A date and time of day, in the unit of record timestamps.
///
/// The system may set this clock back: durations are measured by ``MonotonicInstant``.
public struct WallTime: Comparable, Hashable, Sendable {
    /// Milliseconds since the begin of 1970, UTC: the unit of Kafka's timestamps.
    public let millisecondsSince1970: Int64

    /// Creates a time.
    ///
    /// - Parameter millisecondsSince1970: milliseconds since the begin of 1970, UTC.
    public init(millisecondsSince1970: Int64) { self.millisecondsSince1970 = millisecondsSince1970 }

    /// The current time, by the system's clock.
    public static var now: WallTime {
        var now = uv_timeval64_t()
        uv_gettimeofday(&now)
        return WallTime(millisecondsSince1970: now.tv_sec * 1000 + Int64(now.tv_usec) / 1000)
    }

    /// Whether the left time is before the right one.
    public static func < (left: WallTime, right: WallTime) -> Bool {
        left.millisecondsSince1970 < right.millisecondsSince1970
    }
}
