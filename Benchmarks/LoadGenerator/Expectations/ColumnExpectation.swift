import KafkaProtocol

/// What a column of `runs.csv` is expected to be: `throughput_rps>=20M`.
package struct ColumnExpectation: Sendable, Hashable, CustomStringConvertible {
    /// How a figure is compared with its bound.
    enum Comparison: String, Sendable, CaseIterable {
        case least = ">="
        case most = "<="
        case same = "=="
        case other = "!="
        case above = ">"
        case below = "<"

        func holds<Value: Comparable>(_ figure: Value, _ bound: Value) -> Bool {
            switch self {
            case .least: figure >= bound
            case .most: figure <= bound
            case .same: figure == bound
            case .other: figure != bound
            case .above: figure > bound
            case .below: figure < bound
            }
        }
    }

    /// What a figure is compared with.
    enum Bound: Sendable, Hashable {
        /// In the column's unit.
        case number(Double)
        case word(String)
    }

    let column: String
    let comparison: Comparison
    let bound: Bound
    let measure: ColumnMeasure
    /// The bound as it was given.
    let boundText: String

    package var description: String { column + comparison.rawValue + boundText }

    /// In words that stand apart, for a table: `throughput_rps >= 20M`.
    var spaced: String { "\(column) \(comparison.rawValue) \(boundText)" }

    /// Reads `COLUMN>=VALUE`, with any comparison, and white space around it.
    ///
    /// - Throws: `ValueError` for a column that isn't there, and for a value that the column can't be compared with.
    package init(parsing text: String) throws(ValueError) {
        let (name, rest) = Self.split(text)
        // Two characters first: `>=` begins with `>`.
        guard let comparison = Comparison.allCases.first(where: { rest.hasPrefix($0.rawValue) }) else {
            let all = Comparison.allCases.map(\.rawValue).asAlternatives
            let hint = Self.slips.first { rest.hasPrefix($0.key) }.map { "; did you mean \($0.value)?" } ?? ""
            throw ValueError("'\(text)' is not COLUMN>=VALUE; the comparison is one of \(all)\(hint)")
        }
        let value = String(rest.dropFirst(comparison.rawValue.count)).trimmed
        guard !value.isEmpty else { throw ValueError("'\(text)' has no value to compare with") }
        try self.init(column: name, comparison, value)
    }

    /// - Parameter value: as users give it.
    init(column name: String, _ comparison: Comparison, _ value: String) throws(ValueError) {
        let column = try Self.column(named: name)
        (self.column, self.comparison, boundText) = (name, comparison, value)
        measure = ColumnMeasure(of: column)
        bound = try Self.bound(value, name, measure, comparison)
    }

    /// What other languages write, and people do.
    private static let slips: KeyValuePairs = ["=>": ">=", "=<": "<=", "=": "=="]

    /// A column's name and what comes after it.
    static func split(_ text: String) -> (column: String, rest: Substring) {
        let name = text.prefix { !"<>=!".contains($0) }
        return (String(name).trimmed, text[name.endIndex...])
    }

    /// - Throws: `ValueError` that suggests the nearest column.
    static func column(named name: String) throws(ValueError) -> RunResult.Column {
        if let column = RunsFile.columns.first(where: { $0.name == name }) { return column }
        let suggestion = Suggestion.words(for: name, among: RunsFile.columnNames)
        throw ValueError("runs.csv has no column '\(name)'\(suggestion ?? "; results/README.md lists them")")
    }

    private static func bound(
        _ value: String, _ name: String, _ measure: ColumnMeasure, _ comparison: Comparison
    ) throws(ValueError) -> Bound {
        let isEquality = comparison == .same || comparison == .other
        if measure == .words {
            guard isEquality else {
                throw ValueError("\(name) has words, which \(comparison.rawValue) can't compare; use == or !=")
            }
            let verdicts = Verdict.Kind.allCases.map(\.rawValue)
            guard name != "verdict" || verdicts.contains(value) else {
                let hint = Suggestion.words(for: value, among: verdicts) ?? "; accepted is \(verdicts.asAlternatives)"
                throw ValueError("'\(value)' is not a verdict\(hint)")
            }
            return .word(value)
        }
        // A size that is a distribution is a word in the file.
        if name == "record_size_bytes", isEquality, value.contains(":"), let size = try? RecordSize(parsing: value) {
            return .word(size.description)
        }
        do throws(ValueError) {
            return .number(try measure.number(value))
        } catch {
            throw ValueError("\(name): \(error.description)")
        }
    }
}
