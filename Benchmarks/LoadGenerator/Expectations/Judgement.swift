/// What an expectation has come to in one run.
package struct Judgement: Sendable, Equatable {
    package let expectation: ColumnExpectation
    /// The number of the run.
    package let run: Int
    package let outcome: Check.Outcome
    /// The cell; nil when nothing was measured.
    package let figure: String?
    /// The figure less its bound, in the column's unit; nil between words.
    package let distance: Double?
    /// Why it is inconclusive; nil when it isn't.
    package let reason: String?

    /// The distance in percent of the bound; nil when there is none, or when the bound is 0.
    package var distancePercent: Double? {
        guard case .number(let bound) = expectation.bound, let distance, bound != 0 else { return nil }
        return distance / abs(bound) * 100
    }

    /// The figure, how far it is from its bound, and why that decides nothing.
    package var words: String {
        guard let figure else { return reason ?? "" }
        var text = figure
        if let value = Double(figure), case .number = expectation.bound {
            text = expectation.measure.both(value, figure)
        }
        return [text, distanceWords, reason].compactMap(\.self).joined(separator: "; ")
    }

    /// `1.77M (1765432.9 records/s, 8.83 %) below 20M`.
    private var distanceWords: String? {
        guard let distance else { return nil }
        if distance == 0 { return "exactly \(expectation.boundText)" }
        let size = abs(distance)
        let digits = Decimal.shortText(size, decimals: 6) ?? "?"
        let percent = distancePercent.flatMap { Decimal.shortText(abs($0), decimals: 2) }.map { ", \($0) %" } ?? ""
        let (short, long) = (expectation.measure.approximate(size), expectation.measure.exact(digits))
        let amount =
            short == long || short == digits
            ? long + (percent.isEmpty ? "" : " (\(percent.dropFirst(2)))")
            : "\(short) (\(long)\(percent))"
        return "\(amount) \(distance < 0 ? "below" : "above") \(expectation.boundText)"
    }
}

extension ColumnExpectation {
    /// Whether a row has what is expected; nil when its cell has nothing to compare.
    func isMet(by row: RunRow) -> Bool? {
        switch bound {
        case .word(let word): row[column].map { comparison.holds($0, word) }
        case .number(let number): row.number(column).map { comparison.holds($0, number) }
        }
    }

    /// - Parameters:
    ///   - row: of the run; nil when it was not carried out.
    func judge(_ row: RunRow?, run: Int) -> Judgement {
        guard let row else { return unmeasured(run, nil, "the run was not carried out") }
        guard let figure = row[column] else { return unmeasured(run, nil, "not measured") }
        guard let isMet = isMet(by: row) else {
            return unmeasured(run, figure, "\(figure) is not a number")
        }
        var distance: Double?
        if case .number(let number) = bound { distance = row.number(column).map { $0 - number } }
        let doubt = isFact(of: row) ? nil : doubt(isMet, row.verdict)
        return Judgement(
            expectation: self, run: run, outcome: doubt != nil ? .inconclusive : isMet ? .passed : .missed,
            figure: figure, distance: distance, reason: doubt)
    }

    private func unmeasured(_ run: Int, _ figure: String?, _ reason: String) -> Judgement {
        Judgement(
            expectation: self, run: run, outcome: .inconclusive, figure: figure, distance: nil, reason: reason)
    }

    /// Why a verdict leaves open what the figures seem to say; nil when it doesn't.
    private func doubt(_ isMet: Bool, _ verdict: Verdict.Kind?) -> String? {
        guard let verdict else { return nil }
        let word = verdict.rawValue
        switch verdict {
        // How a cluster is laid out belongs to what is measured.
        case .ok, .lopsided: return nil
        // They only make a run slower: a bound that wants it fast and is met all the same is met.
        case .noisy, .drifting, .debugBuild:
            return isMet && wantsMore ? nil : "the run is \(word), which may make it slower"
        case .saturated, .generatorBound: return "the run is \(word): the load was not the one asked for"
        case .interrupted, .failedRecords, .unverified: return "the run is \(word)"
        }
    }

    /// Whether a run that is slower than it might be can't meet it for that reason.
    private var wantsMore: Bool {
        switch MetricColumn(named: column)?.direction {
        case .higher: comparison == .least || comparison == .above
        case .lower: comparison == .most || comparison == .below
        case .neither, nil: false
        }
    }

    /// Whether the column says what was asked for, or what became of records: no verdict casts doubt on that.
    private func isFact(of row: RunRow) -> Bool {
        switch measure {
        case .words: true
        // Of a run that lasts for a time, how many there are is a matter of speed.
        case .numbers where Self.counts.contains(column): row.number("records") != nil
        case .numbers: !Self.rates.contains(column)
        case .records: column == "rate_target_rps"
        case .bytes: column != "client_peak_rss_bytes"
        case .bytesPerSecond: false
        case .durations: ["linger_ms", "rtt_ms", "transaction_duration_ms"].contains(column)
        }
    }

    private static let counts: Set = ["records_acked", "records_read"]
    private static let rates: Set = [
        "compression_ratio", "records_per_batch", "batches", "generator_capacity_share", "transactions",
    ]
}
