// A window of a search, whatever its runs do: what is run for it, and what came of that.

extension FindPlan {
    /// So many bytes of records are written at most for a window that reads them from a broker of kbench's own, which keeps them in
    /// memory: a window at a higher rate is shorter.
    private static let readBytesMax: Int64 = 1 << 30

    /// What is run for a window.
    ///
    /// - Parameter index: of the configuration.
    func configuration(_ index: Int, for window: RateSearch.Window) -> RunConfiguration {
        var configuration = plan.configurations[index]
        configuration.rate = window.rate
        if let records = window.records {
            configuration.amount = .records(records)
            configuration.warmup = nil
        }
        // A rate as low as this is steady as soon as all have connected; and what a slow broker has to take before the window begins
        // should not be much.
        if let rate = window.rate, rate < 1000, configuration.warmup == .untilSteady {
            configuration.warmup = .fixed(.durationNs(Int64(min(5, max(0.3, 20 / rate)) * 1e9)))
        }
        if window.phase == .soak, case .durationNs(let ns) = configuration.amount {
            configuration.amount = .durationNs(ns * Self.soakFactor)
        }
        // A topic is filled with what the window reads, and no more.
        if configuration.mode == .consume, let rate = window.rate, case .durationNs(let ns) = configuration.amount {
            configuration.amount = .records(recordsToRead(configuration, rate, ns))
        }
        return configuration
    }

    private func recordsToRead(_ configuration: RunConfiguration, _ rate: Double, _ ns: Int64) -> Int64 {
        let due = max(1, Int64(min(1e15, (rate * Double(ns) / 1e9).rounded())))
        guard plan.target.bootstrapServers == nil else { return due }
        return min(due, max(1, Self.readBytesMax / max(1, configuration.payloadBytesPerRecord)))
    }

    /// What came of a window.
    ///
    /// - Parameters:
    ///   - remarks: what is said of its run: failures, and all that is wrong with its figures.
    ///   - configuration: the number of its configuration, from 1.
    /// - Throws: `RunError` when what is expected isn't measured by such runs.
    func judge(
        _ row: RunRow, _ remarks: RunRemarks, _ window: RateSearch.Window, configuration: Int
    ) throws(RunError) -> FindFiles.Window {
        var done = FindFiles.Window(
            run: row.run, configuration: configuration, phase: window.phase, rate: window.rate, outcome: .held,
            throughput: row.number("throughput_rps") ?? 0)
        if window.rate == nil { return done }
        let judgements = plan.expectations.all.map { $0.judge(row, run: row.run) }
        if remarks.failures.isEmpty, let missing = judgements.first(where: { $0.figure == nil }) {
            throw RunError("--expect '\(missing.expectation)': it was not measured, so that nothing can be found by it")
        }
        let missed = judgements.filter { $0.expectation.isMet(by: row) != true }
        if let failure = remarks.failures.first {
            (done.outcome, done.detail) = (.missed, failure)
        } else if let saturated = remarks.verdicts.first(where: { $0.kind == .saturated }) {
            let isGenerators = remarks.verdicts.contains { $0.kind == .generatorBound }
            (done.outcome, done.detail) = (isGenerators ? .generatorBound : .missed, saturated.explanation)
        } else if let first = missed.first {
            (done.outcome, done.detail) = (.missed, "\(first.expectation.column) \(first.words)")
        }
        return done
    }
}

extension RateSearch.Window {
    /// `bracket at 120k records/s`
    var words: String { "\(phase.rawValue) at \(rate.map { Quantity.approximate($0) + " records/s" } ?? "full speed")" }
}

extension LatencyCurve.Point {
    /// - Parameter row: of its run, whose latencies are those of the stage that such runs are about.
    init(_ window: FindFiles.Window, _ row: RunRow) {
        let stage = row.shownStage ?? .total
        self.init(
            rate: window.rate ?? 0, throughput: window.throughput,
            latencies: LatencyFigures.columnNames.map { row.number("latency_\(stage.rawValue)_\($0)_us") ?? 0 },
            isHeld: window.outcome == .held, isBehind: row.isBehind)
    }
}

extension RunRow {
    /// Whether records were not sent, stored or received as fast as they were due, or not at all.
    fileprivate var isBehind: Bool {
        switch verdict {
        case .saturated, .unverified, .failedRecords: true
        default: false
        }
    }
}
