import KafkaClient
import KafkaTransport
import LoadGenerator

/// `kbench run`
struct RunCommand {
    let plan: RunPlan
    let arguments: [String]

    func carryOut() async -> ExitStatus {
        if plan.isDryRun {
            Terminal.write(plan.dryRunText, to: 1)
            return .success
        }
        let terminal = Terminal(plan.output)
        for warning in plan.warnings { terminal.note("warning: \(warning)") }
        do {
            // A sweep that is resumed may be still under way.
            var lock = try plan.resumption.map { try FolderLock($0.directory) }
            let directory = try prepareDirectory(terminal)
            lock = try lock ?? FolderLock(directory.path)
            defer { lock?.release() }
            try plan.output.prepareTrace(isResumed: plan.resumption != nil)
            try plan.output.reports.probe()
            return try await RunSession(plan: plan, directory: directory, terminal: terminal).carryOut(
                arguments: arguments)
        } catch {
            terminal.complain("\(error)")
            return .failure
        }
    }

    private func prepareDirectory(_ terminal: Terminal) throws -> OutputDirectory {
        guard let resumption = plan.resumption else {
            return try .prepare(plan.output.directory, now: Timestamp(.now))
        }
        let done = resumption.completedRuns.count
        terminal.note(
            done == plan.runCount
                ? "all \(done) runs are done already; nothing is left to do"
                : "\(done) of \(plan.runCount) runs are done; going on with the others")
        return try .resume(resumption)
    }
}
