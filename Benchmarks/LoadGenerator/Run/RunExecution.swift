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
    }

    /// Runs, and returns when every batch has come to its end, or the time to drain after an interrupt is over.
    func run(_ amount: RunConfiguration.Amount, drainTimeout: Duration) async -> Measurement {
        var measurement = Measurement()
        let source = RecordRuns(total: amount.recordsMost, of: pool)
        ProcessUsage.resetPeakRss()
        let cpuBefore = ProcessUsage.cpuTimeNs()
        let begin = MonotonicClock.nowNs()
        let generators = zip(pipeline.builders, pipeline.generatorLoops).map { builder, loop in
            // With the loop as its preference a task that waited goes on there, and not by way of the global pool.
            Task(executorPreference: loop) { await generate(builder, from: source, untilNs: amount.endNs(from: begin)) }
        }
        let watchdog = Task { try await watch(generators, drainTimeout) }
        var outcomes: [(Int64, (any Error)?)] = []
        for generator in generators { outcomes.append(await generator.value) }
        await drain()
        watchdog.cancel()
        let lastAck = pipeline.recorders.map(\.lastAckNs).max() ?? 0
        measurement.durationNs = (lastAck > begin ? lastAck : MonotonicClock.nowNs()) - begin
        measurement.clientCpuNs = ProcessUsage.cpuTimeNs() - cpuBefore
        measurement.clientPeakRssBytes = ProcessUsage.peakRssBytes()
        measurement.generatedRecords = outcomes.reduce(0) { $0 + $1.0 }
        measurement.failure = outcomes.lazy.compactMap(\.1).first
        return measurement
    }

    /// Runs on the builder's own actor: handing over a chunk is a call, not a hop.
    private func generate<B: BatchBuilder & Actor>(
        _ builder: isolated B, from source: RecordRuns, untilNs endNs: Int64
    ) async -> (Int64, (any Error)?) {
        var chunk = pool.makeChunk()
        var generated: Int64 = 0
        do {
            while var run = source.take() {
                while !run.isEmpty, !interrupt.isSet, abort.reason == nil, MonotonicClock.nowNs() < endNs {
                    pool.fill(&chunk, from: &run)
                    generated += Int64(chunk.count)
                    if configuration.stage != .generate { try await builder.append(chunk, to: topic, partition: nil) }
                }
                if !run.isEmpty { break }
            }
            await builder.finish()
            return (generated, nil)
        } catch {
            await builder.finish()
            // Cancelled by the watchdog, for a reason that is told of elsewhere.
            return (generated, error is CancellationError ? nil : error)
        }
    }

    private func drain() async {
        await withTaskGroup(of: Void.self) { group in
            for producer in pipeline.producers { group.addTask { await producer.drain() } }
        }
    }

    /// Ends the run before its time: after an interrupt what is in flight has a while, without a broker nothing has.
    private func watch(_ generators: [Task<(Int64, (any Error)?), Never>], _ drainTimeout: Duration) async throws {
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

    /// When no more records are made, on the monotonic clock.
    func endNs(from beginNs: Int64) -> Int64 {
        switch self {
        case .records: .max
        case .durationNs(let ns): beginNs + ns
        }
    }
}
