import CUV

/// The monotonic clock: every latency and deadline is a difference of its values.
package enum MonotonicClock {
    /// Nanoseconds from an arbitrary start, never going back.
    @inline(__always)
    package static func nowNs() -> Int64 { Int64(bitPattern: uv_hrtime()) }
}

/// The time of day, for record timestamps.
package enum WallClock {
    /// Milliseconds since 1970, UTC.
    package static func nowMs() -> Int64 {
        var now = uv_timeval64_t()
        uv_gettimeofday(&now)
        return now.tv_sec * 1000 + Int64(now.tv_usec) / 1000
    }
}

extension Duration {
    /// Whole nanoseconds; clamped to what 64 bits hold.
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        return product + attoseconds / 1_000_000_000
    }
}
