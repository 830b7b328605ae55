import KafkaClient
import KafkaTransport

/// The load of one run: from the first record to the last acknowledgement.
struct RunExecution {
    let configuration: RunConfiguration
    let topic: String
    let pool: PayloadPool
    let pipeline: RunPipeline
    /// Set when the user wants an end.
    let interrupt: SharedFlag
    /// With `--verify`: what records are stamped with, and, once the clock is about to start, who reads them back.
    var stamps: VerificationStamps?
    var verification: Verification?
    /// Of `kbench end-to-end`: what records are stamped with, and who receives them, unless another process does.
    var times: EndToEndStamps?
    var reading: EndToEndReading?
    let abort = RunAbort()

    /// What was measured between the two ends of the clock.
    struct Measurement {
        /// When the clock started.
        var begin = MonotonicInstant.now
        var durationNs: Int64 = 0
        /// User and system time of this process, and the generators' part of it.
        var processCpuNs: Int64 = 0
        var generatorCpuNs: Int64 = 0
        /// The part of it that is the reader's of `--verify`.
        var readerCpuNs: Int64 = 0
        var clientPeakRssBytes: Int64 = 0
        var generatedRecords: Int64 = 0
        /// The first error that stopped a generator, or why a transaction was not committed.
        var failure: (any Error)?
        /// The transactions that were committed; nil where there are none.
        var transactions: RunTransactions.Tally?
        /// Of all generators together, from begin to end, without the time in which others had the CPU.
        var generatorElapsedNs: Int64 = 0
        /// Of an open loop.
        var lag: ScheduleLag?
        /// What was received; nil where nothing was to be.
        var receipts: ReceiptReport?
        /// Records acknowledged a second, in even times of the run.
        var rates: [Double] = []
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
        /// By how much later records of its end were acknowledged, or received, than those of its first half.
        var growthNs = 0.0
        /// What that was: acknowledged or received.
        var growthWord = "acknowledged"
        /// In transactions.
        var longestCommitNs: Int64 = 0
    }

    /// Sends what comes before the clock starts, and forgets it.
    ///
    /// - Returns: how many records were acknowledged.
    /// - Throws: `RunError` when records of it fail.
    func warmUp(_ warmUp: RunConfiguration.WarmUp, drainTimeout: Duration, _ metrics: SessionMetrics) async throws
        -> Int64
    {
        let isEnough = SharedFlag()
        let watching = warmUp == .untilSteady ? Task { await watch(isEnough) } : nil
        let measurement = await measure(
            warmUp.amount, drainTimeout: drainTimeout, isLast: false, until: isEnough)
        watching?.cancel()
        let failed = pipeline.recorders.reduce(0) { $0 + $1.tally.failedRecords }
        if let error = measurement.failure ?? pipeline.recorders.lazy.compactMap(\.tally.firstFailure).first {
            throw RunError("the warm-up failed (\(failed) records): \(error)")
        }
        let acked = pipeline.recorders.reduce(0) { $0 + $1.ackedRecords }
        metrics.endWarmUp(acked) { for recorder in pipeline.recorders { recorder.reset() } }
        return acked
    }

    /// Sets a flag when records are acknowledged at a steady rate.
    private func watch(_ isEnough: SharedFlag) async {
        var sampler = RateSampler(pipeline.recorders, intervalNs: 20_000_000)
        while await sampler.sample() {
            if SteadyState.isReached(sampler.rates) { return isEnough.set() }
        }
    }

    /// Sends `amount`, and returns when every batch has come to its end, or the time to drain after an interrupt is over.
    ///
    /// - Parameters:
    ///   - isLast: nothing comes after this; otherwise builders and producers stay as they are.
    ///   - isEnough: ends it before all is sent, once it is set.
    func measure(
        _ amount: RunConfiguration.Amount, drainTimeout: Duration, isLast: Bool = true,
        until isEnough: SharedFlag? = nil,
        timeline: Timeline? = nil, events: EventLog? = nil
    ) async -> Measurement {
        var measurement = Measurement()
        ProcessUsage.resetPeakRss()
        measurement.cpuTimeBefore = CPUTime.now()
        let readerCpuBefore = await verification?.cpuNs() ?? 0
        let cpuBefore = ProcessUsage.cpuTimeNs()
        // When the topic can't be asked for, the generators fail for that reason.
        if configuration.rate != nil, configuration.door == .record {
            try? await pipeline.producer?.numberRecords(to: topic, from: DueTimes.firstNumber(ofDoor: 0))
        }
        let load = Load(amount, configuration, pool, begin: .now)
        measurement.begin = load.begin
        events?.begin(at: load.begin)
        let generators = startGenerators(load, isLast: isLast, until: isEnough)
        let watchdog = Task { try await watch(generators, drainTimeout) }
        let sampling = Task {
            var sampler = RateSampler(pipeline.recorders, intervalNs: 50_000_000)
            while await sampler.sample() {}
            return sampler.rates
        }
        let timelining = timeline.map { timeline in
            Task { [lanes = pipeline.lanes, pipeline, reading] in
                await timeline.record(
                    from: load.begin, pipeline.recorders, receipts: reading?.recorders ?? []
                ) {
                    var inFlight = 0
                    for lane in lanes { inFlight += await lane.inFlightCount }
                    return inFlight
                }
            }
        }
        var outcomes: [Generator.Outcome] = []
        for generator in generators { outcomes.append(await generator.value) }
        let transactions = await pipeline.transactions?.finish()
        // What is still to be acknowledged now comes ever more slowly.
        sampling.cancel()
        await pipeline.drain()
        let patienceAfterInterrupt = MonotonicInstant.now + drainTimeout
        await reading?.drain(
            pipeline.recorders.reduce(0) { $0 + $1.ackedRecords }, isWarmUp: !isLast,
            until: { abort.reason != nil || interrupt.isSet && .now > patienceAfterInterrupt })
        measurement.rates = await sampling.value
        events?.end()
        watchdog.cancel()
        // What was sent in a transaction counts when that is committed.
        let lastAck = max(
            pipeline.recorders.map(\.tally.lastAck).max() ?? .distantPast, transactions?.lastEnd ?? .distantPast)
        measurement.durationNs = (lastAck > load.begin ? lastAck : .now).nanoseconds(since: load.begin)
        measurement.processCpuNs = ProcessUsage.cpuTimeNs() - cpuBefore
        measurement.readerCpuNs = (await verification?.cpuNs() ?? 0) - readerCpuBefore
        measurement.cpuTimeAfter = CPUTime.now()
        measurement.clientPeakRssBytes = ProcessUsage.peakRssBytes()
        timelining?.cancel()
        await timelining?.value
        measurement.add(outcomes)
        measurement.transactions = transactions
        measurement.failure = transactions?.failure ?? measurement.failure
        measurement.lag = load.lag(durationNs: measurement.durationNs, generated: measurement.generatedRecords)
        let backlog = pipeline.recorders.reduce(into: Backlog()) { $0.add($1.tally.backlog) }
        measurement.lag?.growthNs = backlog.growthNs
        measurement.lag?.longestCommitNs = transactions?.commits.max ?? 0
        if isLast, let reading {
            let acked = pipeline.recorders.reduce(0) { $0 + $1.ackedRecords }
            let receipts = reading.report(expected: interrupt.isSet ? nil : acked)
            if receipts.growthNs > backlog.growthNs {
                measurement.lag?.growthNs = receipts.growthNs
                measurement.lag?.growthWord = "received"
            }
            measurement.receipts = receipts
        }
        return measurement
    }

    /// What the generators share: how much there is to send, and when.
    private struct Load {
        let begin: MonotonicInstant
        /// No more records are made then.
        let end: MonotonicInstant
        /// The most records that are made.
        let total: Int64
        let stretches: RecordStretches
        /// Of an open loop.
        let schedule: OpenLoopSchedule?

        init(
            _ amount: RunConfiguration.Amount, _ configuration: RunConfiguration, _ pool: PayloadPool,
            begin: MonotonicInstant
        ) {
            self.begin = begin
            let total = amount.recordsMost(rate: configuration.rate)
            self.total = total
            end = amount.end(from: begin)
            stretches = RecordStretches(total: total, of: pool)
            schedule = configuration.rate.map { OpenLoopSchedule(rate: $0, total: total, begin: begin) }
        }

        func lag(durationNs: Int64, generated: Int64) -> ScheduleLag? {
            schedule.map {
                ScheduleLag(
                    worstNs: $0.worstLagNs, finalNs: $0.lagNs(at: min(end, begin.advanced(byNanoseconds: durationNs))),
                    missedRecords: total - generated)
            }
        }
    }

    private func startGenerators(
        _ load: Load, isLast: Bool, until isEnough: SharedFlag?
    ) -> [Task<Generator.Outcome, Never>] {
        let generator = Generator(
            configuration: configuration, topic: topic, pool: pool, interrupt: interrupt, abort: abort,
            isEnough: isEnough,
            stamps: isLast ? stamps?.run : stamps?.warmUp, times: isLast ? times : times?.warmUp,
            pace: verification?.pace ?? reading?.pace, transactions: pipeline.transactions)
        // A door that takes records one by one counts them itself.
        let doorCount = configuration.door == .writer ? configuration.tasks : configuration.door == .record ? 1 : 0
        let doors = (0..<doorCount).map { _ in HandedRecords() }
        let dueTimes = load.schedule.map { DueTimes($0, doors: doors) }
        for recorder in pipeline.recorders { recorder.count(from: dueTimes) }
        reading?.count(from: dueTimes)
        let share = GeneratorLoad(
            end: load.end, stretches: load.stretches, schedule: load.schedule, doors: doors, isLast: isLast)
        pipeline.transactions?.enter(configuration.tasks)
        if let producer = pipeline.producer {
            let loop = pipeline.generatorLoops[0]
            return (0..<configuration.tasks).map { index in
                // An open loop sleeps on a loop of its own. Otherwise it is a task like any application's.
                return Task(executorPreference: load.schedule == nil ? nil : loop) {
                    await generator.generate(into: producer, share, loop: loop, task: index)
                }
            }
        }
        return zip(pipeline.builders, pipeline.generatorLoops).enumerated().map { lane, part in
            let (builder, loop) = part
            // With the loop as its preference a task that waited goes on there, and not by way of the global pool.
            return Task(executorPreference: loop) {
                await generator.generate(into: builder, share, loop: loop, lane: lane)
            }
        }
    }

    /// Ends the run before its time. After an interrupt, what is in flight may still arrive; without a broker, nothing can.
    private func watch(_ generators: [Task<Generator.Outcome, Never>], _ drainTimeout: Duration) async throws {
        while !interrupt.isSet, abort.reason == nil {
            try await Task.sleep(for: .milliseconds(200))
            if pipeline.recorders.contains(where: \.hasTimedOut) {
                abort.set("records were not acknowledged in time; the rest was not sent")
            }
        }
        // Generators that wait for memory wait no longer.
        for generator in generators { generator.cancel() }
        if abort.reason == nil { try await Task.sleep(for: drainTimeout) }
        await pipeline.close()
    }
}

extension RunExecution.Measurement {
    fileprivate mutating func add(_ outcomes: [Generator.Outcome]) {
        generatedRecords = outcomes.reduce(0) { $0 + $1.records }
        failure = outcomes.lazy.compactMap(\.failure).first
        generatorElapsedNs = outcomes.reduce(0) { $0 + $1.elapsedNs }
        generatorCpuNs = outcomes.reduce(0) { $0 + $1.cpuNs + $1.clockNs }
    }
}

extension RunConfiguration {
    /// How many records the run sends at most; with a rate and a duration, those that are due within it.
    var plannedRecords: Int64 { amount.recordsMost(rate: rate) }
}

extension RunConfiguration.Amount {
    /// No run has more records.
    private static let recordsMax: Int64 = 1_000_000_000_000_000_000

    /// How many records are sent at most; with a rate and a duration, those that are due within it.
    fileprivate func recordsMost(rate: Double?) -> Int64 {
        switch self {
        case .records(let count): count
        case .durationNs(let ns): rate.map { max(1, Int64((Double(ns) / 1e9 * $0).rounded())) } ?? Self.recordsMax
        }
    }

    /// When no more records are made.
    fileprivate func end(from begin: MonotonicInstant) -> MonotonicInstant {
        switch self {
        case .records: .distantFuture
        case .durationNs(let ns): begin.advanced(byNanoseconds: ns)
        }
    }
}
