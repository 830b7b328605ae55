import LoadGenerator

/// `kbench find`
struct FindCommand {
    let plan: FindPlan
    /// The words behind it.
    let arguments: [String]

    func carryOut() async -> ExitStatus {
        if plan.plan.isDryRun {
            Terminal.write(plan.dryRunText, to: 1)
            return .success
        }
        let terminal = Terminal(plan.plan.output)
        for warning in plan.plan.warnings { terminal.note("warning: \(warning)") }
        do {
            try plan.plan.output.reports.probe()
            return try await FindSession(find: plan, arguments: arguments, terminal: terminal).carryOut()
        } catch {
            return terminal.complain(of: error)
        }
    }
}
