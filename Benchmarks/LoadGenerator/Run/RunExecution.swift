import KafkaClient

/// One run: from the first record to the last acknowledgement.
struct RunExecution {
    let configuration: RunConfiguration
    let topic: String
    let pool: PayloadPool
    let pipeline: RunPipeline
    let interrupt: RunInterrupt
    let abort = RunAbort()

    /// What was measured between the two ends of the clock.
    struct Measurement {
        var durationNs: Int64 = 0
        var clientCpuNs: Int64 = 0
        var clientPeakRssBytes: Int64 = 0
        var generatedRecords: Int64 = 0
        /// The first error that stopped a generator.
        var failure: (any Error)?
        /// Of all generators together: time spent making records, and waiting for the builder to take them.
        var generatingNs: Int64 = 0
        var appendingNs: Int64 = 0
        /// Of an open loop.
        var lag: ScheduleLag?
        /// The machine's CPUs, at the beginning and at the end.
        var cpuTimeBefore: CPUTime?
        var cpuTimeAfter: CPUTime?
    }

    /// How far an open loop was behind its schedule, in ns.
    struct ScheduleLag {
        var worstNs: Int64
        /// With its last record.
        var finalNs: Int64
        /// Records that were not even made when the time was over.
        var missedRecords: Int64
    }

    /// Sends what comes before the clock starts, and forgets it.
    ///
    /// - Returns: how many records were acknowledged.
    /// - Throws: `RunError` when records of it fail.
    func warmUp(_ amount: RunConfiguration.Amount, drainTimeout: Duration) async throws -> Int64 {
        let measurement = await run(amount, drainTimeout: drainTimeout, isLast: false)
        let failed = pipeline.recorders.reduce(0) { $0 + $1.failedRecords }
        if let error = measurement.failure ?? pipeline.recorders.lazy.compactMap(\.firstFailure).first {
            throw RunError("the warm-up failed (\(failed) records): \(error)")
        }
        let acked = pipeline.recorders.reduce(0) { $0 + $1.ackedRecords }
        for recorder in pipeline.recorders { recorder.reset() }
        return acked
    }

    /// Runs, and returns when every batch has come to its end, or the time to drain after an interrupt is over.
    ///
    /// - Parameter isLast: nothing comes after this; otherwise builders and producers stay as they are.
    func run(
        _ amount: RunConfiguration.Amount, drainTimeout: Duration, isLast: Bool = true, timeline: Timeline? = nil
    ) async -> Measurement {
        var measurement = Measurement()
        ProcessUsage.resetPeakRss()
        measurement.cpuTimeBefore = CPUTime.now()
        let cpuBefore = ProcessUsage.cpuTimeNs()
        let begin = MonotonicClock.nowNs()
        let endNs = amount.endNs(from: begin)
        let total = amount.recordsMost(rate: configuration.rate)
        let source = RecordRuns(total: total, of: pool)
        let schedule = configuration.rate.map { OpenLoopSchedule(rate: $0, total: total, beginNs: begin) }
        let generators = zip(pipeline.builders, pipeline.generatorLoops).enumerated().map { lane, part in
            let (builder, loop) = part
            let generator = Generator(
                configuration: configuration, topic: topic, pool: pool, interrupt: interrupt, abort: abort)
            // With the loop as its preference a task that waited goes on there, and not by way of the global pool.
            return Task(executorPreference: loop) {
                guard let schedule else {
                    return await generator.run(into: builder, from: source, untilNs: endNs, isLast: isLast)
                }
                return await generator.run(
                    into: builder, on: schedule, intendedTimes(lane), loop: loop, lane: lane, isLast: isLast)
            }
        }
        let watchdog = Task { try await watch(generators, drainTimeout) }
        let timelining = timeline.map { timeline in Task { await timeline.run(from: begin, pipeline) } }
        var outcomes: [Generator.Outcome] = []
        for generator in generators { outcomes.append(await generator.value) }
        await drain()
        watchdog.cancel()
        let lastAck = pipeline.recorders.map(\.lastAckNs).max() ?? 0
        measurement.durationNs = (lastAck > begin ? lastAck : MonotonicClock.nowNs()) - begin
        measurement.clientCpuNs = ProcessUsage.cpuTimeNs() - cpuBefore
        measurement.cpuTimeAfter = CPUTime.now()
        measurement.clientPeakRssBytes = ProcessUsage.peakRssBytes()
        timelining?.cancel()
        await timelining?.value
        measurement.generatedRecords = outcomes.reduce(0) { $0 + $1.records }
        measurement.failure = outcomes.lazy.compactMap(\.failure).first
        measurement.generatingNs = outcomes.reduce(0) { $0 + $1.generatingNs }
        measurement.appendingNs = outcomes.reduce(0) { $0 + $1.appendingNs }
        measurement.lag = schedule.map {
            ScheduleLag(
                worstNs: $0.worstLagNs, finalNs: $0.lagNs(at: min(endNs, begin + measurement.durationNs)),
                missedRecords: total - measurement.generatedRecords)
        }
        return measurement
    }

    /// Where lane `lane` notes them: its own recorder's, or with one builder for all lanes everybody's.
    private func intendedTimes(_ lane: Int) -> IntendedTimes {
        if let times = pipeline.recorders[lane].intendedTimes { return times }
        preconditionFailure("an open loop's pipeline has a place for intended times")
    }

    private func drain() async {
        await withTaskGroup(of: Void.self) { group in
            for producer in pipeline.producers { group.addTask { await producer.drain() } }
        }
    }

    /// Ends the run before its time: after an interrupt what is in flight has a while, without a broker nothing has.
    private func watch(_ generators: [Task<Generator.Outcome, Never>], _ drainTimeout: Duration) async throws {
        while !interrupt.isSet, abort.reason == nil {
            try await Task.sleep(for: .milliseconds(50))
            if pipeline.recorders.contains(where: \.hasTimedOut) {
                abort.set("records were not acknowledged in time; the rest was not sent")
            }
        }
        // Those that wait for memory wait no longer.
        for generator in generators { generator.cancel() }
        if abort.reason == nil { try await Task.sleep(for: drainTimeout) }
        for producer in pipeline.producers { await producer.close() }
    }
}

extension RunConfiguration.Amount {
    /// Records that a run can't exceed.
    var recordsMost: Int64 {
        switch self {
        case .records(let count): count
        case .durationNs: 1_000_000_000_000_000_000
        }
    }

    /// Records that a run comes to: with a rate and a duration, those whose time comes within it.
    func recordsMost(rate: Double?) -> Int64 {
        guard case .durationNs(let ns) = self, let rate else { return recordsMost }
        return max(1, Int64((Double(ns) / 1e9 * rate).rounded()))
    }

    /// When no more records are made, on the monotonic clock.
    func endNs(from beginNs: Int64) -> Int64 {
        switch self {
        case .records: .max
        case .durationNs(let ns): beginNs + ns
        }
    }
}
