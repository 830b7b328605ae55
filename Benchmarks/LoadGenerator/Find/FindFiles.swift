/// The tables of a search besides those of its runs.
struct FindFiles: Sendable {
    let directory: OutputDirectory

    /// Every window, in order: which run it is, why it was run, and what came of it. Appended when its run is written, so that an
    /// interrupted search can be gone on with.
    var windows: OutputFile { OutputFile(path: directory.path + "/windows.csv") }
    /// A row for each configuration whose search is over.
    var found: OutputFile { OutputFile(path: directory.path + "/find.csv") }
    /// Latency against rate.
    var curve: OutputFile { OutputFile(path: directory.path + "/curve.csv") }

    /// A row of `windows.csv`.
    struct Window: Sendable, Equatable {
        var run: Int
        /// The number of its configuration, from 1.
        var configuration: Int
        var phase: RateSearch.Phase
        /// Nil for as fast as possible.
        var rate: Double?
        var outcome: RateSearch.Outcome
        var throughput: Double
        /// What was missed, in words.
        var detail = ""
    }

    static let windowColumns = ["run", "configuration", "phase", "rate_rps", "outcome", "throughput_rps", "detail"]

    func append(_ window: Window) throws(OutputError) {
        try windows.append(
            CSV.row([
                String(window.run), String(window.configuration), window.phase.rawValue,
                window.rate.flatMap { Decimal.shortText($0, decimals: 3) }, window.outcome.rawValue,
                Decimal.shortText(window.throughput, decimals: 1), window.detail,
            ]), header: CSV.row(Self.windowColumns))
    }

    /// The windows that were run before.
    ///
    /// - Throws: `UsageError` when they are damaged.
    func readWindows() throws(UsageError) -> [Window] {
        guard let text = TextFile.text(windows.path, byteCountMax: .max, isResult: true) else { return [] }
        var rows: [[String]]
        do throws(ValueError) {
            rows = try CSV.rows(text)
        } catch {
            throw UsageError("\(windows.path): \(error.description)")
        }
        guard rows.first == Self.windowColumns else {
            throw UsageError("\(windows.path): its columns are not those of this kbench")
        }
        if !text.hasSuffix("\n") { rows.removeLast() }
        var found: [Window] = []
        for cells in rows.dropFirst() {
            guard cells.count == Self.windowColumns.count, let run = Int(cells[0]), let configuration = Int(cells[1]),
                let phase = RateSearch.Phase(rawValue: cells[2]), let outcome = RateSearch.Outcome(rawValue: cells[4]),
                let throughput = RunRow.number(in: cells[5]), throughput >= 0,
                cells[3].isEmpty || (RunRow.number(in: cells[3]) ?? 0) > 0
            else { throw UsageError("\(windows.path): row \(found.count + 2) is not one of a search") }
            found.append(
                Window(
                    run: run, configuration: configuration, phase: phase, rate: Double(cells[3]), outcome: outcome,
                    throughput: throughput, detail: cells[6]))
        }
        return found
    }
}
