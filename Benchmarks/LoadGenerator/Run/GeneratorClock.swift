import KafkaTransport

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The CPU time that a generator uses for itself: making records and keys, and keeping the schedule. It is not the client's.
///
/// The thread's clock costs some hundred nanoseconds, so that a generator reads it around every 16th chunk only.
struct GeneratorClock {
    /// CPU time of the calling thread, in ns.
    static func threadNs() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// For how long the calling thread was able to run and had no CPU, in ns, since it began; 0 where the system does not tell.
    static func threadRunDelayNs() -> Int64 {
        guard let text = TextFile.text("/proc/thread-self/schedstat") else { return 0 }
        let figures = text.split(separator: " ")
        return figures.count > 1 ? Int64(figures[1]) ?? 0 : 0
    }

    /// What a reading of the clock costs, in ns. Between two readings passes one such time more than what lies between them
    /// takes.
    static let readingNs: Int64 = {
        var costs: [Int64] = []
        for _ in 0..<101 {
            let before = threadNs()
            costs.append(threadNs() - before)
        }
        return costs.sorted()[costs.count / 2]
    }()

    /// What one sleep of an open loop's generator costs its thread, in ns: the kernel's wake-up, the loop's turn and the
    /// task's. Measured on an idle loop, before the run.
    ///
    /// - Parameter durationNs: of the sleep. Longer ones cost more, because less of what runs then is in the cache.
    static func sleepCostNs(on loop: EventLoop, durationNs: Int64) async -> Int64 {
        await Task(executorPreference: loop) {
            let timer = PreciseTimer(on: loop)
            var costs: [Int64] = []
            for _ in 0..<31 {
                let before = threadNs()
                await timer.wait(until: MonotonicInstant.now.advanced(byNanoseconds: durationNs))
                costs.append(threadNs() - before)
            }
            return costs.sorted()[costs.count / 2]
        }.value
    }
}
