/// `timeline.csv`: what a run did in each interval.
package struct TimelineFile: Sendable, Equatable {
    /// One interval of a run; nil means not measured.
    package struct Row: Sendable, Equatable {
        package var run: Int
        /// End of the interval after the start of the run, in ns.
        package var timeNs: Int64
        /// Within the interval, as the bytes are.
        package var recordsAcked: Int64?
        package var bytesAcked: Int64?
        package var throughputRps: Double?
        /// Produce requests in flight at the end of the interval.
        package var inFlight: Int?
        package var totalLatency: LatencyFigures?
        /// Of `kbench end-to-end`: received within the interval.
        package var recordsReceived: Int64?
        package var endToEndLatency: LatencyFigures?
        /// The machine at its end.
        package var canaries: CanarySample?

        package init(run: Int, timeNs: Int64) {
            self.run = run
            self.timeNs = timeNs
        }
    }

    package let path: String

    package init(path: String) { self.path = path }

    package static let columnNames =
        [
            "run", "t_s", "records_acked", "bytes_acked", "throughput_rps", "in_flight", "latency_total_p50_us",
            "latency_total_p99_us", "latency_total_max_us", "records_received", "latency_end_to_end_p50_us",
            "latency_end_to_end_p99_us", "latency_end_to_end_max_us",
        ] + CanarySample.columnNames

    /// Appends a row, after the header if the file is new.
    ///
    /// - Throws: `OutputError`; the file then ends where it ended before.
    package func append(_ row: Row) throws(OutputError) {
        let cells: [String?] =
            [
                String(row.run), Decimal.shortText(Double(row.timeNs) / 1e9, decimals: 6),
                row.recordsAcked.map(String.init),
                row.bytesAcked.map(String.init), row.throughputRps.flatMap { Decimal.shortText($0, decimals: 1) },
                row.inFlight.map(String.init),
            ] + Self.cells(row.totalLatency) + [row.recordsReceived.map(String.init)] + Self.cells(row.endToEndLatency)
            + (row.canaries ?? CanarySample()).cells
        try OutputFile(path: path).append(CSV.row(cells), header: CSV.row(Self.columnNames))
    }

    private static func cells(_ latency: LatencyFigures?) -> [String?] {
        [latency?.p50Ns, latency?.p99Ns, latency?.maxNs].map { $0.map(Decimal.text(thousandths:)) }
    }
}
