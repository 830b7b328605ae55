import KafkaClient
import KafkaTransport

/// Where runs are carried out, one after the other, and what came of them is written: what all commands share that run something
/// in this process.
struct RunBench: Sendable {
    let directory: OutputDirectory
    let terminal: Terminal
    /// Set when the user wants an end.
    let interrupt: SharedFlag
    /// Told of each run while it lasts.
    let metrics: SessionMetrics
    /// What the generator can do.
    private let generators = GeneratorCapacity()
    /// The machine before the runs so far.
    private let history = CanaryHistory()
    private let control: EventLoop
    private let signals: InterruptSignals

    /// Sets up what runs need, gives it to `body`, and cleans it up again.
    ///
    /// - Parameter address: where metrics are served while it lasts; nil for nowhere.
    static func with<Result: Sendable>(
        _ directory: OutputDirectory, _ terminal: Terminal, metrics: SessionMetrics,
        servedAt address: ListenAddress? = nil,
        _ body: (RunBench) async throws -> Result
    ) async throws -> Result {
        let control = try EventLoop(name: "kbench-control")
        let interrupt = SharedFlag()
        let signals = await InterruptSignals(on: control, interrupt) {
            terminal.note("interrupted: waiting up to 5 s for what is in flight; once more to stop at once")
        }
        let server = MetricsServer { metrics.prometheusText }
        return try await always {
            if let address {
                let text = "metrics at http://\(try server.start(at: address))/metrics"
                // Nobody else knows a port that was found.
                if address.port == 0 { terminal.complain(text) } else { terminal.note(text) }
            }
            return try await body(
                RunBench(
                    directory: directory, terminal: terminal, interrupt: interrupt, metrics: metrics, control: control,
                    signals: signals))
        } thenCleanUp: {
            server.stop()
            await signals.stop()
            await control.shutDown()
        }
    }

    /// Carries out a run. Nothing of it is written yet.
    ///
    /// - Parameter label: what tells its configuration from others of the plan.
    /// - Throws: `RunError`, `KafkaClientError` or `TransportError` when nothing could be measured.
    func carryOut(_ scheduled: RunPlan.ScheduledRun, label: String, of plan: RunPlan) async throws -> RunOutcome {
        try await SingleRun(
            scheduled: scheduled, label: label, plan: plan, timelineFile: directory.timeline, terminal: terminal,
            control: control, signals: signals, interrupt: interrupt, metrics: metrics, history: history,
            generators: generators
        ).carryOut()
    }

    /// Writes what came of a run.
    func append(_ outcome: RunOutcome) throws(OutputError) {
        try directory.append(outcome)
        metrics.end()
    }
}
