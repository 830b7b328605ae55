#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// CPU time and memory of processes.
package enum ProcessUsage {
    /// User and system time of this process since its start, all threads, in ns.
    package static func cpuTimeNs() -> Int64 {
        let usage = ownUsage()
        return nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime)
    }

    /// User and system time of a living process, in ns; nil when there is no such process or the system does not
    /// tell.
    package static func cpuTimeNs(ofProcess pid: Int32) -> Int64? {
        #if canImport(Darwin)
            return nil
        #else
            // Numbers beyond Linux's own limit would be cut to those of other processes.
            guard (1..<1 << 22).contains(pid) else { return nil }
            var clock = clockid_t()
            var time = timespec()
            guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else { return nil }
            return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        #endif
    }

    /// Starts the peak of this process's memory anew, so that each run has its own. False where the system cannot: then
    /// the peak is that of the whole process.
    @discardableResult
    package static func resetPeakRss() -> Bool {
        TextFile.write("5", to: "/proc/self/clear_refs")
    }

    /// The most memory this process has had resident, in bytes, since its start or the last reset.
    package static func peakRssBytes() -> Int64 {
        if let status = TextFile.text("/proc/self/status"),
            let text = TextFile.value(of: "VmHWM", separator: ":", in: status),
            let kibibytes = Int64(text.prefix { $0.isNumber })
        {
            return kibibytes * 1024
        }
        let peak = Int64(ownUsage().ru_maxrss)
        #if canImport(Darwin)
            return peak
        #else
            return peak * 1024
        #endif
    }

    private static func ownUsage() -> rusage {
        var usage = rusage()
        #if canImport(Darwin)
            _ = getrusage(RUSAGE_SELF, &usage)
        #else
            _ = getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        #endif
        return usage
    }

    private static func nanoseconds(_ time: timeval) -> Int64 {
        Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_usec) * 1000
    }
}
