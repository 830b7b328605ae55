// A whole command: the broker if it is ours, the topic, every run of the plan in turn, and the files.

import KafkaClient
import KafkaTransport

/// Carries out a plan.
package struct RunSession {
    let plan: RunPlan
    let directory: OutputDirectory
    let terminal: Terminal
    let interrupt = RunInterrupt()

    /// What is left to do for a run once an interrupt came, before it is given up.
    private static let drainTimeout = Duration.seconds(5)

    package init(plan: RunPlan, directory: OutputDirectory, terminal: Terminal) {
        self.plan = plan
        self.directory = directory
        self.terminal = terminal
    }

    /// Runs everything and gives the status to leave with. What was measured is written as it comes.
    ///
    /// - Throws: `RunError`, `KafkaClientError`, `TransportError` or `OutputError`: what made it stop.
    package func carryOut(arguments: [String]) async throws -> ExitStatus {
        let control = try EventLoop(name: "kbench-control")
        let signals = await InterruptSignals(on: control, interrupt) { [terminal] in
            terminal.note("interrupted: waiting up to 5 s for what is in flight; once more to stop at once")
        }
        let status: ExitStatus
        do {
            status = try await run(arguments, control, signals)
        } catch {
            await signals.stop()
            await control.shutDown()
            throw error
        }
        await signals.stop()
        await control.shutDown()
        return status
    }

    private func run(_ arguments: [String], _ control: EventLoop, _ signals: InterruptSignals) async throws
        -> ExitStatus
    {
        var manifest = Manifest(
            version: KafkaClientVersion.current, arguments: arguments, plan: plan, system: SystemInfo.current(),
            startedAt: Timestamp(epochMs: WallClock.nowMs()))
        manifest.cpuTimeBefore = CPUTime.now()
        manifest.libraryVersions =
            CodecLibraries.versions.map { Manifest.Version(name: $0.name, version: $0.version) }
            + [Manifest.Version(name: "libuv", version: EventLoop.libraryVersion)]
        // Kafka's protocol doesn't tell a broker's version; the embedded one is this program.
        if plan.target.bootstrapServers == nil {
            manifest.brokerVersions = [Manifest.Version(name: "embedded", version: KafkaClientVersion.current)]
        }
        manifest.completedRuns = plan.runCount - plan.remaining.count
        try manifest.write(to: directory.manifest)
        var results: [RunResult] = []
        var failures: [String] = []
        for scheduled in plan.remaining where !interrupt.isSet {
            let outcome: (Measured, String?)
            do {
                outcome = try await run(scheduled, control, signals)
            } catch {
                // Nothing of this run was measured; what was before is written, and the rest would fare no better.
                if !interrupt.isSet {
                    failures.append(plan.runCount > 1 ? "run \(scheduled.number): \(error)" : "\(error)")
                }
                break
            }
            let (result, failure) = outcome
            if let failure { failures.append("run \(scheduled.number): \(failure)") }
            try write(result)
            results.append(result.result)
            manifest.completedRuns += 1
        }
        manifest.wasInterrupted = interrupt.isSet
        manifest.endedAt = Timestamp(epochMs: WallClock.nowMs())
        manifest.cpuTimeAfter = CPUTime.now()
        try manifest.write(to: directory.manifest)
        terminal.finish(results, failures, plan: plan, directory: directory)
        if interrupt.isSet { return .interrupted }
        return failures.isEmpty ? .success : .failure
    }

    // MARK: One run

    private struct Measured {
        var result: RunResult
        var histograms: LatencyHistograms
    }

    private func run(
        _ scheduled: RunPlan.ScheduledRun, _ control: EventLoop, _ signals: InterruptSignals
    ) async throws -> (Measured, String?) {
        guard scheduled.configuration.stage == .broker else { return try await measure(scheduled, nil, nil) }
        let (endpoints, broker) = try await target(control)
        do {
            let connection = try plan.target.clientSettings.connectionConfiguration()
            let cluster = try Cluster(
                bootstrap: endpoints, on: control, ClusterConfiguration(connection: connection, attempts: 2))
            let isMeasuring = RunInterrupt()
            let givingUp = Task(executorPreference: control) { [signals] in
                await signals.wait()
                // A broker that doesn't answer must not keep the user: before there is anything to measure at once, later
                // when draining and counting have had their time.
                if isMeasuring.isSet { try await Task.sleep(for: Self.drainTimeout * 2) }
                if !Task.isCancelled { await cluster.close() }
            }
            defer { givingUp.cancel() }
            let outcome: (Measured, String?)
            do {
                let target = try await RunTarget.prepare(
                    cluster, plan.target, partitions: scheduled.configuration.partitions)
                isMeasuring.set()
                outcome = try await measure(scheduled, on: target, broker)
            } catch {
                await cluster.close()
                throw error
            }
            await cluster.close()
            await broker?.stop()
            return outcome
        } catch {
            await broker?.stop()
            throw error
        }
    }

    /// Measures, and removes the topic whatever came of it.
    private func measure(
        _ scheduled: RunPlan.ScheduledRun, on target: RunTarget, _ broker: BrokerProcess?
    ) async throws -> (Measured, String?) {
        var outcome: (Measured, String?)
        do {
            outcome = try await measure(scheduled, target, broker)
        } catch {
            try? await target.remove(keeping: plan.target.keepTopic)
            throw error
        }
        do {
            if await broker?.isLost != true { try await target.remove(keeping: plan.target.keepTopic) }
        } catch {
            // The figures stand; only the topic is left behind.
            outcome.1 = [outcome.1, "\(error)"].compactMap(\.self).joined(separator: "; ")
        }
        return outcome
    }

    private func target(_ control: EventLoop) async throws -> ([Endpoint], BrokerProcess?) {
        if let servers = plan.target.bootstrapServers {
            return (servers, nil)
        }
        let broker = BrokerProcess(on: control)
        return ([try await broker.start()], broker)
    }

    private func measure(
        _ scheduled: RunPlan.ScheduledRun, _ target: RunTarget?, _ broker: BrokerProcess?
    ) async throws -> (Measured, String?) {
        let configuration = scheduled.configuration
        let concurrency = configuration.concurrency
        let pool = try PayloadPool(configuration)
        let loops = try EventLoopGroup(count: RunPipeline.loopCount(configuration), name: "kbench")
        do {
            let pipeline = try RunPipeline(
                configuration, topic: plan.target.topic, loops: loops.loops, cluster: target?.cluster,
                connection: try plan.target.clientSettings.connectionConfiguration(), concurrency: concurrency,
                settings: plan.target.clientSettings)
            let execution = RunExecution(
                configuration: configuration, topic: plan.target.topic, pool: pool, pipeline: pipeline,
                interrupt: interrupt)
            let outcome = try await measure(scheduled, execution, target, broker)
            await loops.shutDown()
            return outcome
        } catch {
            await loops.shutDown()
            throw error
        }
    }

    private func measure(
        _ scheduled: RunPlan.ScheduledRun, _ execution: RunExecution, _ target: RunTarget?, _ broker: BrokerProcess?
    ) async throws -> (Measured, String?) {
        let pipeline = execution.pipeline
        var storedBefore = try await target?.storedRecords() ?? 0
        if let warmup = execution.configuration.warmup {
            storedBefore += try await execution.warmUp(warmup, drainTimeout: Self.drainTimeout)
            if let target {
                storedBefore = try await settledRecords(
                    target, expected: storedBefore, acks: execution.configuration.acks)
            }
        }
        let brokerPid = await broker?.pid ?? 0
        let brokerCpuBefore = ProcessUsage.cpuTimeNs(ofProcess: brokerPid)
        let progress = terminal.progress(
            scheduled, of: plan, acked: { pipeline.recorders.reduce(0) { $0 + $1.ackedRecords } })
        let startedAt = Timestamp(epochMs: WallClock.nowMs())
        await broker?.whenLost { execution.abort.set($0) }
        let timeline = Timeline(
            run: scheduled.number, intervalNs: plan.output.intervalNs,
            file: directory.timeline)
        let measurement = await execution.run(
            execution.configuration.amount, drainTimeout: Self.drainTimeout, timeline: timeline)
        progress?.cancel()
        let brokerCpuAfter = ProcessUsage.cpuTimeNs(ofProcess: brokerPid)
        for producer in pipeline.producers { await producer.close() }
        var result = RunResult(
            run: scheduled.number, startedAt: startedAt,
            target: plan.target.name(stage: execution.configuration.stage), configuration: execution.configuration)
        result.fill(measurement, pipeline.recorders, bytesPerRecord: execution.pool.bytesPerRecord)
        if let before = brokerCpuBefore, let after = brokerCpuAfter { result.brokerCpuNs = after - before }
        // Who can't be asked is not asked: the reason is known.
        let lost = await broker?.isLost == true
        var failure = await judge(&result, measurement, pipeline, lost ? nil : target, storedBefore: storedBefore)
        let acked = result.recordsAcked ?? 0
        if let error = await timeline.failure {
            failure = [failure, "\(error)"].compactMap(\.self).joined(separator: "; ")
        }
        let records = execution.configuration.amount.recordsMost(rate: execution.configuration.rate)
        if interrupt.isSet, acked < records { result.verdicts.append(.interrupted(after: acked, of: records)) }
        if let reason = execution.abort.reason {
            if lost { result.verdicts.append(Verdict(.unverified, reason)) }
            failure = [reason, failure].compactMap(\.self).joined(separator: "; ")
        }
        return (Measured(result: result, histograms: pipeline.histograms), failure)
    }

    private func write(_ measured: Measured) throws {
        try directory.runs.append(measured.result)
        let stages = measured.histograms.byStage
        if !stages.isEmpty { try directory.latency.append(run: measured.result.run, stages) }
        var log = HdrHistogramLog(startedAtMs: measured.result.startedAt.epochMs)
        for (stage, histogram) in stages.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            log.append(
                tag: stage.rawValue, startNs: 0, lengthNs: measured.result.durationNs ?? 0, histogram: histogram)
        }
        try directory.histogramLog(run: measured.result.run).replace(with: log.text)
    }
}
