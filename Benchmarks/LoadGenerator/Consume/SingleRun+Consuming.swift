// A run that reads: a topic that is there, or one that it fills first.
//
//      topic ─▶ (filled by a pipeline of its own) ─▶ consumers ─▶ the clock ─▶ judgement

import KafkaClient
import KafkaProtocol
import KafkaTransport

extension SingleRun {
    func consume(from target: RunTarget) async throws -> RunOutcome {
        let pool = try PayloadPool(configuration)
        if try await target.storedRecords() == 0 { try await fill(target, pool) }
        let starts = try await target.cluster.offsets(of: target.topic, at: .earliest)
        let stored = zip(try await target.endOffsets(), starts).reduce(0) { $0 + ($1.0 - $1.1) }
        var total = stored
        if case .records(let wanted) = configuration.amount { total = min(wanted, stored) }
        guard total > 0 else { throw RunError("topic '\(target.topic)' has no records to read") }
        let groups = try (0..<configuration.consumers).map { _ in
            try EventLoopGroup(count: configuration.cores, name: "kbench")
        }
        return try await always {
            let connection = plan.target.clientSettings.connectionConfiguration()
            let members = GroupMembers(configuration, topic: target.topic)
            let consumers = groups.map { group in
                Consumer(
                    ConsumerConfiguration(lanes: configuration.cores, isolation: configuration.isolation.level),
                    cluster: target.cluster, connection: connection, on: group.loops, group: members?.groupConfiguration
                )
            }
            let execution = ConsumeExecution(
                configuration: configuration, consumers: consumers,
                recorders: (0..<configuration.consumers * configuration.cores).map { _ in LaneRecorder() },
                interrupt: interrupt, members: members)
            return try await always {
                let joinNs = try await members?.join(consumers, interrupt: interrupt)
                var outcome = await measure(execution, total, starts, target)
                outcome.result.groupJoinNs = joinNs
                return outcome
            } thenCleanUp: {
                for consumer in consumers { await consumer.close() }
            }
        } thenCleanUp: {
            for group in groups { await group.shutDown() }
        }
    }

    /// Writes what is to be read.
    private func fill(_ target: RunTarget, _ pool: PayloadPool) async throws {
        terminal.note("filling topic '\(target.topic)'")
        var filling = configuration
        filling.mode = .produce
        filling.rate = nil
        let loops = try EventLoopGroup(count: RunPipeline.loopCount(filling), name: "kbench-fill")
        try await always {
            let pipeline = try RunPipeline(
                filling, topic: target.topic, loops: loops.loops, cluster: target.cluster,
                connection: plan.target.clientSettings.connectionConfiguration(), settings: plan.target.clientSettings)
            let execution = RunExecution(
                configuration: filling, topic: target.topic, pool: pool, pipeline: pipeline, interrupt: interrupt)
            let measurement = await execution.measure(filling.amount, drainTimeout: Self.drainTimeout)
            await pipeline.close()
            if let error = measurement.failure ?? pipeline.recorders.lazy.compactMap(\.tally.firstFailure).first {
                throw RunError("topic '\(target.topic)' could not be filled: \(error)")
            }
        } thenCleanUp: {
            await loops.shutDown()
        }
    }

    private func measure(
        _ execution: ConsumeExecution, _ total: Int64, _ starts: [Int64], _ target: RunTarget
    ) async -> RunOutcome {
        let recorders = execution.recorders
        metrics.begin(
            SessionMetrics.Run(number: scheduled.number, label: label, cluster: target.cluster, recorders: recorders))
        let canaries = Canaries()
        let environment = canaries.sampleBefore()
        let brokerCpuBefore = await target.brokerCpuNs()
        let progress = terminal.progress(
            scheduled, of: plan, acked: { recorders.reduce(0) { $0 + $1.ackedRecords } })
        let startedAt = Timestamp(.now)
        let timeline = Timeline(
            runNumber: scheduled.number, intervalNs: plan.output.intervalNs, file: timelineFile, canaries: canaries
        ) {
            await target.brokerCpuNs().map { $0 + ProcessUsage.cpuTimeNs() }
        }
        let positions = Dictionary(
            uniqueKeysWithValues: starts.enumerated().map {
                (TopicPartition(target.topic, Int32($0.offset)), StartOffset.offset($0.element))
            })
        let measurement = await execution.measure(total, from: positions, timeline: timeline, events: events)
        progress?.cancel()
        var result = RunResult(
            run: scheduled.number, startedAt: startedAt, target: plan.target.name(stage: .broker),
            configuration: configuration)
        result.fill(measurement, recorders)
        if let brokerCpuBefore, let after = await target.brokerCpuNs() { result.brokerCpuNs = after - brokerCpuBefore }
        result.security = plan.target.clientSettings.security
        let judge = ConsumeJudge(
            result: result, measurement: measurement, total: total, isBrokerOurs: plan.target.bootstrapServers == nil,
            isInterrupted: interrupt.isSet,
            disturbances: await disturbances(timeline.intervals, result, environment))
        let judgement = judge.judge()
        result.verdicts = judgement.verdicts
        let failures = judgement.failures + [await timeline.failure].compactMap { $0.map { "\($0)" } }
        return RunOutcome(
            result: result, histograms: LatencyHistograms(),
            events: events.history.rows(run: scheduled.number, topic: target.topic, gaps: PartitionGaps([])),
            environment: environment, verification: nil, failures: failures)
    }
}

extension RunResult {
    fileprivate mutating func fill(_ measurement: RunExecution.Measurement, _ recorders: [LaneRecorder]) {
        let read = recorders.reduce(into: ReadTally()) { $0.add($1.tally.read) }
        durationNs = measurement.durationNs
        clientCpuNs = measurement.processCpuNs
        clientPeakRssBytes = measurement.clientPeakRssBytes
        recordsRead = read.records
        payloadBytesAcked = read.payloadBytes
        wireBytes = read.wireBytes
        batches = read.batches
        decompressCpuNs = read.decompressCpuNs
        if read.wireBytes > 0 { compressionRatio = Double(read.plainBytes) / Double(read.wireBytes) }
    }
}
