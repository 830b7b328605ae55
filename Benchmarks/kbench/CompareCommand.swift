import LoadGenerator

/// `kbench compare`
struct CompareCommand {
    let plan: ComparePlan
    /// The words behind it.
    let arguments: [String]

    func carryOut() async -> ExitStatus {
        let terminal = Terminal(plan.output)
        do {
            return try await CompareSession(plan: plan, arguments: arguments, terminal: terminal).carryOut()
        } catch let error as UsageError {
            for problem in error.problems { terminal.complain(problem) }
            return .usage
        } catch {
            terminal.complain("\(error)")
            return .failure
        }
    }
}
