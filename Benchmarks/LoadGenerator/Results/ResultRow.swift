/// A row of `runs.csv`, of any version of kbench: cells by the names of their columns.
package struct ResultRow: Sendable, Equatable {
    /// The number of its run, as it stands there.
    package let run: String
    /// The folder that it is in, below the one that was read; empty for that one itself.
    package let folder: String
    private let cells: [String: String]

    init(run: String, folder: String, cells: [String: String]) {
        self.run = run
        self.folder = folder
        self.cells = cells
    }

    /// What stands in a column; nil when it is empty, or isn't there.
    package subscript(column: String) -> String? {
        guard let text = cells[column], !text.isEmpty else { return nil }
        return text
    }

    /// The number in a column; nil when there is none.
    package func number(_ column: String) -> Double? {
        guard let number = self[column].flatMap({ Double($0) }), number.isFinite else { return nil }
        return number
    }

    package var verdict: Verdict.Kind? { self["verdict"].flatMap(Verdict.Kind.init) }

    /// For messages: `run 3`, or `run 0007/1`.
    package var name: String { folder.isEmpty ? "run \(run)" : "run \(folder)/\(run)" }

    /// What tells configurations apart: every column of what was asked for, but for those that differ by themselves. Columns
    /// that an older kbench didn't have are what that one always did.
    package var configuration: [String: String] {
        var configuration: [String: String] = [:]
        for name in RunResult.empty.configurationColumnNames where !Self.incidental.contains(name) {
            configuration[name] = self[name] ?? Self.once[name] ?? ""
        }
        return configuration
    }

    /// Columns that differ between runs of one configuration, or between two clusters that are compared.
    private static let incidental: Set<String> = ["run", "started_at", "seed"]
    private static let once = ["door": "lane", "may_reorder": "false"]
}
