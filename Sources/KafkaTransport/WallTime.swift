import CUV

/// The time of day, which is what record timestamps are.
///
/// Not to be mixed with ``MonotonicInstant``: the system may set this clock back.
public struct WallTime: Comparable, Hashable, Sendable {
    /// Milliseconds since 1970, UTC: the unit of Kafka's timestamps.
    public let millisecondsSince1970: Int64

    /// - Parameter millisecondsSince1970: UTC.
    public init(millisecondsSince1970: Int64) { self.millisecondsSince1970 = millisecondsSince1970 }

    /// This moment, by the system's clock.
    public static var now: WallTime {
        var now = uv_timeval64_t()
        uv_gettimeofday(&now)
        return WallTime(millisecondsSince1970: now.tv_sec * 1000 + Int64(now.tv_usec) / 1000)
    }

    public static func < (left: WallTime, right: WallTime) -> Bool {
        left.millisecondsSince1970 < right.millisecondsSince1970
    }
}
