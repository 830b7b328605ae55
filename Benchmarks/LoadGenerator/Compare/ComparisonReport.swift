internal import KafkaJSON

/// A comparison as text, as `comparison.csv`, and as JSON.
package struct ComparisonReport: Sendable {
    let comparison: Comparison
    /// Runs of each side, where it ran them itself.
    let pairCount: Int?

    /// A table for each configuration, and below it what has to be known; ends with a newline.
    package var text: String {
        var text = ""
        var configuration: String?
        let width = comparison.metrics.map(\.metric.name.count).max() ?? 0
        for row in comparison.metrics {
            if row.configuration != configuration {
                configuration = row.configuration
                text += (row.configuration.isEmpty ? "" : row.configuration + "\n") + heading(width)
            }
            text += line(row, width)
        }
        for row in comparison.metrics { text += remarks(row).map { $0 + "\n" }.joined() }
        for open in comparison.openGates {
            text += "\(words(open.gate, open.configuration)): inconclusive, \(open.reason)\n"
        }
        for note in comparison.notes { text += "note: \(note)\n" }
        return text
    }

    /// Gates as checks, and a table of what is said for each configuration.
    var report: Report {
        let checks = comparison.metrics.compactMap { row -> Check? in
            guard let gate = row.gate, let outcome = row.gateOutcome, !comparison.isOpen(row) else { return nil }
            let result: Check.Outcome =
                switch outcome {
                case .held: .passed
                case .regression: .missed
                case .inconclusive: .inconclusive
                }
            let change = "\(change(row, row.difference)) (\(interval(row)))"
            return Check(
                name: gate.description, group: row.configuration.isEmpty ? "all" : row.configuration, outcome: result,
                message:
                    "\(row.metric.text(row.contrast.base.median)) to \(row.metric.text(row.contrast.new.median)), \(change)"
            )
        }
        var tables: [Report.Table] = []
        for row in comparison.metrics {
            let title = row.configuration.isEmpty ? "Comparison" : row.configuration
            if tables.last?.title != title {
                tables.append(.init(title: title, header: ["metric", "difference", "finding"], rows: []))
            }
            tables[tables.count - 1].rows.append([row.metric.name, change(row, row.difference), words(row)])
        }
        let openChecks = comparison.openGates.map {
            Check(
                name: $0.gate.description, group: $0.configuration.isEmpty ? "all" : $0.configuration,
                outcome: .inconclusive, message: $0.reason)
        }
        return Report(title: "kbench compare", checks: checks + openChecks, tables: tables)
    }

    private func words(_ gate: Gate, _ configuration: String) -> String {
        "gate \(gate)\(configuration.isEmpty ? "" : " (\(configuration))")"
    }

    private func interval(_ row: MetricComparison) -> String {
        guard let interval = row.interval else { return "too few runs" }
        return "\(change(row, interval.lowerBound)) … \(change(row, interval.upperBound))"
    }

    private func heading(_ width: Int) -> String {
        "".padded(to: width + 2) + Self.cells(["base", "new", "difference", "interval"]) + "  finding\n"
    }

    private static func cells(_ texts: [String]) -> String {
        zip(texts, [12, 12, 12, 22]).map { text, width in
            String(repeating: " ", count: max(1, width - text.count)) + text
        }.joined()
    }

    private func line(_ row: MetricComparison, _ width: Int) -> String {
        return row.metric.name.padded(to: width + 2)
            + Self.cells([
                row.metric.text(row.contrast.base.median), row.metric.text(row.contrast.new.median),
                change(row, row.difference), interval(row),
            ]) + "  \(words(row))\n"
    }

    private func change(_ row: MetricComparison, _ value: Double) -> String {
        row.contrast.isRelative ? Percent.signed(value) : (value < 0 ? "-" : "+") + row.metric.text(abs(value))
    }

    private func words(_ row: MetricComparison) -> String {
        switch row.finding {
        case .better, .worse, .differs: row.finding.word
        case .same: "no difference beyond \(Percent.text(margin))"
        case .inconclusive(let runs):
            "inconclusive" + (runs.map { ", \($0) more run\($0 == 1 ? "" : "s") a side would probably tell" } ?? "")
        }
    }

    private var margin: Double { comparison.rule.margin }

    private func remarks(_ row: MetricComparison) -> [String] {
        let name = row.configuration.isEmpty ? row.metric.name : "\(row.configuration): \(row.metric.name)"
        var remarks: [String] = []
        // That of an open gate is said below, with the reason.
        if let gate = row.gate, let outcome = row.gateOutcome, !comparison.isOpen(row) {
            let word =
                switch outcome {
                case .held: "held"
                case .regression: "NOT HELD"
                case .inconclusive: "inconclusive"
                }
            remarks.append("\(words(gate, row.configuration)): \(word)")
        }
        return remarks + outliers(row, name)
    }

    private func outliers(_ row: MetricComparison, _ name: String) -> [String] {
        if row.outliers.isEmpty { return [] }
        return ["\(name): far from the others, and counted all the same: \(Self.some(row.outliers))"]
    }

    /// The first names of a list; all of them are in `comparison.csv`.
    private static func some(_ names: [String]) -> String {
        let rest = names.count > 6 ? " and \(names.count - 5) more" : ""
        return names.prefix(names.count > 6 ? 5 : 6).joined(separator: ", ") + rest
    }

    static let columnNames = [
        "configuration", "metric", "base_runs", "new_runs", "base_median", "new_median", "scale", "difference",
        "difference_low", "difference_high", "confidence", "probability", "effect", "finding", "more_runs", "gate",
        "gate_outcome", "outliers",
    ]

    /// `comparison.csv`
    package var csv: String {
        CSV.row(Self.columnNames) + comparison.metrics.map { CSV.row(fields($0).map(\.text)) }.joined()
    }

    package var json: String {
        let rows = comparison.metrics.map { row in
            JSONValue.object(zip(Self.columnNames, fields(row)).map { ($0, $1.json) })
        }
        return JSONValue.object([
            ("metrics", .array(rows)), ("pairs", .optional(pairCount.map(Int64.init))),
            ("notes", .array(comparison.notes.map { .string($0) })),
        ]).prettyText
    }

    /// A cell, and the same as JSON.
    private struct Field {
        let text: String?
        let json: JSONValue

        init(_ value: String?) { (text, json) = (value, .optional(value)) }
        init(_ value: Int?) { (text, json) = (value.map(String.init), .optional(value.map(Int64.init))) }
        init(_ value: Double?, decimals: Int) {
            (text, json) = (
                value.flatMap { Decimal.shortText($0, decimals: decimals) }, value.map { .double($0) } ?? .null
            )
        }
    }

    private func fields(_ row: MetricComparison) -> [Field] {
        var moreRuns: Int?
        if case .inconclusive(let runs) = row.finding { moreRuns = runs }
        return [
            Field(row.configuration), Field(row.metric.name), Field(row.contrast.base.count),
            Field(row.contrast.new.count), Field(row.contrast.base.median, decimals: 6),
            Field(row.contrast.new.median, decimals: 6), Field(row.contrast.isRelative ? "relative" : "absolute"),
            Field(row.difference, decimals: 6), Field(row.interval?.lowerBound, decimals: 6),
            Field(row.interval?.upperBound, decimals: 6), Field(row.confidence, decimals: 6),
            Field(row.probability, decimals: 9), Field(row.contrast.effect, decimals: 4), Field(row.finding.word),
            Field(moreRuns), Field(row.gate?.description), Field(row.gateOutcome?.rawValue),
            Field(row.outliers.isEmpty ? nil : row.outliers.joined(separator: "; ")),
        ]
    }
}

extension MetricColumn {
    /// A value of this column for people.
    package func text(_ value: Double) -> String { ColumnMeasure(numbersOf: name).approximate(value) }
}
