// One run of the plan, from its broker to its verdict. Each step prepares what the next one needs, and cleans it up again:
//
//      broker ─▶ connection to it ─▶ topic ─▶ pipeline ─▶ warm-up, load ─▶ judgement

import KafkaClient
import KafkaTransport

/// Carries out one run.
struct SingleRun {
    let scheduled: RunPlan.ScheduledRun
    /// What tells its configuration from others of the plan.
    let label: String
    let plan: RunPlan
    let timelineFile: TimelineFile
    let terminal: Terminal
    /// Where the broker's process and the connection to the cluster live.
    let control: EventLoop
    let signals: InterruptSignals
    /// Set when the user wants an end.
    let interrupt: SharedFlag
    /// Told of the run while it lasts.
    let metrics: SessionMetrics
    /// The machine before the runs so far.
    let history: CanaryHistory
    /// What the generator can do.
    let generators: GeneratorCapacity
    /// What happens to the client while the clock runs.
    let events = EventLog()

    /// How long what is in flight has after an interrupt.
    static let drainTimeout = Duration.seconds(5)

    var configuration: RunConfiguration { scheduled.configuration }

    /// - Throws: `RunError`, `KafkaClientError` or `TransportError` when nothing could be measured.
    func carryOut() async throws -> RunOutcome {
        guard configuration.stage == .broker else { return try await loadPipeline(to: nil) }
        let broker = try await RunBroker.find(
            plan.target, rttNs: configuration.rttNs, logByteCount: configuration.verifiedLogByteCount, on: control)
        return try await always {
            try await connect(to: broker)
        } thenCleanUp: {
            await broker.process?.stop()
        }
    }

    private func connect(to broker: RunBroker) async throws -> RunOutcome {
        let connection = plan.target.clientSettings.connectionConfiguration()
        let cluster = try Cluster(
            servers: broker.servers, on: control,
            ClusterConfiguration(
                connection: connection, attempts: 2, metadataMaxAge: .nanoseconds(configuration.metadataMaxAgeNs),
                onEvent: { [events] in events.add($0) }, eventsPerSecondMax: .max,
                pushesMetrics: plan.target.clientSettings.pushesMetrics))
        let isMeasuring = SharedFlag()
        let givingUp = Task(executorPreference: control) { [signals] in
            try await signals.wait()
            // A broker that doesn't answer must not keep the user: before there is anything to measure at once, later
            // when draining and counting have had their time.
            if isMeasuring.isSet { try await Task.sleep(for: Self.drainTimeout * 2) }
            if !Task.isCancelled { await cluster.close() }
        }
        defer { givingUp.cancel() }
        return try await always {
            let target = try await RunTarget.prepare(
                cluster, plan.target, partitions: configuration.partitions, broker.process)
            isMeasuring.set()
            return try await loadTopic(of: target)
        } thenCleanUp: {
            await cluster.close()
        }
    }

    /// Removes the topic afterwards, whatever came of it.
    private func loadTopic(of target: RunTarget) async throws -> RunOutcome {
        var outcome: RunOutcome
        do {
            switch configuration.mode {
            case .consume: outcome = try await consume(from: target)
            case .endToEnd where configuration.role == .consume: outcome = try await receive(from: target)
            case .produce, .endToEnd: outcome = try await loadPipeline(to: target)
            }
        } catch {
            try? await target.remove(keeping: plan.target.keepTopic)
            throw error
        }
        do {
            if await !target.isLost { try await target.remove(keeping: plan.target.keepTopic) }
        } catch {
            // The figures stand; only the topic is left behind.
            outcome.failures.append("\(error)")
        }
        return outcome
    }

    /// - Parameter target: nil where the pipeline stops before the broker.
    private func loadPipeline(to target: RunTarget?) async throws -> RunOutcome {
        let pool = try PayloadPool(configuration)
        let generatorCapacityRps = await generators.recordsPerSecond(
            for: configuration, pool, plan.calibration, interrupt: interrupt)
        let loops = try EventLoopGroup(count: RunPipeline.loopCount(configuration), name: "kbench")
        let readerLoop = configuration.isVerified ? try EventLoop(name: "kbench-verify") : nil
        return try await always {
            let pipeline = try RunPipeline(
                configuration, topic: plan.target.topic, loops: loops.loops, cluster: target?.cluster,
                connection: plan.target.clientSettings.connectionConfiguration(),
                settings: plan.target.clientSettings)
            var execution = RunExecution(
                configuration: configuration, topic: plan.target.topic, pool: pool, pipeline: pipeline,
                interrupt: interrupt, stamps: configuration.isVerified ? VerificationStamps() : nil)
            if configuration.mode == .endToEnd { execution.times = .random() }
            if let target { execution.reading = try await beginReceiving(execution, target) }
            let reading = execution.reading
            let answerer = if let target { try await beginAnswering(target) } else { ClockAnswerer?.none }
            return try await always { [execution] in
                try await load(execution, target, generatorCapacityRps, readerLoop)
            } thenCleanUp: {
                await reading?.close()
                await answerer?.close()
            }
        } thenCleanUp: {
            await readerLoop?.shutDown()
            await loops.shutDown()
        }
    }

    /// - Parameter target: nil where the pipeline stops before the broker.
    private func load(
        _ prepared: RunExecution, _ target: RunTarget?, _ generatorCapacityRps: Double?, _ readerLoop: EventLoop?
    ) async throws -> RunOutcome {
        var execution = prepared
        metrics.begin(
            SessionMetrics.Run(
                number: scheduled.number, label: label,
                cluster: target?.cluster, recorders: execution.pipeline.recorders))
        let canaries = Canaries()
        let environment = canaries.sampleBefore()
        let before: Before
        do {
            before = Before(
                generatorCapacityRps: generatorCapacityRps, environment: environment,
                storedRecords: try await warmUp(execution, target))
        } catch {
            await execution.pipeline.close()
            throw error
        }
        if let readerLoop, let target {
            execution.verification = try await beginReading(execution, target, readerLoop)
        }
        let load = await measureLoad(execution, target, canaries)
        return await judge(load, execution, target, before)
    }

    /// - Returns: how many records the topic holds when the clock starts.
    private func warmUp(_ execution: RunExecution, _ target: RunTarget?) async throws -> Int64 {
        // With its id the producer has ended what another one left open: nobody else's markers come any more.
        let transactions = execution.pipeline.transactions
        try await transactions?.begin()
        let stored = try await target?.storedRecords() ?? 0
        guard let amount = configuration.warmup else { return stored }
        let acked = try await execution.warmUp(amount, drainTimeout: Self.drainTimeout, metrics)
        let markers = transactions?.takeTally().markers ?? 0
        try await transactions?.begin()
        return try await target?.settledRecords(
            expected: stored + acked + markers, storesMoreLater: configuration.storesMoreLater) ?? 0
    }

    private func beginReading(
        _ execution: RunExecution, _ target: RunTarget, _ loop: EventLoop
    ) async throws -> Verification? {
        guard let stamps = execution.stamps else { return nil }
        let isOurs = plan.target.bootstrapServers == nil
        let verification = Verification.begin(
            configuration, stamps, topic: target.topic, from: try await target.endOffsets(), cluster: target.cluster,
            connection: plan.target.clientSettings.connectionConfiguration(), on: loop,
            bytesPerRecord: execution.pool.bytesPerRecord,
            logByteCount: isOurs ? configuration.verifiedLogByteCount : nil)
        for recorder in execution.pipeline.recorders { recorder.tell(verification.ledger) }
        return verification
    }

    /// Reads what is left, and compares it with what was acknowledged.
    ///
    /// - Parameter target: nil where the broker is gone.
    private func finishReading(
        _ verification: Verification, _ target: RunTarget?, storedBefore: Int64, markers: Int64
    ) async -> VerificationReport? {
        let ends: [Int64]
        do {
            guard let target else {
                await verification.stop()
                return nil
            }
            _ = try await target.settledRecords(
                expected: storedBefore + verification.ledger.ackedRecords + markers,
                storesMoreLater: configuration.storesMoreLater)
            ends = try await target.endOffsets()
        } catch {
            return await verification.unfinished("the end offsets could not be read: \(error)")
        }
        return await verification.finish(at: ends, interrupt: interrupt)
    }

    /// What was known before the clock started.
    private struct Before {
        /// Nil where it was not measured.
        let generatorCapacityRps: Double?
        let environment: CanarySample
        /// In the topic.
        let storedRecords: Int64
    }

    /// What was seen while the clock ran.
    private struct MeasuredLoad {
        let startedAt: Timestamp
        let measurement: RunExecution.Measurement
        /// Nil where the broker is not kbench's own.
        let brokerCpuNs: Int64?
        /// With what the machine did meanwhile.
        let intervals: [CanaryJudge.Interval]
        /// Why the timeline is not whole; nil when it is.
        let timelineFailure: OutputError?
        /// Why not all spans were written; nil when they were.
        let traceFailure: OutputError?
    }

    private func measureLoad(
        _ execution: RunExecution, _ target: RunTarget?, _ canaries: Canaries
    ) async -> MeasuredLoad {
        let pipeline = execution.pipeline
        let brokerCpuBefore = await target?.brokerCpuNs()
        let progress = terminal.progress(
            scheduled, of: plan, acked: { pipeline.recorders.reduce(0) { $0 + $1.ackedRecords } })
        let startedAt = Timestamp(.now)
        await target?.broker?.whenLost { execution.abort.set($0) }
        let timeline = Timeline(
            runNumber: scheduled.number, intervalNs: plan.output.intervalNs, file: timelineFile, canaries: canaries
        ) {
            guard let target else { return ProcessUsage.cpuTimeNs() }
            return await target.brokerCpuNs().map { $0 + ProcessUsage.cpuTimeNs() }
        }
        let tracing = beginTracing(pipeline)
        let measurement = await execution.measure(
            configuration.amount, drainTimeout: Self.drainTimeout, timeline: timeline,
            events: target == nil ? nil : events)
        progress?.cancel()
        tracing?.task.cancel()
        await tracing?.task.value
        if let dropped = tracing?.writer.droppedCount, dropped > 0 {
            terminal.note(
                "--trace: \(dropped) batches of the sample were not written, because the file takes them too slowly")
        }
        let brokerCpuAfter = await target?.brokerCpuNs()
        await pipeline.close()
        var brokerCpuNs: Int64?
        if let brokerCpuBefore, let brokerCpuAfter { brokerCpuNs = brokerCpuAfter - brokerCpuBefore }
        return MeasuredLoad(
            startedAt: startedAt, measurement: measurement, brokerCpuNs: brokerCpuNs,
            intervals: await timeline.intervals, timelineFailure: await timeline.failure,
            traceFailure: await tracing?.writer.failure)
    }

    /// What the machine did that the result moved with.
    func disturbances(
        _ intervals: [CanaryJudge.Interval], _ result: RunResult, _ environment: CanarySample
    ) async -> [String] {
        let isPaced = configuration.rate != nil
        var words = [CanaryJudge(isPaced: isPaced).words(intervals)]
        if !isPaced, let throughput = result.throughputRps {
            words.append(await history.add(environment, throughputRps: throughput, of: configuration))
        }
        return words.compactMap(\.self)
    }

    /// Has a sample of what is delivered from now on written to the file of `--trace`.
    private func beginTracing(_ pipeline: RunPipeline) -> (writer: TraceWriter, task: Task<Void, Never>)? {
        guard let path = plan.output.trace else { return nil }
        let samples = TraceSamples()
        let perSecond = Double(plan.output.traceRate) / Double(pipeline.recorders.count)
        for recorder in pipeline.recorders {
            recorder.traceSampler = TraceSampler(to: samples, perSecond: perSecond)
        }
        let writer = TraceWriter(
            OutputFile(path: path), samples, run: scheduled.number, label: label,
            clientID: plan.target.clientSettings.clientID)
        return (writer, Task { await writer.write() })
    }

    private func judge(
        _ load: MeasuredLoad, _ execution: RunExecution, _ target: RunTarget?, _ before: Before
    ) async -> RunOutcome {
        let recorders = execution.pipeline.recorders
        var histograms = execution.pipeline.histograms
        if let reading = execution.reading { histograms.endToEnd.add(reading.histogram) }
        if let transactions = load.measurement.transactions { histograms.commit.add(transactions.commits) }
        var result = RunResult(
            run: scheduled.number, startedAt: load.startedAt, target: plan.target.name(stage: configuration.stage),
            configuration: configuration)
        result.fill(load.measurement, recorders, histograms, bytesPerRecord: execution.pool.bytesPerRecord)
        result.brokerCpuNs = load.brokerCpuNs
        result.generatorCapacityRps = before.generatorCapacityRps
        if let capacityRps = before.generatorCapacityRps, let share = result.generatorCapacityShare,
            share > GeneratorCapacity.shareMax
        {
            result.generatorCapacityRps = await generators.checked(
                capacityRps, for: configuration, execution.pool, interrupt: interrupt)
        }
        if target != nil { result.security = plan.target.clientSettings.security }
        var eventRows: [EventsFile.Row]?
        if let target {
            let (history, gaps) = (events.history, PartitionGaps(recorders.map(\.tally.gaps)))
            result.fill(history, recorders, gaps)
            eventRows = history.rows(run: scheduled.number, topic: target.topic, gaps: gaps)
        }
        let isLost = await target?.isLost == true
        let placement = isLost ? nil : await target?.placement(of: recorders)
        var report: VerificationReport?
        if let verification = execution.verification {
            report = await finishReading(
                verification, isLost ? nil : target, storedBefore: before.storedRecords,
                markers: load.measurement.transactions?.markers ?? 0)
            result.verified = report?.totals
        }
        let judge = RunJudge(
            result: result, measurement: load.measurement, recorders: recorders,
            isBrokerOurs: plan.target.bootstrapServers == nil, isInterrupted: interrupt.isSet, verification: report,
            placement: placement, disturbances: await disturbances(load.intervals, result, before.environment))
        // A broker that is gone can't be asked how many records it stored.
        let judgement = await judge.judge(isLost ? nil : target, storedBefore: before.storedRecords)
        result.verdicts = judgement.verdicts
        var failures = judgement.failures
        failures += [load.timelineFailure, load.traceFailure].compactMap { $0.map { "\($0)" } }
        if let reason = execution.abort.reason {
            if isLost { result.verdicts.append(Verdict(.unverified, reason)) }
            failures.insert(reason, at: 0)
        }
        let slowest = recorders.reduce(into: SlowestBatches()) { $0.add($1.tally.slowest) }
        return RunOutcome(
            result: result, histograms: histograms, events: eventRows,
            slowest: slowest.entries.isEmpty ? nil : (slowest, load.measurement.begin), placement: placement,
            environment: before.environment,
            verification: report, failures: failures)
    }
}

/// Where records of a run go: brokers that are there already, or one that is started for the run.
private struct RunBroker {
    let servers: [BootstrapServer]
    /// Nil for brokers that are there already.
    let process: BrokerProcess?

    /// - Parameters:
    ///   - rttNs: how far away a broker is that is started, in ns.
    ///   - logByteCount: what it keeps; nil for nothing.
    static func find(
        _ settings: TargetSettings, rttNs: Int64, logByteCount: Int64?, on control: EventLoop
    ) async throws -> RunBroker {
        if let servers = settings.bootstrapServers { return RunBroker(servers: servers, process: nil) }
        let process = BrokerProcess(on: control)
        let endpoint = try await process.start(rttNs: rttNs, logByteCount: logByteCount)
        return RunBroker(servers: [.endpoint(endpoint)], process: process)
    }
}
