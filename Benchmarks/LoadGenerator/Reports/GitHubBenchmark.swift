import KafkaClient
internal import KafkaJSON

/// A file for benchmark-action/github-action-benchmark: a column of `runs.csv` as an entry for each configuration.
///
/// The action takes a whole file for figures of which more is better, or less: which one it is, its `tool` says. So a file
/// has one column.
package struct GitHubBenchmark: Sendable, Hashable, CustomStringConvertible {
    package static let usualColumn = "throughput_rps"

    package let column: String
    package let path: String
    private let measure: ColumnMeasure

    package var description: String { "\(column)=\(path)" }

    /// Reads `FILE` or `COLUMN=FILE`. A file with `=` in its own name is given with its folder: `./a=b`.
    ///
    /// - Throws: `ValueError` for a column that isn't there, or has no figures.
    package init(parsing text: String) throws(ValueError) {
        var path = text
        var name = Self.usualColumn
        if let equals = text.firstIndex(of: "="), !text[..<equals].contains("/") {
            name = String(text[..<equals])
            path = String(text[text.index(after: equals)...])
        }
        guard !path.isEmpty, !path.utf8.contains(0) else { throw ValueError("'\(text)' names no file") }
        let found = try ColumnExpectation.column(named: name)
        guard ColumnMeasure(of: found) != .words, !RunFigures.configurationColumns.contains(name) else {
            throw ValueError("\(name) is not a figure; give a column that is measured, such as \(Self.usualColumn)")
        }
        (column, self.path, measure) = (name, path, ColumnMeasure(of: found))
    }

    /// The whole file, ending with a newline: the median of each configuration's runs, and their range. Runs that failed or
    /// were interrupted don't count.
    func text(_ figures: RunFigures) -> String {
        let entries = figures.configurations.compactMap { entry($0) }
        return JSONValue.array(entries).prettyText
    }

    private func entry(_ configuration: RunFigures.Configuration) -> JSONValue? {
        let rows = configuration.usable
        let values = rows.compactMap { $0.number(column) }
        guard let median = Samples.median(of: values), let least = values.min(), let most = values.max() else {
            return nil
        }
        let label = configuration.label.isEmpty ? "" : " " + configuration.label
        var entry: [(String, JSONValue)] = [
            ("name", .string(column + label)), ("unit", .string(measure.unit.isEmpty ? column : measure.unit)),
            ("value", .double((median * 1000).rounded() / 1000)),
        ]
        if values.count > 1 {
            let range = [least, most].map { Decimal.shortText($0, decimals: 3) ?? "?" }.joined(separator: " … ")
            entry.append(("range", .string(range)))
        }
        let verdicts = Set(rows.compactMap { $0["verdict"] }).sorted().joined(separator: ", ")
        entry.append(
            (
                "extra",
                .string(
                    "\(Quantity.counted(Int64(values.count), "run")), verdict \(verdicts)\nkbench \(KafkaClientVersion.current)"
                )
            ))
        return .object(entry)
    }
}
