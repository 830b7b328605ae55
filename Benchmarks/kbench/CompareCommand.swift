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
        } catch {
            return terminal.complain(of: error)
        }
    }
}
