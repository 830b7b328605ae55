/// A row of `runs.csv`: what is in its cells, by the names of their columns.
package struct RunRow: Sendable, Equatable {
    /// The number of the run.
    package let run: Int
    /// The folder that it is in, below the one that was read; empty for that one itself.
    package let folder: String
    private let cells: [String: String]

    /// The row of a run that has just ended.
    package init(_ result: RunResult) {
        self.init(run: result.run, result.columns)
    }

    /// What is known of a run before it begins.
    init(_ scheduled: RunPlan.ScheduledRun, of plan: RunPlan) {
        let configuration = scheduled.configuration
        var result = RunResult(
            run: scheduled.number, startedAt: Timestamp(epochMs: 0),
            target: plan.target.name(stage: configuration.stage), configuration: configuration)
        if configuration.stage == .broker { result.security = plan.target.clientSettings.security }
        let known = (result.configurationColumns + result.securityColumns).filter { $0.name != "started_at" }
        self.init(run: scheduled.number, known)
    }

    private init(run: Int, _ columns: [RunResult.Column]) {
        self.run = run
        folder = ""
        cells = Dictionary(uniqueKeysWithValues: columns.map { ($0.name, $0.text ?? "") })
    }

    /// Nil for a row that has not as many cells as there are names, or not the number of a run.
    init?(_ names: [String], _ texts: [String], folder: String = "") {
        self.folder = folder
        guard names.count == texts.count else { return nil }
        cells = Dictionary(zip(names, texts)) { first, _ in first }
        guard let run = cells["run"].flatMap({ Int($0) }) else { return nil }
        self.run = run
    }

    /// The columns that the row has.
    var columnNames: Set<String> { Set(cells.keys) }

    /// The text in a cell; nil when nothing was measured, or when there is no such column.
    package subscript(column: String) -> String? {
        cells[column].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The number in a cell; nil when there is none.
    package func number(_ column: String) -> Double? {
        self[column].flatMap(Self.number(in:))
    }

    /// A number as results have them: in decimal, and not so large that sums of it have none.
    static func number(in text: String) -> Double? {
        guard text.utf8.allSatisfy({ $0 != UInt8(ascii: "x") && $0 != UInt8(ascii: "X") }), let number = Double(text),
            abs(number) <= 1e18
        else { return nil }
        return number
    }

    /// The stage whose latencies are what the run is about; nil where nothing was sent.
    var shownStage: LatencyStage? {
        // An older kbench had one mode and one role.
        let mode = self["mode"].flatMap(RunMode.init(rawValue:)) ?? .produce
        return mode.shownStage(self["role"].flatMap(EndToEndRole.init(rawValue:)) ?? .both)
    }

    /// Whether records came before they were due, or just then.
    var hasEarlyRecords: Bool { (number("latency_end_to_end_not_positive") ?? 0) > 0 }

    /// For messages: `run 3`, or `run 0007/1`.
    package var name: String { folder.isEmpty ? "run \(run)" : "run \(folder)/\(run)" }

    /// The run's verdict; nil when the row has none that is known.
    package var verdict: Verdict.Kind? { self["verdict"].flatMap(Verdict.Kind.init(rawValue:)) }
}

extension RunsFile {
    /// The rows that are there, without those that are cut short; none when there is no file.
    ///
    /// - Throws: `OutputError` when the file is no CSV.
    package func rows() throws(OutputError) -> [RunRow] {
        guard let text = TextFile.text(path, byteCountMax: .max, isResult: true) else { return [] }
        do throws(ValueError) {
            let rows = try CSV.rows(text)
            guard let header = rows.first else { return [] }
            return rows.dropFirst().compactMap { RunRow(header, $0) }
        } catch {
            throw OutputError(path: path, action: "read", reason: error.description)
        }
    }
}
