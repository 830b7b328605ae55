internal import KafkaJSON

/// What was found for a configuration.
struct FindResult: Sendable, Equatable {
    /// Its index in the plan.
    let configuration: Int
    let found: RateSearch.Result
    let windowCount: Int
    /// Windows in which records came before they were due, those of the curve too.
    var earlyWindowCount = 0
    var curve: LatencyCurve?
}

extension RateSearch.Result {
    /// The rate that stands for the configuration, one that lasts; nil when none was found.
    var rate: Double? {
        switch self {
        case .found(let estimate): estimate.isDegrading ? estimate.sustained : estimate.rate
        case .generatorBound(let rate), .unbounded(let rate): rate
        case .nothingHolds, .unstable: nil
        }
    }

    /// The word of `find.csv`.
    var word: String {
        switch self {
        case .found(let estimate): estimate.isDegrading ? "degrading" : "found"
        case .nothingHolds: "nothing-holds"
        case .generatorBound: "generator-bound"
        case .unbounded: "unbounded"
        case .unstable: "unstable"
        }
    }

    /// In words, for people.
    var explanation: String {
        func rate(_ rate: Double) -> String { Quantity.approximate(rate) + " records/s" }
        switch self {
        case .found(let estimate):
            var text =
                "\(rate(estimate.rate)), with a probability of 97 % from \(rate(estimate.interval.lowerBound)) to "
                + rate(estimate.interval.upperBound)
            if estimate.isDegrading {
                text +=
                    estimate.sustained.map { "; but only \(rate($0)) lasts for \(FindPlan.soakFactor) times as long" }
                    ?? "; but nothing near it lasts for \(FindPlan.soakFactor) times as long"
            }
            if let drift = estimate.drift {
                text +=
                    "; the last windows held \(Percent.text(abs(drift))) \(drift < 0 ? "less" : "more") than the first"
            }
            return text
        case .nothingHolds(let lowest): return "nothing holds, not even \(rate(lowest))"
        case .generatorBound(let least):
            return "\(rate(least)) or more: no more records could be made; give --cores, or a machine of its own"
        case .unbounded(let least): return "\(rate(least)) or more: --max-rate is held"
        case .unstable(let held, let missed):
            return "unstable: \(rate(missed)) was missed one time, \(rate(held)) held at another"
        }
    }

    fileprivate var outcome: Check.Outcome {
        switch self {
        case .found(let estimate): estimate.sustained == nil ? .inconclusive : .passed
        case .nothingHolds: .missed
        case .generatorBound, .unbounded, .unstable: .inconclusive
        }
    }
}

/// What was found, as text, as tables and as JSON.
struct FindReport: Sendable {
    let find: FindPlan
    let results: [FindResult]

    static let columnNames = [
        "configuration", "label", "expectations", "finding", "rate_rps", "rate_low_rps", "rate_high_rps", "confidence",
        "sustained_rps", "drift", "windows", "knee_rps", "stable_rps",
    ]
    /// The probability with which the truth lies between the extremes of six estimates: all on one side of it they are with
    /// 2 × ½⁶.
    private static let confidence = 1 - 2.0 / 64

    private func label(_ result: FindResult) -> String {
        find.plan.label(of: find.plan.configurations[result.configuration], swept: find.plan.sweptOptionNames)
    }

    private var expectations: String { find.plan.expectations.all.map(\.description).joined(separator: "; ") }

    /// `find.csv`
    var csv: String {
        CSV.row(Self.columnNames) + results.map { result in CSV.row(numbers(result).map(\.text)) }.joined()
    }

    var json: String {
        let rows = results.map { result in
            JSONValue.object(
                zip(Self.columnNames, numbers(result)).map { ($0, $1.json) } + [
                    ("words", .string(result.found.explanation))
                ])
        }
        return JSONValue.object([("found", .array(rows))]).prettyText
    }

    private func numbers(_ result: FindResult) -> [(text: String?, json: JSONValue)] {
        var estimate: RateSearch.Estimate?
        if case .found(let found) = result.found { estimate = found }
        func word(_ text: String?) -> (String?, JSONValue) { (text, .optional(text)) }
        func number(_ value: Double?, _ decimals: Int = 1) -> (String?, JSONValue) {
            (value.flatMap { Decimal.shortText($0, decimals: decimals) }, .optional(value))
        }
        return [
            number(Double(result.configuration + 1)), word(label(result)), word(expectations), word(result.found.word),
            number(estimate?.rate ?? result.found.rate), number(estimate?.interval.lowerBound),
            number(estimate?.interval.upperBound),
            number(estimate.map { _ in Self.confidence }, 4), number(estimate?.sustained), number(estimate?.drift, 4),
            number(Double(result.windowCount)), number(result.curve?.knee), number(result.curve?.stable),
        ]
    }

    /// `curve.csv`; nil when no curve was measured.
    var curveCSV: String? {
        guard results.contains(where: { $0.curve != nil }) else { return nil }
        let stage = find.plan.configurations[0].shownStage ?? .total
        let names =
            ["configuration", "label", "rate_rps", "throughput_rps"]
            + LatencyFigures.columnNames.map { "latency_\(stage.rawValue)_\($0)_us" } + ["held"]
        let rows = results.flatMap { result -> [String] in
            let label = label(result)
            return (result.curve?.points ?? []).map { point in
                var cells: [String?] = [String(result.configuration + 1), label]
                cells.append(Decimal.shortText(point.rate, decimals: 3))
                cells.append(Decimal.shortText(point.throughput, decimals: 1))
                for latency in point.latencies { cells.append(Decimal.shortText(latency, decimals: 3)) }
                cells.append(String(point.isHeld))
                return CSV.row(cells)
            }
        }
        return CSV.row(names) + rows.joined()
    }

    /// A line for each configuration, ending with a newline.
    var text: String {
        results.map { result in
            let label = label(result)
            var text = (label.isEmpty ? "" : label + ": ") + result.found.explanation + "\n"
            if let curve = result.curve {
                let knee = curve.knee.map { "latency begins to rise at \(Quantity.approximate($0)) records/s" }
                let stable = curve.stable.map { "all that is offered comes through up to \(Quantity.approximate($0))" }
                text += "  curve: \([knee, stable].compactMap(\.self).joined(separator: "; "))\n"
            }
            if result.earlyWindowCount > 0 {
                text += """
                      in \(Quantity.counted(Int64(result.earlyWindowCount), "window")) records came before they were due, or just then, \
                    and count as 0: the clock is not one and the same

                    """
            }
            return text
        }.joined()
    }

    var report: Report {
        let checks = results.map { result in
            let label = label(result)
            return Check(
                name: "a rate holds \(expectations)", group: label.isEmpty ? "find" : label,
                outcome: result.found.outcome,
                message: result.found.explanation)
        }
        let rows = results.map { result in
            [
                label(result).isEmpty ? "all" : label(result),
                result.found.rate.map(Quantity.approximate) ?? "none", result.found.word,
            ]
        }
        return Report(
            title: "kbench find", checks: checks,
            tables: [.init(title: "Highest rate", header: ["configuration", "records/s", "finding"], rows: rows)])
    }
}
