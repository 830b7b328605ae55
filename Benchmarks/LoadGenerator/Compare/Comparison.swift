/// A gate that could not be judged.
package struct OpenGate: Sendable, Equatable {
    package let gate: Gate
    package let configuration: String
    /// Without a full stop.
    package let reason: String
}

/// Two sides compared: what is said of every metric of every configuration that both have.
package struct Comparison: Sendable {
    package let metrics: [MetricComparison]
    /// Gates that nothing is known of, because what they judge is missing.
    package let openGates: [OpenGate]
    /// What is compared, and what may be wrong with it; sentences without a full stop.
    package let notes: [String]
    let rule: ComparisonRule

    /// - Parameter isPaired: the rows of both sides stand in the order in which they were measured, one next to the other.
    /// - Throws: `UsageError` when there is nothing to compare.
    package init(base: ResultFolder, new: ResultFolder, rule: ComparisonRule, isPaired: Bool) throws(UsageError) {
        let (baseRows, newRows) = (Self.whole(base), Self.whole(new))
        let matched = ConfigurationMatch.match(base: baseRows, new: newRows)
        guard !matched.matches.isEmpty else { throw Self.nothingInCommon(base, new, matched) }
        for match in matched.matches {
            for (side, rows) in [(base, match.base), (new, match.new)] where rows.count < 2 {
                throw UsageError(
                    """
                    \(side.path): one run\(match.label.isEmpty ? "" : " of " + match.label) says nothing of how much runs \
                    differ by themselves; give kbench run --runs 8 or more
                    """)
            }
        }
        var questions: [ComparisonJudge.Question] = []
        var openGates: [OpenGate] = []
        var missing: [String] = []
        var rule = rule
        if rule.metrics.isEmpty {
            rule.metrics = MetricColumn.usual(of: Set((baseRows + newRows).compactMap(\.shownStage)))
        }
        for match in matched.matches {
            for metric in rule.metrics {
                let question = Self.question(match, metric, isPaired: isPaired)
                if let question { questions.append(question) }
                if question?.isWhole == true { continue }
                missing.append(metric.name)
                let why = "\(metric.name) was not measured in all of its runs"
                openGates += rule.gates.filter { $0.metric == metric }.map {
                    OpenGate(gate: $0, configuration: match.label, reason: why)
                }
            }
        }
        for label in matched.baseAlone {
            openGates += rule.gates.map { OpenGate(gate: $0, configuration: label, reason: "only base has it") }
        }
        guard !questions.isEmpty else {
            throw UsageError(
                "\(base.path) and \(new.path): none of \(rule.metrics.map(\.name).joined(separator: ", ")) was measured in both"
            )
        }
        if let gate = rule.gates.first(where: { gate in !questions.contains { $0.metric == gate.metric } }) {
            throw UsageError("--gate \(gate): \(gate.metric.name) was not measured in both")
        }
        self.rule = rule
        metrics = ComparisonJudge(rule: rule).judge(questions)
        // What is there may be bad enough.
        self.openGates = openGates.filter { [metrics] open in
            !metrics.contains {
                $0.gate == open.gate && $0.configuration == open.configuration && $0.gateOutcome == .regression
            }
        }
        notes = Self.notes(base, new, matched, missing, rule)
    }

    /// Whether more runs would change nothing that is said: with gates, of those alone.
    package var isAnswered: Bool {
        let gated = metrics.filter { $0.gate != nil }
        if gated.contains(where: { $0.gateOutcome == .regression }) { return true }
        return (gated.isEmpty ? metrics : gated).allSatisfy(\.isAnswered)
    }

    /// Whether the gate of a row is open.
    func isOpen(_ row: MetricComparison) -> Bool {
        openGates.contains { $0.gate == row.gate && $0.configuration == row.configuration }
    }

    /// What the gates say; 0 without any.
    package var status: ExitStatus {
        let outcomes = metrics.compactMap(\.gateOutcome)
        if outcomes.contains(.regression) { return .missed }
        if !openGates.isEmpty { return .inconclusive }
        return outcomes.contains(.inconclusive) ? .inconclusive : .success
    }

    /// Rows that were measured to their end.
    private static func whole(_ folder: ResultFolder) -> [RunRow] {
        folder.rows.filter { $0.verdict != .interrupted }
    }

    private static func question(
        _ match: ConfigurationMatch, _ metric: MetricColumn, isPaired: Bool
    ) -> ComparisonJudge.Question? {
        func measured(_ rows: [RunRow]) -> [(row: RunRow, value: Double)] {
            rows.compactMap { row in row.number(metric.name).map { (row, $0) } }
        }
        var (base, new) = (measured(match.base), measured(match.new))
        let isWhole = base.count == match.base.count && new.count == match.new.count
        let isPaired = isPaired && match.base.count == match.new.count
        if isPaired, !isWhole {
            let pairs = zip(match.base, match.new).filter {
                $0.number(metric.name) != nil && $1.number(metric.name) != nil
            }
            (base, new) = (measured(pairs.map(\.0)), measured(pairs.map(\.1)))
        }
        guard base.count >= 2, new.count >= 2 else { return nil }
        let contrast = Contrast(
            base: Samples(base.map(\.value)), new: Samples(new.map(\.value)), isPaired: isPaired)
        let outliers =
            contrast.base.outliers.map { "base \(base[$0].row.name)" }
            + contrast.new.outliers.map { "new \(new[$0].row.name)" }
        return ComparisonJudge.Question(
            configuration: match.label, metric: metric, contrast: contrast, outliers: outliers, isWhole: isWhole)
    }

    private static func nothingInCommon(
        _ base: ResultFolder, _ new: ResultFolder, _ matched: ConfigurationMatch.Result
    ) -> UsageError {
        func some(_ labels: [String]) -> String {
            labels.isEmpty
                ? "no run that was measured to its end"
                : labels.prefix(3).map { $0.isEmpty ? "one" : $0 }.joined(separator: "; ")
        }
        return UsageError(
            """
            \(base.path) and \(new.path) have no configuration in common: base has \(some(matched.baseAlone)), new has \
            \(some(matched.newAlone))
            """)
    }

    private static func notes(
        _ base: ResultFolder, _ new: ResultFolder, _ matched: ConfigurationMatch.Result, _ missing: [String],
        _ rule: ComparisonRule
    ) -> [String] {
        var notes = base.warnings + new.warnings
        if !matched.differences.isEmpty {
            notes.append("base and new differ in \(matched.differences.joined(separator: ", "))")
        }
        for (side, labels) in [("base", matched.baseAlone), ("new", matched.newAlone)] where !labels.isEmpty {
            notes.append("only \(side) has \(labels.joined(separator: "; ")), which is not compared")
        }
        if let first = base.origin, let second = new.origin {
            let differences = first.differences(from: second)
            if !differences.isEmpty {
                notes.append(
                    "base and new were not measured alike, so what differs may be that: \(differences.joined(separator: ", "))"
                )
            }
        }
        for (side, folder) in [("base", base), ("new", new)] {
            let doubtful = Dictionary(grouping: folder.rows.filter { $0.verdict != .ok }) { $0["verdict"] ?? "?" }
            for (verdict, rows) in doubtful.sorted(by: { $0.key < $1.key }) {
                let left = verdict == Verdict.Kind.interrupted.rawValue ? ", and left out" : ""
                notes.append(
                    "\(side): \(Quantity.counted(Int64(rows.count), "run")) of \(folder.rows.count) \(rows.count == 1 ? "is" : "are") \(verdict)\(left)"
                )
            }
        }
        for (side, folder) in [("base", base), ("new", new)] {
            let count = folder.rows.count(where: \.hasEarlyRecords)
            if count > 0 {
                notes.append(
                    """
                    \(side): in \(count) of \(Quantity.counted(Int64(folder.rows.count), "run")) records came before they were due, or just \
                    then, and count as 0: the clock is not one and the same
                    """)
            }
        }
        for name in Set(missing).sorted() {
            notes.append("\(name) was not measured in all runs, and those without it are left out")
        }
        return notes
    }
}
