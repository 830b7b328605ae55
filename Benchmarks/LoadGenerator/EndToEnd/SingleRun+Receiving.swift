// The receiving side of `kbench end-to-end`: beside a run that sends, or alone, of what another process sends.

import KafkaClient
import KafkaTransport

extension SingleRun {
    /// Begins to receive what a run is about to send; nil where it sends only.
    func beginReceiving(_ execution: RunExecution, _ target: RunTarget) async throws -> EndToEndReading? {
        guard configuration.mode == .endToEnd, configuration.role == .both, let times = execution.times else {
            return nil
        }
        // A broker of one's own keeps only so much of what was not received yet.
        let unreadMax =
            plan.target.bootstrapServers == nil
            ? configuration.verifiedLogByteCount.map {
                Verification.unreadMax(
                    logByteCount: $0, bytesPerRecord: execution.pool.bytesPerRecord,
                    inTransactions: configuration.transactionalID != nil)
            } : nil
        let recorders = execution.pipeline.recorders
        let reading = try EndToEndReading(
            configuration, of: times.run, cluster: target.cluster,
            connection: plan.target.clientSettings.connectionConfiguration(), unreadMax: unreadMax
        ) { recorders.reduce(0) { $0 + $1.ackedRecords } }
        do {
            try await reading.begin(target.topic, from: try await target.endOffsets(), interrupt: interrupt)
        } catch {
            await reading.close()
            throw error
        }
        return reading
    }

    /// Tells the process that receives how the clocks compare, from before the first record to the end; nil where it is this one, or does
    /// not ask.
    func beginAnswering(_ target: RunTarget) async throws -> ClockAnswerer? {
        guard configuration.mode == .endToEnd, configuration.role == .produce else { return nil }
        do {
            let answerer = try await ClockAnswerer.begin(
                beside: target.topic, cluster: target.cluster,
                connection: plan.target.clientSettings.connectionConfiguration())
            await answerer?.settle(interrupt: interrupt)
            return answerer
        } catch let error as KafkaClientError {
            noteIncomparable(error)
            return nil
        }
    }

    private func noteIncomparable(_ error: KafkaClientError) {
        terminal.note("the clocks of two machines can't be compared: \(error)")
    }

    /// A run that receives what another process sends.
    func receive(from target: RunTarget) async throws -> RunOutcome {
        let connection = plan.target.clientSettings.connectionConfiguration()
        var clocks: ClockAsker?
        do {
            clocks = try await ClockAsker.begin(
                beside: target.topic, cluster: target.cluster, connection: connection,
                replicationFactor: plan.target.replicationFactor)
        } catch let error as KafkaClientError {
            noteIncomparable(error)
        }
        let reading = try EndToEndReading(
            configuration, of: nil, cluster: target.cluster, connection: connection, clocks: clocks)
        return try await always {
            try await reading.begin(target.topic, from: try await target.endOffsets(), interrupt: interrupt)
            terminal.note(
                "waiting for records; start kbench end-to-end --role produce --topic \(target.topic), on this machine or another"
            )
            return try await measure(reading, target)
        } thenCleanUp: {
            await reading.close()
        }
    }

    /// How long the first record is waited for.
    private static let firstWithin = Duration.seconds(60)

    /// Waits for the first record that counts, or for one that never can.
    private func waitForFirst(_ reading: EndToEndReading) async throws {
        var (seen, deadline) = (Int64(0), MonotonicInstant.now + Self.firstWithin)
        while reading.received.distinctCount == 0, reading.received.counts.elsewhere == 0, !interrupt.isSet {
            if let failure = reading.failure { throw failure }
            let warmUp = reading.received.warmUpCount
            if warmUp > seen { (seen, deadline) = (warmUp, .now + Self.firstWithin) }
            guard .now < deadline else {
                throw RunError(
                    """
                    no record of kbench end-to-end --role produce came within \(Self.firstWithin); start it once this process says \
                    that it waits, with the same --bootstrap-server and --topic
                    """)
            }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    private func measure(_ reading: EndToEndReading, _ target: RunTarget) async throws -> RunOutcome {
        metrics.begin(
            SessionMetrics.Run(number: scheduled.number, label: label, cluster: target.cluster, recorders: []))
        let canaries = Canaries()
        let environment = canaries.sampleBefore()
        try await waitForFirst(reading)
        let startedAt = Timestamp(.now)
        var measurement = RunExecution.Measurement()
        ProcessUsage.resetPeakRss()
        measurement.cpuTimeBefore = CPUTime.now()
        let cpuBefore = ProcessUsage.cpuTimeNs()
        measurement.begin = reading.recorders.compactMap { $0.times?.first }.min() ?? .now
        events.begin(at: measurement.begin)
        let progress = terminal.progress(scheduled, of: plan, acked: { reading.received.distinctCount })
        let timeline = Timeline(
            runNumber: scheduled.number, intervalNs: plan.output.intervalNs, file: timelineFile, canaries: canaries
        ) { nil }
        let timelining = Task { [begin = measurement.begin] in
            await timeline.record(from: begin, [], receipts: reading.recorders) { 0 }
        }
        let expected = await receiveAll(reading, from: measurement.begin)
        progress?.cancel()
        events.end()
        timelining.cancel()
        await timelining.value
        let last = reading.recorders.compactMap { $0.times?.last }.max() ?? measurement.begin
        measurement.durationNs = last.nanoseconds(since: measurement.begin)
        measurement.processCpuNs = ProcessUsage.cpuTimeNs() - cpuBefore
        measurement.cpuTimeAfter = CPUTime.now()
        measurement.clientPeakRssBytes = ProcessUsage.peakRssBytes()
        measurement.receipts = reading.report(expected: interrupt.isSet ? nil : expected)
        return await outcome(measurement, reading, target, startedAt, environment, timeline)
    }

    /// Waits for as many records as there are to be, or for as long.
    ///
    /// - Returns: how many there were to be; nil where a time has decided.
    private func receiveAll(_ reading: EndToEndReading, from begin: MonotonicInstant) async -> Int64? {
        let isHopeless = { reading.received.counts.elsewhere > 0 || interrupt.isSet }
        switch configuration.amount {
        case .records(let count):
            await reading.drain(count, isWarmUp: false, until: isHopeless)
            return count
        case .durationNs(let ns):
            let end = begin.advanced(byNanoseconds: ns)
            while .now < end, !isHopeless(), reading.failure == nil {
                try? await Task.sleep(for: .nanoseconds(min(20_000_000, max(1, end.nanoseconds(since: .now)))))
            }
            return nil
        }
    }

    private func outcome(
        _ measurement: RunExecution.Measurement, _ reading: EndToEndReading, _ target: RunTarget,
        _ startedAt: Timestamp,
        _ environment: CanarySample, _ timeline: Timeline
    ) async -> RunOutcome {
        var histograms = LatencyHistograms()
        histograms.endToEnd.add(reading.histogram)
        var result = RunResult(
            run: scheduled.number, startedAt: startedAt, target: plan.target.name(stage: .broker),
            configuration: configuration)
        let read = reading.read
        result.durationNs = measurement.durationNs
        result.clientCpuNs = measurement.processCpuNs
        result.clientPeakRssBytes = measurement.clientPeakRssBytes
        (result.recordsRead, result.payloadBytesAcked, result.wireBytes) = (
            read.records, read.payloadBytes, read.wireBytes
        )
        result.batches = read.batches
        result.received = measurement.receipts?.received
        result.latencies = histograms.byStage.compactMapValues { LatencyFigures($0) }
        result.security = plan.target.clientSettings.security
        let problems = interrupt.isSet ? [] : measurement.receipts?.problems ?? []
        result.verdicts = problems.map { Verdict(.unverified, $0) }
        if interrupt.isSet {
            result.verdicts.append(.interrupted(after: read.records, of: configuration.plannedRecords))
        }
        let noise = Verdict.noisy(
            from: measurement.cpuTimeBefore, to: measurement.cpuTimeAfter, durationNs: measurement.durationNs,
            ownCpuNs: nil)
        if let noise { result.verdicts.append(noise) }
        if SystemInfo.isDebugBuild {
            result.verdicts.append(Verdict(.debugBuild, "kbench was built without optimisation; use scripts/kbench"))
        }
        let failures = problems + [await timeline.failure].compactMap { $0.map { "\($0)" } }
        return RunOutcome(
            result: result, histograms: histograms,
            events: events.history.rows(run: scheduled.number, topic: target.topic, gaps: PartitionGaps([])),
            environment: environment, verification: nil, failures: failures)
    }
}
