import KafkaProtocol

/// Reads the options of `find` into a plan.
struct FindPlanReader {
    let options: ParsedOptions
    let environment: CommandLineEnvironment

    /// Without `--duration`.
    private static let usualWindow = "3s"

    func plan() throws(UsageError) -> FindPlan {
        if let directory = try options(\.resume) { return try resumed(directory) }
        var options = options
        let over = try options(\.over)
        for values in over {
            guard let row = OptionTable.rows(of: .run).first(where: { $0.name == values.option }) else { continue }
            guard !options.has(row) else { throw UsageError("--over \(row.name): it is given already") }
            try options.set(row, to: values.list)
        }
        for row in [OptionTable.shared.rate.row, OptionTable.shared.records.row] where options.has(row) {
            throw UsageError(
                "\(row.flag) can't be combined with kbench find: it looks for the rate, in windows of --duration")
        }
        guard options.has(\.expect) else {
            throw UsageError(
                "kbench find needs --expect, what is to hold, such as --expect 'latency_total_p99_us<=10ms'")
        }
        if !options.has(\.duration) { options.replace(\.duration, by: [Self.usualWindow]) }
        if !options.has(\.warmupDuration), !options.has(\.warmupRecords) {
            options.replace(\.warmupDuration, by: ["auto"])
        }
        let plan = try RunPlanReader(options: options, environment: environment).plan()
        if let stage = plan.configurations.map(\.stage).first(where: { $0 != .broker && $0 != .null }) {
            throw UsageError(
                "--stage \(stage.rawValue): nothing is acknowledged, so that no rate is held; accepted are null and broker"
            )
        }
        let (lowest, highest) = (try options(\.minRate), try options(\.maxRate))
        guard lowest <= highest else { throw UsageError("--min-rate is above --max-rate") }
        var find = FindPlan(plan: plan, lowest: lowest, highest: highest)
        find.resolution = try options(\.resolution)
        find.hasCurve = try options(\.curve)
        return find
    }

    private func resumed(_ directory: String) throws(UsageError) -> FindPlan {
        let begun = try BegunCommand(directory, given: options, environment: environment)
        var plan = try FindPlanReader(options: begun.options, environment: begun.environment).plan()
        plan.resumed = directory
        return plan
    }
}
