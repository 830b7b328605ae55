import CUV

/// Where the monotonic clock stands by the clock that has a date, as read once.
package struct WallClock: Sendable {
    private let unixNanoseconds: Int64
    private let moment: MonotonicInstant

    /// Reads both clocks.
    package init() {
        var now = uv_timeval64_t()
        uv_gettimeofday(&now)
        moment = .now
        unixNanoseconds = now.tv_sec * 1_000_000_000 + Int64(now.tv_usec) * 1000
    }

    /// Nanoseconds from the begin of 1970, UTC, to a moment; zero for moments before.
    package func unixNanoseconds(of moment: MonotonicInstant) -> UInt64 {
        UInt64(max(0, unixNanoseconds + moment.nanoseconds(since: self.moment)))
    }
}
