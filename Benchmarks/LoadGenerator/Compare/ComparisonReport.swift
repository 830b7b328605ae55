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
        for note in comparison.notes { text += "note: \(note)\n" }
        return text
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
        let interval = "\(change(row, row.interval.lowerBound)) … \(change(row, row.interval.upperBound))"
        return row.metric.name.padded(to: width + 2)
            + Self.cells([
                row.metric.text(row.contrast.base.median), row.metric.text(row.contrast.new.median),
                change(row, row.difference), interval,
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
        if let gate = row.gate, let outcome = row.gateOutcome {
            let word =
                switch outcome {
                case .held: "held"
                case .regression: "NOT HELD"
                case .inconclusive: "inconclusive"
                }
            remarks.append("gate \(gate)\(row.configuration.isEmpty ? "" : " (\(row.configuration))"): \(word)")
        }
        if !row.outliers.isEmpty {
            remarks.append(
                "\(name): far from the others, and counted all the same: \(row.outliers.joined(separator: ", "))")
        }
        return remarks
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
        init(_ value: Double, decimals: Int) {
            (text, json) = (Decimal.shortText(value, decimals: decimals), .double(value))
        }
    }

    private func fields(_ row: MetricComparison) -> [Field] {
        var moreRuns: Int?
        if case .inconclusive(let runs) = row.finding { moreRuns = runs }
        return [
            Field(row.configuration), Field(row.metric.name), Field(row.contrast.base.count),
            Field(row.contrast.new.count), Field(row.contrast.base.median, decimals: 6),
            Field(row.contrast.new.median, decimals: 6), Field(row.contrast.isRelative ? "relative" : "absolute"),
            Field(row.difference, decimals: 6), Field(row.interval.lowerBound, decimals: 6),
            Field(row.interval.upperBound, decimals: 6), Field(row.confidence, decimals: 6),
            Field(row.probability, decimals: 9), Field(row.contrast.effect, decimals: 4), Field(row.finding.word),
            Field(moreRuns), Field(row.gate?.description), Field(row.gateOutcome?.rawValue),
            Field(row.outliers.isEmpty ? nil : row.outliers.joined(separator: "; ")),
        ]
    }
}

extension MetricColumn {
    /// A value of this column for people.
    package func text(_ value: Double) -> String {
        for (suffix, ns) in [("_us", 1000.0), ("_ms", 1e6), ("_s", 1e9)]
        where name.hasSuffix(suffix) && !name.hasSuffix("_per" + suffix) {
            return Quantity.approximateDuration(ns: value * ns)
        }
        if name.hasSuffix("_ns_per_record") { return Quantity.approximateDuration(ns: value) }
        if name.contains("bytes") { return Quantity.approximateBytes(value) }
        return Quantity.approximate(value)
    }
}
