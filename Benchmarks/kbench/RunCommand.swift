import KafkaClient
import LoadGenerator

/// `kbench run`
struct RunCommand {
    let plan: RunPlan
    let arguments: [String]

    func run() async -> ExitStatus {
        if plan.isDryRun {
            Terminal.write(plan.dryRunText, to: 1)
            return .success
        }
        let terminal = Terminal(plan.output)
        for warning in plan.warnings { terminal.note("warning: \(warning)") }
        do {
            let directory = try OutputDirectory.prepare(
                plan.output.directory, now: Timestamp(epochMs: WallClock.nowMs()))
            return try await RunSession(plan: plan, directory: directory, terminal: terminal).run(arguments: arguments)
        } catch {
            terminal.complain("\(error)")
            return .failure
        }
    }
}
