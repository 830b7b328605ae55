import KafkaProtocol

/// Reads the options of `find` into a plan.
struct FindPlanReader {
    let options: ParsedOptions
    let environment: CommandLineEnvironment

    /// Without `--duration`.
    private static let usualWindow = "3s"

    func plan() throws(UsageError) -> FindPlan {
        if let directory = try options(\.resume) { return try resumed(directory) }
        try refuseContradictions()
        let plan = try RunPlanReader(options: try optionsOfWindows(), environment: environment).plan()
        try plan.refuseRoles(of: options.invocation)
        if let stage = plan.configurations.map(\.stage).first(where: { $0 != .broker && $0 != .null }) {
            throw UsageError(
                "--stage \(stage.rawValue): nothing is acknowledged, so that no rate is held; accepted are null and broker"
            )
        }
        for expectation in plan.expectations.all {
            guard let missing = MetricColumn(named: expectation.column)?.missing(in: plan.configurations) else {
                continue
            }
            throw UsageError(
                "--expect '\(expectation)': without \(missing) it is not measured, so that nothing can be found by it")
        }
        let (lowest, highest) = (try options(\.minRate), try options(\.maxRate))
        guard lowest <= highest else { throw UsageError("--min-rate is above --max-rate") }
        var find = FindPlan(plan: plan, lowest: lowest, highest: highest)
        find.resolution = try options(\.resolution)
        find.hasCurve = try options(\.curve)
        return find
    }

    private func refuseContradictions() throws(UsageError) {
        for row in [OptionTable.shared.rate.row, OptionTable.shared.records.row] where options.has(row) {
            throw UsageError(
                "\(row.flag) can't be combined with kbench find: it looks for the rate, in windows of --duration")
        }
        guard options.has(\.expect) else {
            throw UsageError("kbench \(options.invocation.title) needs --expect, what is to hold, such as \(example)")
        }
        if options.has(\.curve), options.kind.mode.shownStage(.both) == nil {
            throw UsageError(
                "--curve can't be combined with kbench \(options.invocation.title): records that are there have no latency"
            )
        }
    }

    private var example: String {
        options.kind.mode.shownStage(.both).map { "--expect 'latency_\($0.rawValue)_p99_us<=10ms'" }
            ?? "--expect 'client_cpu_ns_per_record<=100ns'"
    }

    /// With what `--over` names, and what is usual for windows.
    private func optionsOfWindows() throws(UsageError) -> ParsedOptions {
        var options = options
        for values in try options(\.over) {
            guard let row = options.invocation.rows.first(where: { $0.name == values.option }) else {
                throw UsageError(
                    "--over \(values.option): kbench \(options.invocation.title) has no --\(values.option)")
            }
            guard !options.has(row) else { throw UsageError("--over \(row.name): it is given already") }
            try options.set(row, to: values.list)
        }
        if !options.has(\.duration) { options.replace(\.duration, by: [Self.usualWindow]) }
        let isWarmedUp = options.has(\.warmupDuration) || options.has(\.warmupRecords)
        if Subcommand.sending.contains(options.kind), !isWarmedUp {
            options.replace(\.warmupDuration, by: ["auto"])
        }
        return options
    }

    private func resumed(_ directory: String) throws(UsageError) -> FindPlan {
        let begun = try BegunCommand(directory, given: options, environment: environment)
        var plan = try FindPlanReader(options: begun.options, environment: begun.environment).plan()
        plan.resumed = directory
        return plan
    }
}
