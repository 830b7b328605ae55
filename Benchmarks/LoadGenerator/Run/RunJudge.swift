import KafkaClient

/// Compares what was acknowledged with what is stored, and says what must not be trusted.
struct RunJudge {
    let result: RunResult
    let measurement: RunExecution.Measurement
    let recorders: [LaneRecorder]
    /// Whether the broker is kbench's own, so that its CPU time can be told from that of others on the machine.
    let isBrokerOurs: Bool
    let isInterrupted: Bool
    /// With `--verify`, what was read back: it says more than the end offsets.
    let verification: VerificationReport?
    /// How the load lay on the brokers; nil where that is not known.
    let placement: Placement?
    /// In words, what the machine did that the result moved with.
    let disturbances: [String]

    /// What is to be said of a run.
    struct Judgement {
        var verdicts: [Verdict] = []
        /// What makes the run a failure, each in words.
        var failures: [String] = []

        /// Adds a verdict that makes the run a failure.
        fileprivate mutating func fail(_ verdict: Verdict) {
            verdicts.append(verdict)
            failures.append(verdict.explanation)
        }
    }

    /// - Parameters:
    ///   - target: where to count the records; nil where they can't be counted.
    ///   - storedBefore: records that it held when the clock started.
    func judge(_ target: RunTarget?, storedBefore: Int64) async -> Judgement {
        var judgement = Judgement()
        if let error = measurement.failure { judgement.failures.append("\(error)") }
        if let verdict = failedRecords { judgement.fail(verdict) }
        if let verification {
            if let verdict = verification.verdict { judgement.fail(verdict) }
        } else if let target, measurement.transactions?.failure == nil,
            let verdict = await unverified(target, storedBefore)
        {
            judgement.fail(verdict)
        }
        for problem in measurement.receipts?.problems ?? [] where !isInterrupted {
            judgement.fail(Verdict(.unverified, problem))
        }
        judgement.verdicts += loadVerdicts
        if SystemInfo.isDebugBuild {
            judgement.verdicts.append(
                Verdict(.debugBuild, "kbench was built without optimisation; use scripts/kbench"))
        }
        if let interrupted { judgement.verdicts.append(interrupted) }
        judgement.verdicts += disturbances.map { Verdict(.noisy, $0) }
        return judgement
    }

    private var failedRecords: Verdict? {
        guard let failed = result.recordsFailed, failed > 0 else { return nil }
        let reason = recorders.lazy.compactMap(\.tally.firstFailure).first.map { ": \($0)" } ?? ""
        return Verdict(.failedRecords, "\(failed) of \(measurement.generatedRecords) records failed\(reason)")
    }

    private var interrupted: Verdict? {
        let (acked, planned) = (result.recordsAcked ?? 0, result.configuration.plannedRecords)
        return isInterrupted && acked < planned ? .interrupted(after: acked, of: planned) : nil
    }

    /// Whether the load was what the configuration says. These don't make a run a failure.
    private var loadVerdicts: [Verdict] {
        let configuration = result.configuration
        var verdicts: [Verdict?] = []
        if let rate = configuration.rate, let lag = measurement.lag {
            let saturated = Verdict.saturated(
                lag, planned: configuration.plannedRecords, rate: rate, isInterrupted: isInterrupted)
            let isBehind = lag.isBehind(planned: configuration.plannedRecords, rate: rate)
            verdicts += [saturated, .generatorBound(measurement, isBehind: saturated != nil && isBehind)]
        } else if configuration.stage != .generate {
            verdicts.append(.generatorBound(measurement, isBehind: true))
        }
        if !verdicts.contains(where: { $0?.kind == .generatorBound }) {
            verdicts.append(
                .generatorBound(share: result.generatorCapacityShare, capacityRps: result.generatorCapacityRps))
        }
        if configuration.rate == nil { verdicts.append(.drifting(measurement.rates)) }
        if let placement {
            verdicts.append(.lopsided(placement, laneCount: recorders.count { !$0.tally.loads.all.isEmpty }))
        }
        // A broker that kbench didn't start may be on this machine.
        let isAlone = isBrokerOurs || configuration.stage != .broker
        verdicts.append(
            .noisy(
                from: measurement.cpuTimeBefore, to: measurement.cpuTimeAfter, durationNs: measurement.durationNs,
                ownCpuNs: isAlone ? measurement.processCpuNs + (result.brokerCpuNs ?? 0) : nil))
        return verdicts.compactMap(\.self)
    }

    /// Nil when the broker has exactly what was acknowledged.
    private func unverified(_ target: RunTarget, _ storedBefore: Int64) async -> Verdict? {
        let acked = result.recordsAcked ?? 0
        let markers = measurement.transactions?.markers ?? 0
        let stored: Int64
        do {
            stored =
                try await target.settledRecords(
                    expected: storedBefore + acked + markers, storesMoreLater: result.configuration.storesMoreLater)
                - storedBefore - markers
        } catch {
            return Verdict(.unverified, "the end offsets could not be read: \(error)")
        }
        return stored == acked ? nil : Verdict(.unverified, difference(stored: stored, acked: acked))
    }

    private func difference(stored: Int64, acked: Int64) -> String {
        let counts = "the broker has \(stored) records, \(acked) were acknowledged"
        let possible = recorders.reduce(0) { $0 + $1.tally.possibleDuplicates }
        if stored > acked, stored - acked <= possible {
            return """
                \(counts): \(stored - acked) were stored twice, because requests were repeated whose answer was lost \
                (\(possible) records)
                """
        }
        return "\(counts): " + (stored < acked ? "\(acked - stored) are missing" : "\(stored - acked) are too many")
    }
}
