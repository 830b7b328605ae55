/// `runs.csv`: a row for each run, written when the run ends.
package struct RunsFile: Sendable, Equatable {
    package let path: String

    package init(path: String) { self.path = path }

    /// The columns, in their order.
    package static let columnNames = columns.map(\.name)

    /// The same with what is in them, of a run of which nothing was measured.
    static let columns = RunResult(
        run: 0, startedAt: Timestamp(epochMs: 0), target: "", configuration: RunConfiguration()
    ).columns

    /// Appends the row of `result`, after the header if the file is new.
    ///
    /// - Throws: `OutputError`; the file then ends where it ended before.
    package func append(_ result: RunResult) throws(OutputError) {
        try OutputFile(path: path).append(CSV.row(result.columns.map(\.text)), header: CSV.row(Self.columnNames))
    }
}
