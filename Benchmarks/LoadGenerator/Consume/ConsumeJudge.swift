import KafkaClient

/// Says what must not be trusted of a run that reads.
struct ConsumeJudge {
    let result: RunResult
    let measurement: RunExecution.Measurement
    /// The records that were to be read.
    let total: Int64
    /// Whether the broker is kbench's own, so that its CPU time can be told from that of others on the machine.
    let isBrokerOurs: Bool
    let isInterrupted: Bool
    /// In words, what the machine did that the result moved with.
    let disturbances: [String]

    func judge() -> (verdicts: [Verdict], failures: [String]) {
        var verdicts: [Verdict] = []
        var failures: [String] = []
        let read = result.recordsRead ?? 0
        if let error = measurement.failure {
            verdicts.append(Verdict(.failedRecords, "\(read) of \(total) records were read: \(error)"))
            failures.append("\(error)")
        } else if isInterrupted, read < total {
            verdicts.append(.interrupted(after: read, of: total))
        }
        if failures.isEmpty, !isInterrupted { verdicts += [saturated].compactMap(\.self) }
        let more: [Verdict?] = [
            result.configuration.rate == nil ? .drifting(measurement.rates) : nil,
            .noisy(
                from: measurement.cpuTimeBefore, to: measurement.cpuTimeAfter, durationNs: measurement.durationNs,
                ownCpuNs: isBrokerOurs ? measurement.processCpuNs + (result.brokerCpuNs ?? 0) : nil),
        ]
        verdicts += more.compactMap(\.self)
        if SystemInfo.isDebugBuild {
            verdicts.append(Verdict(.debugBuild, "kbench was built without optimisation; use scripts/kbench"))
        }
        verdicts += disturbances.map { Verdict(.noisy, $0) }
        return (verdicts, failures)
    }

    /// Less was read than might have been. What the last batch has is read at once, before its time.
    private var saturated: Verdict? {
        guard let rate = result.configuration.rate, let read = result.recordsRead else { return nil }
        let dueNs = Double(read) / rate * 1e9
        let lateNs = Double(measurement.durationNs) - dueNs
        guard lateNs > max(50_000_000, dueNs / 20) else { return nil }
        return Verdict(
            .saturated,
            """
            \(read) records took \(Quantity.approximateDuration(ns: lateNs)) longer than \(Quantity.approximate(rate)) records/s allow \
            (up to 5 % is fine): no more could be read
            """)
    }
}
