import KafkaClient
internal import KafkaJSON

/// Carries out `kbench find`: for each configuration a `RateSearch`, whose windows are runs like any other.
///
///     RateSearch ─ next window ─▶ WindowRunner ─▶ RunBench ─▶ runs.csv, … ─▶ windows.csv ─ outcome ─▶ RateSearch
///
/// A search that is resumed is told of the windows that were run before, and goes on from there.
package struct FindSession {
    let find: FindPlan
    /// The words behind `kbench find`.
    let arguments: [String]
    let terminal: Terminal

    package init(find: FindPlan, arguments: [String], terminal: Terminal) {
        (self.find, self.arguments, self.terminal) = (find, arguments, terminal)
    }

    /// - Throws: `UsageError`, `OutputError`, `RunError`, `KafkaClientError` or `TransportError`: what made it stop.
    package func carryOut() async throws -> ExitStatus {
        let directory =
            try find.resumed.map { OutputDirectory(path: $0) } ?? .prepareEmpty(find.plan.output.directory)
        let lock = try FolderLock(directory.path)
        defer { lock.release() }
        let files = FindFiles(directory: directory)
        let before = try files.readWindows()
        if find.resumed != nil { try directory.keepOnly(Set(before.map(\.run))) }
        var manifest =
            find.resumed == nil
            ? CommandManifest(
                .find, arguments: arguments, seed: find.plan.configurations[0].seed, startedAt: Timestamp(.now).iso8601)
            : try .read(directory.path, of: .find)
        manifest.facts = [("configurations", .array(find.plan.configurations.map(\.json)))]
        manifest.remarks = manifest.remarks.filter { run, _ in before.contains { $0.run == run } }
        try manifest.write(to: directory.manifest)
        let metrics = SessionMetrics(runCount: 0, completedCount: before.count)
        let begun = manifest
        return try await RunBench.with(directory, terminal, metrics: metrics) { bench in
            var runner = WindowRunner(
                find: find, bench: bench, files: files, manifest: begun, before: before,
                rows: try directory.runs.rows())
            let results = try await search(with: &runner, files)
            var ended = runner.manifest
            ended.isInterrupted = bench.interrupt.isSet
            ended.endedAt = Timestamp(.now).iso8601
            try ended.write(to: directory.manifest)
            return try finish(results, runner, directory, isInterrupted: bench.interrupt.isSet)
        }
    }

    private func search(with runner: inout WindowRunner, _ files: FindFiles) async throws -> [FindResult] {
        var results: [FindResult] = []
        for index in find.plan.configurations.indices {
            guard let result = try await search(index, with: &runner) else { break }
            results.append(result)
            try files.found.replace(with: FindReport(find: find, results: results).csv)
        }
        return results
    }

    /// - Returns: nil when it was interrupted.
    private func search(_ index: Int, with runner: inout WindowRunner) async throws -> FindResult? {
        var search = RateSearch(resolution: find.resolution, lowest: find.lowest, highest: find.highest)
        let firstRun = runner.windowCount
        var earlyCount = 0
        while let window = search.next {
            guard let done = try await runner.run(window, configuration: index) else { return nil }
            if done.row.hasEarlyRecords { earlyCount += 1 }
            search.add(done.window.outcome, throughput: done.window.throughput)
        }
        guard let found = search.result else { return nil }
        var result = FindResult(configuration: index, found: found, windowCount: runner.windowCount - firstRun)
        result.earlyWindowCount = earlyCount
        guard find.hasCurve, let rate = found.rate else { return result }
        var curve = LatencyCurve()
        for _ in 0..<FindPlan.curveRepetitions {
            for share in FindPlan.curveShares {
                let window = RateSearch.Window(phase: .curve, rate: rate * share)
                guard let done = try await runner.run(window, configuration: index) else { return nil }
                curve.points.append(LatencyCurve.Point(done.window, done.row))
                if done.row.hasEarlyRecords { result.earlyWindowCount += 1 }
            }
        }
        result.curve = curve
        return result
    }

    private func finish(
        _ results: [FindResult], _ runner: WindowRunner, _ directory: OutputDirectory, isInterrupted: Bool
    ) throws -> ExitStatus {
        let report = FindReport(find: find, results: results)
        if let curve = report.curveCSV { try FindFiles(directory: directory).curve.replace(with: curve) }
        try find.plan.output.reports.write(report.report)
        Terminal.write(find.plan.output.format == .json ? report.json : report.text, to: 1)
        if runner.noisyCount > 0 {
            terminal.note(
                "\(runner.noisyCount) of \(runner.windowCount) windows were noisy: other processes took part of the CPUs"
            )
        }
        terminal.note("results in \(directory.path)")
        return isInterrupted ? .interrupted : ExitStatus(of: report.report.checks.map(\.outcome))
    }
}

/// Runs windows of searches, or tells what came of them before.
struct WindowRunner {
    private let find: FindPlan
    private let bench: RunBench
    private let files: FindFiles
    /// With what is said of the windows that were run.
    private(set) var manifest: CommandManifest
    /// Those of before that are still to be told.
    private var before: ArraySlice<FindFiles.Window>
    private var rows: [Int: RunRow]
    private(set) var windowCount = 0
    private(set) var noisyCount = 0

    init(
        find: FindPlan, bench: RunBench, files: FindFiles, manifest: CommandManifest, before: [FindFiles.Window],
        rows: [RunRow]
    ) {
        (self.find, self.bench, self.files, self.manifest, self.before) = (find, bench, files, manifest, before[...])
        self.rows = Dictionary(rows.map { ($0.run, $0) }) { _, last in last }
    }

    /// A window that missed what is expected while others had the CPUs says nothing: it is run again, twice at most.
    ///
    /// - Returns: nil when the user wants an end.
    /// - Throws: `RunError` when what is expected isn't measured by such runs, and what made a run impossible.
    mutating func run(
        _ window: RateSearch.Window, configuration index: Int
    ) async throws -> (window: FindFiles.Window, row: RunRow)? {
        for _ in 1..<Self.attemptsMax {
            guard let done = try await runOnce(window, configuration: index, mayBeNoisy: true) else { return nil }
            if done.window.outcome != .noisy { return done }
        }
        return try await runOnce(window, configuration: index, mayBeNoisy: false)
    }

    private static let attemptsMax = 3

    private mutating func runOnce(
        _ window: RateSearch.Window, configuration index: Int, mayBeNoisy: Bool
    ) async throws -> (window: FindFiles.Window, row: RunRow)? {
        windowCount += 1
        if let known = before.popFirst(), let row = rows[known.run] {
            guard known.phase == window.phase, known.configuration == index + 1, isSame(known.rate, window.rate) else {
                throw RunError(
                    "windows.csv: run \(known.run) is not a window that this search would run; begin it anew")
            }
            return (known, row)
        }
        if bench.interrupt.isSet { return nil }
        let scheduled = RunPlan.ScheduledRun(
            number: windowCount, repetition: 1, configurationIndex: index,
            configuration: find.configuration(index, for: window))
        let outcome: RunOutcome
        do {
            outcome = try await bench.carryOut(scheduled, label: window.words, of: find.plan)
        } catch {
            // An end in the middle may be an error; the window is run again by who resumes.
            if bench.interrupt.isSet { return nil }
            throw error
        }
        if bench.interrupt.isSet { return nil }
        let row = RunRow(outcome.result)
        var done = try find.judge(row, outcome.remarks, window, configuration: index + 1)
        if mayBeNoisy, done.outcome == .missed, row.verdict == .noisy { done.outcome = .noisy }
        manifest.remarks[windowCount] = outcome.remarks
        try manifest.write(to: bench.directory.manifest)
        try bench.append(outcome)
        try files.append(done)
        if row.verdict == .noisy { noisyCount += 1 }
        bench.terminal.note(
            "\(window.words): \(done.outcome.rawValue)\(done.detail.isEmpty ? "" : " (\(done.detail))")")
        if let words = RunSummary.notPositive(outcome.result) { bench.terminal.note(words) }
        return (done, row)
    }

    private func isSame(_ known: Double?, _ rate: Double?) -> Bool {
        guard let known, let rate else { return known == nil && rate == nil }
        return abs(known / rate - 1) < 1e-3
    }
}
