import KafkaTransport

/// The CPU time that a generator uses for itself: making records and keys, and keeping the schedule. It is not the client's.
///
/// The thread's clock costs some hundred nanoseconds, so that a generator reads it around every 16th chunk only.
struct GeneratorClock {
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
            let before = ThreadCPU.nowNs()
            costs.append(ThreadCPU.nowNs() - before)
        }
        return costs.sorted()[costs.count / 2]
    }()
}
