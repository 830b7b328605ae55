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

/// CPU time of many like parts, of which some are measured.
struct SampledCPU {
    private var count: Int64 = 0
    private var sampledNs: Int64 = 0

    /// Counts a part that took so much between two readings of the clock.
    mutating func add(_ ns: Int64) {
        count += 1
        sampledNs += max(0, ns - GeneratorClock.readingNs)
    }

    /// An estimate of what all parts took, in ns; 0 when none was measured.
    func ns(of partCount: Int) -> Int64 {
        count == 0 ? 0 : Int64(Double(sampledNs) * Double(partCount) / Double(count))
    }

    /// What the readings themselves took, in ns.
    var clockNs: Int64 { 2 * GeneratorClock.readingNs * count }
}
