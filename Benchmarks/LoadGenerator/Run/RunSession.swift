// A whole command: every run of the plan in turn, and the files.

import KafkaClient
import KafkaTransport

/// Carries out a plan.
package struct RunSession {
    let plan: RunPlan
    let directory: OutputDirectory
    let terminal: Terminal

    package init(plan: RunPlan, directory: OutputDirectory, terminal: Terminal) {
        self.plan = plan
        self.directory = directory
        self.terminal = terminal
    }

    /// Carries out every run and gives the status to leave with. What was measured is written as it comes.
    ///
    /// - Throws: `RunError`, `KafkaClientError`, `TransportError` or `OutputError`: what made it stop.
    package func carryOut(arguments: [String]) async throws -> ExitStatus {
        let metrics = SessionMetrics(
            runCount: plan.runCount, completedCount: plan.runCount - plan.remaining.count)
        return try await RunBench.with(directory, terminal, metrics: metrics, servedAt: plan.output.metrics) { bench in
            try await carryOutRuns(arguments, on: bench)
        }
    }

    private func carryOutRuns(_ arguments: [String], on bench: RunBench) async throws -> ExitStatus {
        let interrupt = bench.interrupt
        var manifest = manifestAtStart(arguments)
        try manifest.write(to: directory.manifest)
        var results: [RunResult] = []
        var failures: [RunFailure] = []
        var judge = try SweepJudge(plan, directory)
        var unwrittenCount = 0
        let swept = plan.sweptOptionNames
        for scheduled in plan.remaining where !interrupt.isSet {
            let outcome: RunOutcome
            do {
                outcome = try await bench.carryOut(
                    scheduled, label: plan.label(of: scheduled.configuration, swept: swept), of: plan)
            } catch {
                // Nothing of this run was measured; what was before is written, and the rest would fare no better.
                if !interrupt.isSet {
                    judge.add(failed: scheduled.number, "\(error)")
                    failures.append(RunFailure(run: plan.runCount > 1 ? scheduled.number : nil, ["\(error)"]))
                }
                break
            }
            if !outcome.failures.isEmpty { failures.append(RunFailure(run: scheduled.number, outcome.failures)) }
            if !outcome.remarks.isEmpty { manifest.remarks[scheduled.number] = outcome.remarks }
            unwrittenCount += 1
            // Before the row: whoever resumes the sweep has to know why a run has failed, even if this is the last thing done.
            // What is said of others is written with them, but less often where there are many: it is written all at once.
            if !outcome.failures.isEmpty || unwrittenCount > manifest.remarks.count / 64 {
                try manifest.write(to: directory.manifest)
                unwrittenCount = 0
            }
            try bench.append(outcome)
            results.append(outcome.result)
            try judge.add(outcome.result, failures: outcome.failures)
            manifest.completedRuns += 1
        }
        manifest.wasInterrupted = interrupt.isSet
        manifest.endedAt = Timestamp(.now)
        manifest.cpuTimeAfter = CPUTime.now()
        try manifest.write(to: directory.manifest)
        try judge.write()
        let ladder = plan.isLadder ? LadderReport(plan, judge.rows.values.sorted { $0.run < $1.run }) : nil
        terminal.finish(
            results, judge.earlierFailures + failures, judge.judgements, plan: plan, directory: directory,
            ladder: ladder)
        if let ladder {
            try directory.ladder.replace(with: ladder.csv)
            if plan.output.format == .text { Terminal.write("\n" + ladder.text, to: 1) }
        }
        return interrupt.isSet ? .interrupted : judge.status
    }

    /// What is known before the first run.
    private func manifestAtStart(_ arguments: [String]) -> Manifest {
        var manifest = Manifest(
            version: KafkaClientVersion.current, arguments: arguments, plan: plan, system: SystemInfo.current(),
            startedAt: Timestamp(.now))
        manifest.cpuTimeBefore = CPUTime.now()
        manifest.libraryVersions =
            CodecLibraries.versions.map { Manifest.Version(name: $0.name, version: $0.version) }
            + [Manifest.Version(name: "libuv", version: EventLoop.libraryVersion)]
        // Kafka's protocol doesn't tell a broker's version; the embedded one is this program.
        if plan.target.bootstrapServers == nil {
            manifest.brokerVersions = [Manifest.Version(name: "embedded", version: KafkaClientVersion.current)]
        }
        manifest.completedRuns = plan.runCount - plan.remaining.count
        manifest.remarks = plan.resumption?.remarks ?? [:]
        return manifest
    }
}
