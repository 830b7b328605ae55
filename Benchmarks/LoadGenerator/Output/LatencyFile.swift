/// `latency.csv`: the percentile spectrum of each stage of each run.
package struct LatencyFile: Sendable, Equatable {
    package let path: String

    package init(path: String) { self.path = path }

    package static let columnNames = ["run", "stage", "percentile", "value_us", "cumulative_count"]

    /// Appends the spectra of a run, stages in the order of `LatencyStage`; a stage that was not measured has no rows.
    ///
    /// - Parameter histograms: of nanoseconds.
    /// - Throws: `OutputError`; the file then ends where it ended before.
    package func append(run: Int, _ histograms: [LatencyStage: HdrHistogram]) throws(OutputError) {
        var rows = ""
        for stage in LatencyStage.allCases {
            for point in histograms[stage]?.percentileSpectrum() ?? [] {
                rows += CSV.row([
                    String(run), stage.rawValue, Decimal.shortText(point.percentile, decimals: 9),
                    Decimal.text(thousandths: point.value), String(point.cumulativeCount),
                ])
            }
        }
        try OutputFile(path: path).append(rows, header: CSV.row(Self.columnNames))
    }
}
