import KafkaTransport

/// What came of a run.
struct RunOutcome {
    var result: RunResult
    let histograms: LatencyHistograms
    /// What happened to the client; nil where no broker takes part.
    let events: [EventsFile.Row]?
    /// The slowest batches, with when the clock started; nil where there are none.
    var slowest: (batches: SlowestBatches, begin: MonotonicInstant)?
    /// How the load lay on the brokers; nil where none takes part, or they could not be asked.
    var placement: Placement?
    /// The machine before it; nil where nothing was measured.
    var environment: CanarySample?
    /// What was read back; nil where nothing was.
    let verification: VerificationReport?
    /// What makes the run a failure, each in words; empty when nothing does.
    var failures: [String]

    /// What is said of it besides its figures.
    var remarks: RunRemarks {
        RunRemarks(failures: failures, verdicts: result.verdicts, environment: environment?.json)
    }
}

/// Why a run failed.
struct RunFailure: Error, CustomStringConvertible {
    /// Nil when there is only one, of which nothing was measured.
    let run: Int?
    let reasons: [String]

    init(run: Int?, _ reasons: [String]) {
        self.run = run
        self.reasons = reasons
    }

    var description: String { (run.map { "run \($0): " } ?? "") + reasons.joined(separator: "; ") }
}

extension OutputDirectory {
    /// Writes what came of a run. The histograms come last: a run that has them counts as done.
    func append(_ outcome: RunOutcome) throws(OutputError) {
        let result = outcome.result
        try runs.append(result)
        if let rows = outcome.events { try events.append(rows) }
        if let slowest = outcome.slowest {
            try self.slowest.append(run: result.run, slowest.batches, since: slowest.begin)
        }
        if let placement = outcome.placement { try brokers.append(run: result.run, placement) }
        if let report = outcome.verification { try verify.append(run: result.run, report) }
        let stages = outcome.histograms.byStage
        if !stages.isEmpty { try latency.append(run: result.run, stages) }
        var log = HdrHistogramLog(startedAtMs: result.startedAt.epochMs)
        for (stage, histogram) in stages.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            log.append(tag: stage.rawValue, startNs: 0, lengthNs: result.durationNs ?? 0, histogram: histogram)
        }
        try histogramLog(run: result.run).replace(with: log.text)
    }
}
