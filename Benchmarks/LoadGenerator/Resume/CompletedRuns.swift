/// The runs of a sweep whose results are whole.
struct CompletedRuns {
    let directory: String
    let plan: RunPlan

    /// - Throws: `UsageError` when the rows are not those of the plan.
    func numbers() throws(UsageError) -> Set<Int> {
        let folder = OutputDirectory(path: directory)
        // Interrupted before its first run ended.
        guard let text = TextFile.text(folder.runs.path, byteCountMax: .max, isResult: true) else { return [] }
        let rows: [[String]]
        do throws(ValueError) {
            rows = try CSV.rows(text)
        } catch {
            throw refuse(error.description)
        }
        guard let header = rows.first else { return [] }
        guard header == RunsFile.columnNames else { throw refuse("its columns are not those of this kbench") }
        var numbers: Set<Int> = []
        let schedule = plan.schedule
        for row in rows.dropFirst() where row.count == header.count {
            let cells = Dictionary(uniqueKeysWithValues: zip(header, row))
            guard let number = cells["run"].flatMap({ Int($0) }), number >= 1, number <= schedule.count,
                isPlanned(cells, number, schedule[number - 1].configuration), numbers.insert(number).inserted
            else { throw refuse("run \(cells["run"] ?? "") is not one of those that were planned") }
            // The histograms are written last: with them, the run is whole.
            let isWhole =
                cells["verdict"] != Verdict.Kind.interrupted.rawValue
                && TextFile.exists(folder.histogramLog(run: number).path)
            if !isWhole { numbers.remove(number) }
        }
        return numbers
    }

    private func refuse(_ why: String) -> UsageError { UsageError("--resume \(directory): runs.csv: \(why)") }

    private func isPlanned(_ cells: [String: String], _ number: Int, _ configuration: RunConfiguration) -> Bool {
        let planned = RunResult(
            run: number, startedAt: Timestamp(epochMs: 0), target: plan.target.name(stage: configuration.stage),
            configuration: configuration)
        return planned.configurationColumns.allSatisfy { column in
            column.name == "started_at" || cells[column.name] == column.text ?? ""
        }
    }
}

extension OutputDirectory {
    /// Takes the rows of all other runs out of the files: of those that were interrupted something is left.
    func keepOnly(_ runs: Set<Int>) throws(OutputError) {
        for path in [self.runs.path, latency.path, timeline.path, events.path, verify.path, slowest.path, brokers.path]
        {
            // Whole: what is not read here would not be written back.
            guard let text = TextFile.text(path, byteCountMax: .max, isResult: true) else { continue }
            let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
            // The first cell of every row is the number of its run; no cell of ours goes over lines.
            let kept = lines.enumerated().filter { index, line in
                index == 0 || Int(line.prefix { $0 != "," }).map(runs.contains) ?? false
            }
            if kept.count < lines.count || text.last != "\n" {
                try OutputFile(path: path).replace(with: kept.map { $0.element + "\n" }.joined())
            }
        }
    }
}
