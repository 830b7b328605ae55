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
        while let window = search.next {
            guard let done = try await runner.run(window, configuration: index) else { return nil }
            search.add(done.window.outcome, throughput: done.window.throughput)
        }
        guard let found = search.result else { return nil }
        var result = FindResult(configuration: index, found: found, windowCount: runner.windowCount - firstRun)
        guard find.hasCurve, let rate = found.rate else { return result }
        var curve = LatencyCurve()
        for _ in 0..<FindPlan.curveRepetitions {
            for share in FindPlan.curveShares {
                let window = RateSearch.Window(phase: .curve, rate: rate * share)
                guard let done = try await runner.run(window, configuration: index) else { return nil }
                curve.points.append(LatencyCurve.Point(done.window, done.row))
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
        let configuration = configuration(index, for: window)
        let scheduled = RunPlan.ScheduledRun(
            number: windowCount, repetition: 1, configurationIndex: index, configuration: configuration)
        let outcome = try await bench.carryOut(scheduled, label: window.words, of: find.plan)
        if bench.interrupt.isSet { return nil }
        let row = RunRow(outcome.result)
        var done = try judge(outcome, row, window, configuration: index + 1)
        if mayBeNoisy, done.outcome == .missed, row.verdict == .noisy { done.outcome = .noisy }
        manifest.remarks[windowCount] = outcome.remarks
        try manifest.write(to: bench.directory.manifest)
        try bench.append(outcome)
        try files.append(done)
        if row.verdict == .noisy { noisyCount += 1 }
        bench.terminal.note(
            "\(window.words): \(done.outcome.rawValue)\(done.detail.isEmpty ? "" : " (\(done.detail))")")
        return (done, row)
    }

    private func isSame(_ known: Double?, _ rate: Double?) -> Bool {
        guard let known, let rate else { return known == nil && rate == nil }
        return abs(known / rate - 1) < 1e-3
    }

    private func configuration(_ index: Int, for window: RateSearch.Window) -> RunConfiguration {
        var configuration = find.plan.configurations[index]
        configuration.rate = window.rate
        if let records = window.records {
            configuration.amount = .records(records)
            configuration.warmup = nil
        }
        // A rate as low as this is steady as soon as all have connected; and what a slow broker has to take before the window begins
        // should not be much.
        if let rate = window.rate, rate < 1000, configuration.warmup == .untilSteady {
            configuration.warmup = .fixed(.durationNs(Int64(min(5, max(0.3, 20 / rate)) * 1e9)))
        }
        if window.phase == .soak, case .durationNs(let ns) = configuration.amount {
            configuration.amount = .durationNs(ns * FindPlan.soakFactor)
        }
        return configuration
    }

    private func judge(
        _ outcome: RunOutcome, _ row: RunRow, _ window: RateSearch.Window, configuration: Int
    ) throws -> FindFiles.Window {
        var done = FindFiles.Window(
            run: windowCount, configuration: configuration, phase: window.phase, rate: window.rate, outcome: .held,
            throughput: row.number("throughput_rps") ?? 0)
        if window.rate == nil { return done }
        let judgements = find.plan.expectations.all.map { $0.judge(row, run: windowCount) }
        if outcome.failures.isEmpty, let missing = judgements.first(where: { $0.figure == nil }) {
            throw RunError("--expect '\(missing.expectation)': it was not measured, so that nothing can be found by it")
        }
        let verdicts = outcome.result.verdicts
        let missed = judgements.filter { $0.expectation.isMet(by: row) != true }
        if let failure = outcome.failures.first {
            (done.outcome, done.detail) = (.missed, failure)
        } else if let saturated = verdicts.first(where: { $0.kind == .saturated }) {
            let isGenerators = verdicts.contains { $0.kind == .generatorBound }
            (done.outcome, done.detail) = (isGenerators ? .generatorBound : .missed, saturated.explanation)
        } else if let first = missed.first {
            (done.outcome, done.detail) = (.missed, "\(first.expectation.column) \(first.words)")
        }
        return done
    }
}

extension RateSearch.Window {
    /// `bracket at 120k records/s`
    var words: String { "\(phase.rawValue) at \(rate.map { Quantity.approximate($0) + " records/s" } ?? "full speed")" }
}

extension LatencyCurve.Point {
    init(_ window: FindFiles.Window, _ row: RunRow) {
        self.init(
            rate: window.rate ?? 0, throughput: window.throughput,
            latencies: LatencyFigures.columnNames.map { row.number("latency_total_\($0)_us") ?? 0 },
            isHeld: window.outcome == .held)
    }
}
