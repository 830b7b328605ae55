/// `verify.csv`: what was found in each partition of a run with `--verify`.
struct VerifyFile: Sendable, Equatable {
    let path: String

    static let columnNames = [
        "run", "partition", "records_acked", "records_read", "records_lost", "records_duplicated", "records_reordered",
        "records_corrupted", "records_foreign", "start_offset", "end_offset", "lost_offsets", "duplicated_offsets",
        "reordered_offsets", "corrupted_offsets", "foreign_offsets",
    ]

    /// Appends a row for each partition, after the header if the file is new.
    ///
    /// - Throws: `OutputError`; the file then ends where it ended before.
    func append(run: Int, _ report: VerificationReport) throws(OutputError) {
        let isJudged = report.failure == nil
        // In the order of the columns.
        let areJudged = [isJudged, isJudged, isJudged && report.isOrdered, isJudged]
        let rows = report.partitions.enumerated().map { index, partition in
            let wrong = [partition.lost, partition.duplicated, partition.reordered, partition.corrupted]
            let tallies = wrong + [partition.foreign]
            let counts = [Int64(run), Int64(index), partition.acked, partition.read].map { String($0) }
            let judged = zip(wrong, areJudged).map { $1 ? String($0.count) : nil }
            let rest = [partition.foreign.count, partition.start, partition.end].map { String($0) }
            let offsets = tallies.map { $0.first.map(String.init).joined(separator: " ") }
            return CSV.row(counts + judged + rest + offsets)
        }
        try OutputFile(path: path).append(rows.joined(), header: CSV.row(Self.columnNames))
    }
}
