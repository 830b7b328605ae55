#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The CPU time that threads used.
package enum ThreadCPU {
    /// CPU time of the calling thread since it began, in ns. A system call: it takes some hundred nanoseconds.
    package static func nowNs() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
