import KafkaTransport

/// Holds the rows of a command's runs against its expectations, and keeps the reports of them up to date: those of this
/// command and, of a sweep that is resumed, those of before.
package struct SweepJudge {
    let plan: RunPlan
    /// By the numbers of their runs.
    private(set) var rows: [Int: RunRow] = [:]
    private(set) var remarks: [Int: RunRemarks] = [:]
    private var writtenAt: MonotonicInstant?

    /// Reports are written anew at most this often, however short runs are, in ns.
    private static let writeIntervalNs: Int64 = 1_000_000_000

    /// - Throws: `OutputError` when the rows of a sweep that is resumed can't be read.
    package init(_ plan: RunPlan, _ directory: OutputDirectory) throws(OutputError) {
        self.init(plan, rows: plan.resumption == nil ? [] : try directory.runs.rows())
    }

    /// - Parameter rows: those of before; what is said of them is in the plan's resumption.
    package init(_ plan: RunPlan, rows: [RunRow]) {
        self.plan = plan
        self.rows = Dictionary(rows.map { ($0.run, $0) }) { _, last in last }
        remarks = plan.resumption?.remarks ?? [:]
    }

    /// What went wrong in runs before this command, in the order of their numbers.
    var earlierFailures: [RunFailure] {
        (plan.resumption?.remarks ?? [:]).sorted { $0.key < $1.key }.filter { !$0.value.failures.isEmpty }
            .map { RunFailure(run: $0.key, $0.value.failures) }
    }

    /// Takes a run that has ended.
    ///
    /// - Parameter now: when that was; a second later the reports are written again.
    package mutating func add(
        _ result: RunResult, failures: [String], now: MonotonicInstant = .now
    ) throws(OutputError) {
        rows[result.run] = RunRow(result)
        remarks[result.run] = RunRemarks(failures: failures, verdicts: result.verdicts)
        if let writtenAt, now.nanoseconds(since: writtenAt) < Self.writeIntervalNs { return }
        writtenAt = now
        try write()
    }

    /// Takes a run of which nothing was measured.
    package mutating func add(failed run: Int, _ reason: String) {
        remarks[run] = RunRemarks(failures: [reason])
    }

    /// Writes every report anew.
    package func write() throws(OutputError) {
        let files = plan.output.reports
        guard !files.isEmpty else { return }
        try files.write(report)
        try files.write(RunFigures(rows, of: plan))
    }

    /// Every expectation in every run that it applies to, in the order of the runs.
    package var judgements: [Judgement] { judgedRuns.flatMap(\.judgements) }

    /// The status of a command that was not interrupted.
    package var status: ExitStatus { ExitStatus(of: checks.map(\.outcome)) }

    package var report: Report {
        let table = RunFigures(rows, of: plan).table
        return Report(title: "kbench", checks: checks, tables: [table])
    }

    private struct JudgedRun {
        let scheduled: RunPlan.ScheduledRun
        let judgements: [Judgement]
    }

    private var judgedRuns: [JudgedRun] {
        let expectations = plan.expectations
        return plan.schedule.map { scheduled in
            let row = rows[scheduled.number]
            let applies = expectations.filters.isEmpty || expectations.apply(to: row ?? RunRow(scheduled, of: plan))
            let judgements = applies ? expectations.all.map { $0.judge(row, run: scheduled.number) } : []
            return JudgedRun(scheduled: scheduled, judgements: judgements)
        }
    }

    /// Of each run, whether it went well, and then its expectations.
    private var checks: [Check] {
        let swept = plan.sweptOptionNames
        let runs = judgedRuns
        var checks: [Check] = []
        for run in runs {
            let group = plan.group(of: run.scheduled, swept: swept)
            checks.append(delivery(of: run.scheduled, group))
            checks += run.judgements.map {
                Check(name: $0.expectation.description, group: group, outcome: $0.outcome, message: $0.words)
            }
        }
        // Which rows a filter names may depend on what comes out: perhaps none.
        if runs.allSatisfy(\.judgements.isEmpty) {
            checks += plan.expectations.all.map {
                Check(
                    name: $0.description, group: "all runs", outcome: .inconclusive,
                    message: "no run was judged\(plan.expectations.scope)")
            }
        }
        return checks
    }

    private func delivery(of scheduled: RunPlan.ScheduledRun, _ group: String) -> Check {
        let row = rows[scheduled.number]
        let remarks = remarks[scheduled.number] ?? RunRemarks()
        var check = Check(
            name: "every record is delivered", group: group, outcome: .passed,
            message: remarks.verdicts.map { "\($0.kind.rawValue): \($0.explanation)" }.joined(separator: "; "),
            seconds: row?.number("duration_s") ?? 0)
        if scheduled.configuration.stage != .broker { check.name = "every record is made" }
        if !remarks.failures.isEmpty {
            check.outcome = .failed
            check.message = remarks.failures.joined(separator: "; ")
        } else if row?.verdict == .failedRecords || row?.verdict == .unverified {
            // The manifest of a command that was killed may not have the reason.
            check.outcome = .failed
            check.message = row?["verdict"] ?? ""
        } else if row == nil || row?.verdict == .interrupted {
            check.outcome = .inconclusive
            check.message = row == nil ? "the run was not carried out" : check.message
        }
        return check
    }
}

extension RunPlan {
    /// What tells a run from the others of the plan, for reports: it is the same for the same plan at another time.
    func group(of run: ScheduledRun, swept: Set<String>) -> String {
        let label = label(of: run.configuration, swept: swept)
        let turn = runs > 1 ? "run \(run.repetition) of \(runs)" : ""
        let parts = [label, turn].filter { !$0.isEmpty }
        return parts.isEmpty ? "run" : parts.joined(separator: ", ")
    }
}
