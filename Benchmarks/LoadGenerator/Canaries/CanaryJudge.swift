#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Says whether what a run measured moved with what the machine did by itself.
struct CanaryJudge {
    /// An interval of a run, with the canaries at its end.
    struct Interval: Sendable {
        let throughputRps: Double
        let p99Ns: Int64?
        let sample: CanarySample
    }

    /// Whether latency is the result: of a run at a rate.
    let isPaced: Bool

    private static let intervalsMin = 8
    private static let correlationMin = 0.7
    private static let probabilityMax = 0.01
    /// By so much the result differs between the quarter of the intervals in which the canary was best and that in which it was
    /// worst.
    private static let resultMin = 0.05

    /// What the environment did to a run, in words; nil when there is nothing to say.
    func words(_ intervals: [Interval]) -> String? {
        let reasons = Canary.all.compactMap { canary in words(canary, intervals) }
        return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }

    private func words(_ canary: Canary, _ intervals: [Interval]) -> String? {
        let pairs = intervals.compactMap { interval -> (harm: Double, result: Double)? in
            guard let harm = canary.harm(interval.sample) else { return nil }
            if isPaced { return interval.p99Ns.map { (harm, Double($0)) } }
            return (harm, interval.throughputRps)
        }
        guard pairs.count >= Self.intervalsMin else { return nil }
        let correlation = RankTest.correlation(pairs.map(\.harm), pairs.map(\.result)) * (isPaced ? 1 : -1)
        guard correlation >= Self.correlationMin,
            Self.probability(of: correlation, count: pairs.count) < Self.probabilityMax
        else { return nil }
        let sorted = pairs.sorted { $0.harm < $1.harm }
        let quarter = max(2, pairs.count / 4)
        let (best, worst) = (sorted.prefix(quarter), sorted.suffix(quarter))
        let (bestHarm, worstHarm) = (Samples(best.map(\.harm)).median, Samples(worst.map(\.harm)).median)
        let (good, bad) = (Samples(best.map(\.result)).median, Samples(worst.map(\.result)).median)
        guard canary.differs(bestHarm, worstHarm), good > 0, abs(bad / good - 1) >= Self.resultMin else { return nil }
        let change = Percent.whole(abs(bad / good - 1))
        return """
            \(isPaced ? "p99 was \(change) longer" : "throughput was \(change) lower") while \(canary.name) \
            \(canary.change(bestHarm, worstHarm))
            """
    }

    /// How probable it is that what does not hang together has such a correlation or a greater one, in either direction.
    private static func probability(of correlation: Double, count: Int) -> Double {
        // Fisher's transformation, with the variance of rank correlations (Bonett and Wright, 2000).
        let bounded = min(correlation, 0.999_999)
        let z = 0.5 * log((1 + bounded) / (1 - bounded))
        let deviation = ((1 + bounded * bounded / 2) / Double(count - 3)).squareRoot()
        return erfc(abs(z) / deviation / 2.0.squareRoot())
    }
}

/// One of the measurements, and from when on it says that the machine is not what it was.
private struct Canary {
    let name: String
    /// Greater is worse; nil where it was not measured.
    let harm: @Sendable (CanarySample) -> Double?
    let differs: @Sendable (_ best: Double, _ worst: Double) -> Bool
    let change: @Sendable (_ best: Double, _ worst: Double) -> String

    static let all = [
        Canary(
            name: "a loop of arithmetic", harm: { $0.cpuLoopNs.map(Double.init) }, differs: byShare(0.1),
            change: durations),
        Canary(
            name: "a sleep", harm: { $0.timerLatenessNs.map(Double.init) }, differs: { $1 - $0 >= 1_000_000 },
            change: { "was late by \(duration($1)), not \(duration($0))" }),
        Canary(
            name: "a byte over loopback", harm: { $0.loopbackRttNs.map(Double.init) }, differs: byShare(0.5),
            change: durations),
        Canary(
            name: "copying memory", harm: { $0.memoryBytesPerSecond.map { 1e9 / max(1, $0) } }, differs: byShare(0.2),
            change: { "went at \(rate($1)), not \(rate($0))" }),
        Canary(
            name: "the hypervisor", harm: \.stealShare, differs: { $1 - $0 >= 0.05 },
            change: { "took \(Percent.text($1)) of the CPUs' time, not \(Percent.text($0))" }),
        Canary(
            name: "other processes", harm: \.othersShare, differs: { $1 - $0 >= 0.05 },
            change: { "used \(Percent.text($1)) of the CPUs' time, not \(Percent.text($0))" }),
    ]

    private static func byShare(_ share: Double) -> @Sendable (Double, Double) -> Bool {
        { best, worst in best > 0 && worst / best >= 1 + share }
    }

    private static let durations: @Sendable (Double, Double) -> String = { "took \(duration($1)), not \(duration($0))" }

    private static func duration(_ ns: Double) -> String { Quantity.approximateDuration(ns: ns) }

    private static func rate(_ harm: Double) -> String { "\(Quantity.approximate(1e9 / harm)) B/s" }
}

/// The machine before each run of a command: whether a run had another machine than those before it.
actor CanaryHistory {
    private struct Entry {
        let sample: CanarySample
        let throughputRps: Double
    }

    /// By configuration, as JSON.
    private var entries: [String: [Entry]] = [:]

    /// Takes a run, as fast as possible.
    ///
    /// - Returns: in words, what was worse than before the best of the runs before it, if the run was slower than those.
    func add(_ sample: CanarySample, throughputRps: Double, of configuration: RunConfiguration) -> String? {
        let key = configuration.json.compactText
        defer { entries[key, default: []].append(Entry(sample: sample, throughputRps: throughputRps)) }
        guard let earlier = entries[key],
            let median = Samples.median(of: earlier.map(\.throughputRps)), throughputRps < 0.95 * median
        else { return nil }
        var reasons: [String] = []
        if let now = sample.cpuLoopNs, let best = earlier.compactMap(\.sample.cpuLoopNs).min(),
            Double(now) > 1.15 * Double(best)
        {
            let words = [now, best].map { Quantity.approximateDuration(ns: Double($0)) }
            reasons.append("a loop of arithmetic took \(words[0]) before it, not \(words[1])")
        }
        if let now = sample.memoryBytesPerSecond, let best = earlier.compactMap(\.sample.memoryBytesPerSecond).max(),
            now < best / 1.15
        {
            reasons.append(
                "memory was copied at \(Quantity.approximate(now)) B/s before it, not \(Quantity.approximate(best))")
        }
        return reasons.isEmpty
            ? nil : "it was slower than the runs before it, and so was the machine: " + reasons.joined(separator: "; ")
    }
}
