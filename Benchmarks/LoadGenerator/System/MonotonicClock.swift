#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The clock that latencies are measured with.
package enum MonotonicClock {
    /// Nanoseconds since an arbitrary moment; never goes back.
    package static func nowNs() -> Int64 {
        var time = timespec()
        _ = clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

extension Timestamp {
    /// The time of day, by the system's clock.
    package static func now() -> Timestamp {
        var time = timespec()
        _ = clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(epochMs: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
