// What a run's own figures say about whether they may be trusted. The bounds stand here and in results/README.md.

extension RunExecution.ScheduleLag {
    /// What is late by design is no more behind than that: records that are due during a commit.
    fileprivate func allowedNs(planned: Int64, rate: Double) -> Double {
        max(10_000_000, Double(planned) / rate * 1e9 / 100) + Double(longestCommitNs)
    }

    /// Whether records were handed over too late, or not at all.
    func isBehind(planned: Int64, rate: Double) -> Bool {
        missedRecords > 0 || Double(finalNs) > allowedNs(planned: planned, rate: rate)
    }
}

extension Verdict {
    /// An open loop was still behind when its time was over, or ever more of its records waited: the broker, the network or the client
    /// can't keep the rate.
    ///
    /// A schedule that was late for a while and caught up is not saturated: its latencies show the delay.
    static func saturated(
        _ lag: RunExecution.ScheduleLag, planned: Int64, rate: Double, isInterrupted: Bool
    ) -> Verdict? {
        if isInterrupted { return nil }
        let allowedNs = lag.allowedNs(planned: planned, rate: rate)
        guard lag.isBehind(planned: planned, rate: rate) else {
            // Records were handed over in time, and wait for the broker.
            guard lag.growthNs > allowedNs else { return nil }
            return Verdict(
                .saturated,
                """
                records due at its end were \(lag.growthWord) \(Quantity.approximateDuration(ns: lag.growthNs)) later than those of its \
                first half (\(Quantity.approximateDuration(ns: allowedNs)) are allowed): at \(Quantity.approximate(rate)) records/s ever \
                more of them wait
                """)
        }
        let missed = lag.missedRecords > 0 ? "; \(lag.missedRecords) of \(planned) records were never made" : ""
        return Verdict(
            .saturated,
            """
            \(Quantity.approximateDuration(ns: Double(lag.finalNs))) behind the schedule of \(Quantity.approximate(rate)) records/s at its end \
            (\(Quantity.approximateDuration(ns: allowedNs)) are allowed, the most was \(Quantity.approximateDuration(ns: Double(lag.worstNs))))\(missed)
            """)
    }

    /// More of the generators' time went into making records than into handing them on. Time in which other processes had
    /// the CPU is neither.
    ///
    /// - Parameter isBehind: of an open loop, whether it was; one that keeps its schedule is not bound by anything.
    static func generatorBound(_ measurement: RunExecution.Measurement, isBehind: Bool) -> Verdict? {
        let totalNs = measurement.generatorElapsedNs
        guard isBehind, totalNs >= 20_000_000 else { return nil }
        let share = min(1, Double(measurement.generatorCpuNs) / Double(totalNs))
        if share <= 0.5 { return nil }
        return Verdict(
            .generatorBound,
            """
            making the records took \(Percent.whole(share)) of the generators' time (up to 50 % is fine): \
            what comes after them could have done more
            """)
    }

    /// The rate went on changing while the run lasted, so that its mean depends on how long that was.
    static func drifting(_ rates: [Double]) -> Verdict? {
        guard let drift = SteadyState.drift(rates, bound: 0.1) else { return nil }
        return Verdict(
            .drifting,
            """
            in its last third the run was \(Percent.whole(abs(drift))) \(drift > 0 ? "faster" : "slower") than in its first \
            (up to 10 % is fine)
            """)
    }

    /// Other processes, or other virtual machines, used the machine's CPUs during the run.
    ///
    /// - Parameters:
    ///   - ownCpuNs: CPU time of kbench and of its broker; nil where the broker's is not known.
    static func noisy(
        from before: CPUTime?, to after: CPUTime?, durationNs: Int64, ownCpuNs: Int64?
    ) -> Verdict? {
        // The kernel counts in ticks of 10 ms.
        guard let before, let after, durationNs >= 500_000_000 else { return nil }
        var reasons: [String] = []
        if let stolen = after.stealShare(since: before), stolen > 0.02 {
            reasons.append("the hypervisor took \(Percent.whole(stolen)) of the CPUs' time (up to 2 % is fine)")
        }
        if let ownCpuNs,
            let others = after.othersShare(since: before, durationNs: durationNs, ownCpuNs: ownCpuNs), others > 0.1
        {
            reasons.append("other processes used \(Percent.whole(others)) of the CPUs' time (up to 10 % is fine)")
        }
        return reasons.isEmpty ? nil : Verdict(.noisy, reasons.joined(separator: "; "))
    }
}
