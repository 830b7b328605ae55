import KafkaProtocol

/// All that a command is to judge its figures by.
package struct Expectations: Sendable, Equatable {
    /// In the order of the command line, each once.
    package var all: [ColumnExpectation] = []
    /// Rows are judged that have all of these; every row without any.
    package var filters: [RunFilter] = []

    package init() {}

    /// Whether a row is to be judged. Of a run that has not ended, only what is planned is looked at.
    func apply(to row: RunRow) -> Bool { filters.allSatisfy { $0.matches(row) != false } }

    /// What every row is held to that is judged: ` where codec=zstd, cores=2`; empty when every row is.
    var scope: String {
        filters.isEmpty ? "" : " where " + filters.map(\.description).joined(separator: ", ")
    }

    /// - Throws: `UsageError` when no planned run has what the filters name, as far as that is known by then.
    func check(_ plan: RunPlan) throws(UsageError) {
        guard !filters.isEmpty else { return }
        let planned = plan.schedule.prefix(plan.configurations.count).map { RunRow($0, of: plan) }
        // Only the number of a run tells runs of a configuration apart.
        let rows = filters.contains { $0.column == "run" } ? plan.schedule.map { RunRow($0, of: plan) } : planned
        if rows.contains(where: apply(to:)) { return }
        var problems = Problems()
        for filter in filters where !rows.contains(where: { filter.matches($0) != false }) {
            problems.add("--expect-where \(filter): no planned run has that\(filter.hint(rows))")
        }
        try problems.refuse()
        let both = filters.map(\.description).joined(separator: " and ")
        throw UsageError("--expect-where: no planned run has \(both) together")
    }

    /// What nothing is going to measure.
    func warnings(_ plan: RunPlan) -> [String] {
        all.compactMap { expectation in
            guard let metric = MetricColumn(named: expectation.column),
                let missing = metric.missing(in: plan.configurations)
            else { return nil }
            return "--expect '\(expectation)': without \(missing) it is not measured, so it will be inconclusive"
        }
    }
}

/// A part of the rows: those that have a value in a column, as `--expect-where codec=zstd` names them.
package struct RunFilter: Sendable, Hashable, CustomStringConvertible {
    let column: String
    /// Nil: an empty cell.
    private let expectation: ColumnExpectation?

    package var description: String { "\(column)=\(expectation?.boundText ?? "")" }

    /// Reads `COLUMN=VALUE`; a value that is empty stands for an empty cell.
    ///
    /// - Throws: `ValueError` for a column that isn't there, and for a value that the column can't have.
    package init(parsing text: String) throws(ValueError) {
        let (name, rest) = ColumnExpectation.split(text)
        guard rest.hasPrefix("=") else { throw ValueError("'\(text)' is not COLUMN=VALUE") }
        let value = String(rest.drop { $0 == "=" }).trimmed
        column = try ColumnExpectation.column(named: name).name
        expectation = value.isEmpty ? nil : try ColumnExpectation(column: name, .same, value)
    }

    /// Nil when the row doesn't have the column yet.
    func matches(_ row: RunRow) -> Bool? {
        guard row.columnNames.contains(column) else { return nil }
        guard let expectation else { return row[column] == nil }
        return expectation.isMet(by: row) ?? false
    }

    /// The values that there are instead.
    fileprivate func hint(_ rows: [RunRow]) -> String {
        var seen: [String] = []
        for row in rows where seen.count < 8 {
            let text = row[column] ?? "empty"
            if !seen.contains(text) { seen.append(text) }
        }
        let level = column == "codec" && description.contains(":") ? "; the level is in codec_level" : ""
        return "; \(column) is \(seen.asAlternatives)\(level)"
    }
}
