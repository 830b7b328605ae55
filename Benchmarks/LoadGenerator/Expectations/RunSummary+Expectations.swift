/// What is said at the end of expectations.
extension RunSummary {
    /// A line for each expectation and run, below a line that counts them; ends with a newline. Empty without expectations.
    static func expectations(_ judgements: [Judgement], plan: RunPlan) -> String {
        guard !plan.expectations.all.isEmpty else { return "" }
        let scope = plan.expectations.scope
        guard !judgements.isEmpty else { return "expectations: inconclusive, for no run was judged\(scope)\n" }
        let swept = plan.sweptOptionNames
        let schedule = plan.schedule
        let width = judgements.map(\.expectation.description.count).max() ?? 0
        let lines = judgements.map { judgement in
            let label = plan.label(of: schedule[judgement.run - 1].configuration, swept: swept)
            let place = "run \(judgement.run)" + (label.isEmpty ? "" : " \(label)")
            let outcome = judgement.outcome == .missed ? "MISSED" : judgement.outcome.rawValue
            return outcome.padded(to: 14) + judgement.expectation.description.padded(to: width + 2)
                + "\(judgement.words)  [\(place)]\n"
        }
        return "expectations\(scope): \(Report.tally(judgements.map(\.outcome)))\n" + lines.joined()
    }
}
