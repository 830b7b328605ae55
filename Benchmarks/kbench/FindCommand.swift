import LoadGenerator

/// `kbench find`
struct FindCommand {
    let plan: FindPlan
    /// The words behind it.
    let arguments: [String]

    func carryOut() async -> ExitStatus {
        if plan.plan.isDryRun {
            Terminal.write(plan.plan.dryRunText, to: 1)
            return .success
        }
        let terminal = Terminal(plan.plan.output)
        for warning in plan.plan.warnings { terminal.note("warning: \(warning)") }
        do {
            try plan.plan.output.reports.probe()
            return try await FindSession(find: plan, arguments: arguments, terminal: terminal).carryOut()
        } catch let error as UsageError {
            for problem in error.problems { terminal.complain(problem) }
            return .usage
        } catch {
            terminal.complain("\(error)")
            return .failure
        }
    }
}
