import KafkaClient

extension RunSession {
    /// Compares what was acknowledged with what is stored, and says what must not be trusted.
    ///
    /// - Returns: what makes the run a failure, in words.
    func judge(
        _ result: inout RunResult, _ measurement: RunExecution.Measurement, _ pipeline: RunPipeline,
        _ target: RunTarget?,
        storedBefore: Int64
    ) async -> String? {
        var failures: [String] = []
        if let error = measurement.failure { failures.append("\(error)") }
        let failed = result.recordsFailed ?? 0
        if failed > 0 {
            let reason = pipeline.recorders.lazy.compactMap(\.firstFailure).first.map { ": \($0)" } ?? ""
            let explanation = "\(failed) of \(measurement.generatedRecords) records failed\(reason)"
            result.verdicts.append(Verdict(.failedRecords, explanation))
            failures.append(explanation)
        }
        if let target {
            if let explanation = await verify(result, pipeline, target, storedBefore) {
                result.verdicts.append(Verdict(.unverified, explanation))
                failures.append(explanation)
            }
        }
        result.verdicts += loadVerdicts(result, measurement)
        if SystemInfo.current().isDebugBuild {
            result.verdicts.append(Verdict(.debugBuild, "kbench was built without optimisation; use scripts/kbench"))
        }
        return failures.isEmpty ? nil : failures.joined(separator: "; ")
    }

    /// Whether the load was what the configuration says. These don't make a run a failure.
    private func loadVerdicts(_ result: RunResult, _ measurement: RunExecution.Measurement) -> [Verdict] {
        let configuration = result.configuration
        var verdicts: [Verdict?] = []
        if let rate = configuration.rate, let lag = measurement.lag {
            let saturated = Verdict.saturated(
                lag, planned: configuration.amount.recordsMost(rate: rate), rate: rate, isInterrupted: interrupt.isSet)
            verdicts += [saturated, .generatorBound(measurement, isBehind: saturated != nil)]
        } else if configuration.stage != .generate {
            verdicts.append(.generatorBound(measurement, isBehind: true))
        }
        // A broker that kbench didn't start may be on this machine: its CPU time is not told from that of others.
        let isAlone = plan.target.bootstrapServers == nil || configuration.stage != .broker
        verdicts.append(
            .noisy(
                from: measurement.cpuTimeBefore, to: measurement.cpuTimeAfter, durationNs: measurement.durationNs,
                ownCpuNs: isAlone ? (result.clientCpuNs ?? 0) + (result.brokerCpuNs ?? 0) : nil,
                cpuCount: SystemInfo.onlineCores()))
        return verdicts.compactMap(\.self)
    }

    /// What is stored. With acks 0 the broker may still be taking what the system has: this waits until it has all, or
    /// has taken nothing more for two seconds.
    func settledRecords(_ target: RunTarget, expected: Int64, acks: AcksChoice) async throws -> Int64 {
        var stored = try await target.storedRecords()
        var deadline = MonotonicClock.nowNs() + 2_000_000_000
        while acks == .none, stored < expected, MonotonicClock.nowNs() < deadline {
            try await Task.sleep(for: .milliseconds(50))
            let now = try await target.storedRecords()
            if now > stored { deadline = MonotonicClock.nowNs() + 2_000_000_000 }
            stored = now
        }
        return stored
    }

    /// nil when the broker has exactly what was acknowledged.
    private func verify(
        _ result: RunResult, _ pipeline: RunPipeline, _ target: RunTarget, _ storedBefore: Int64
    ) async -> String? {
        let acked = result.recordsAcked ?? 0
        let stored: Int64
        do {
            stored =
                try await settledRecords(target, expected: storedBefore + acked, acks: result.configuration.acks)
                - storedBefore
        } catch {
            return "the end offsets could not be read: \(error)"
        }
        if stored == acked { return nil }
        let possible = pipeline.recorders.reduce(0) { $0 + $1.possibleDuplicates }
        if stored > acked, stored - acked <= possible {
            return """
                the broker has \(stored) records, \(acked) were acknowledged: \(stored - acked) were stored twice, because \
                requests were repeated whose answer was lost (\(possible) records)
                """
        }
        let difference = stored < acked ? "\(acked - stored) are missing" : "\(stored - acked) are too many"
        return "the broker has \(stored) records, \(acked) were acknowledged: \(difference)"
    }
}

extension RunResult {
    mutating func fill(_ measurement: RunExecution.Measurement, _ recorders: [LaneRecorder], bytesPerRecord: Double) {
        durationNs = measurement.durationNs
        clientCpuNs = measurement.clientCpuNs
        clientPeakRssBytes = measurement.clientPeakRssBytes
        if configuration.stage == .generate {
            recordsAcked = measurement.generatedRecords
            payloadBytesAcked = Int64(Double(measurement.generatedRecords) * bytesPerRecord)
            return
        }
        recordsAcked = recorders.reduce(0) { $0 + $1.ackedRecords }
        recordsFailed = recorders.reduce(0) { $0 + $1.failedRecords }
        payloadBytesAcked = Int64(Double(recordsAcked ?? 0) * bytesPerRecord)
        batches = recorders.reduce(0) { $0 + $1.batches }
        let built = recorders.reduce(0) { $0 + $1.builtBytes }
        let compressed = recorders.reduce(0) { $0 + $1.ackedBytes }
        if compressed > 0 { compressionRatio = Double(built) / Double(compressed) }
        if configuration.stage == .broker { wireBytes = recorders.reduce(0) { $0 + $1.wireBytes } }
        var all = LatencyHistograms()
        for recorder in recorders { all.add(recorder.histograms) }
        latencies = all.byStage.compactMapValues { LatencyFigures($0) }
    }
}

extension RunPipeline {
    /// Of all lanes together.
    var histograms: LatencyHistograms {
        recorders.reduce(into: LatencyHistograms()) { $0.add($1.histograms) }
    }
}
