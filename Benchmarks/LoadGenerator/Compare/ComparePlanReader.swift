/// Reads the options of `compare` into a plan.
struct ComparePlanReader {
    let options: ParsedOptions
    let environment: CommandLineEnvironment

    func plan() throws(UsageError) -> ComparePlan {
        if let directory = try options(\.resume) { return try resumed(directory) }
        let isRun =
            options.has(\.base) || options.has(\.new) || options.has(\.baseBinary) || options.has(\.newBinary)
        var plan = ComparePlan(isRun ? try runs() : try folders())
        plan.rule = try rule()
        plan.runsMax = try options(\.maxRuns)
        plan.timeMaxNs = try options(\.maxTime)
        plan.output.directory = try options(\.output)
        plan.output.format = try options(\.format)
        plan.output.isQuiet = try options(\.quiet)
        plan.output.reports = try RunPlanReader(options: options, environment: environment).reports()
        plan.isDryRun = try options(\.dryRun)
        plan.seed = try options(\.seed) ?? environment.randomSeed
        if isRun { plan.rule.lookCount = Multiplicity.looks(most: plan.runsMax).count }
        return plan
    }

    private func rule() throws(UsageError) -> ComparisonRule {
        var rule = ComparisonRule()
        rule.gates = try options(\.gate).flatMap(\.self)
        var seen: Set<String> = []
        for gate in rule.gates where !seen.insert(gate.metric.name).inserted {
            throw UsageError("--gate: \(gate.metric.name) has two gates; give it one")
        }
        rule.metrics = try options(\.metric).flatMap(\.self)
        for gate in rule.gates where !rule.metrics.contains(gate.metric) { rule.metrics.append(gate.metric) }
        rule.margin = try options(\.margin)
        if let seed = try options(\.seed) { rule.seed = seed }
        return rule
    }

    private func folders() throws(UsageError) -> ComparePlan.Source {
        guard !options.invocation.isKindNamed else {
            throw UsageError(
                """
                kbench compare \(options.kind.rawValue) runs both sides itself: give --base and --new, their options, or --base-binary; \
                a folder of that name is ./\(options.kind.rawValue)
                """)
        }
        guard options.operands.count == 2 else {
            throw UsageError(
                """
                kbench compare needs two folders of results, BASE and NEW; or --base and --new, the options of what it is to run \
                itself; or --base-binary
                """)
        }
        let table = OptionTable.shared
        let own = [
            table.gate.row, table.metric.row, table.margin.row, table.format.row, table.quiet.row, table.output.row,
            table.seed.row, table.junit.row, table.markdown.row,
        ]
        for row in options.rows where !own.contains(where: { $0.name == row.name }) {
            throw UsageError(
                "\(row.flag) has no effect on results that are there already; leave it out, or give --base and --new")
        }
        return .folders(base: options.operands[0], new: options.operands[1])
    }

    private func runs() throws(UsageError) -> ComparePlan.Source {
        if let operand = options.operands.first {
            throw UsageError("'\(operand)': folders can't be compared with what is to be run; give either")
        }
        var problems = Problems()
        let base = problems.collect { () throws(UsageError) in
            try side("base", try options(\.base) ?? [], try options(\.baseBinary))
        }
        let new = problems.collect { () throws(UsageError) in
            try side("new", try options(\.new) ?? [], try options(\.newBinary))
        }
        guard let base, let new else { throw problems.error }
        try check(base, new)
        return .runs(base: base.side, new: new.side)
    }

    /// - Throws: `UsageError` when nothing can be compared of what both would run, or a column that was asked for will be empty.
    private func check(_ base: SideToRun, _ new: SideToRun) throws(UsageError) {
        for side in [base, new] {
            guard let plan = side.plan else { continue }
            let asked =
                try options(\.gate).flatMap(\.self).map { ("--gate \($0)", $0.metric) }
                + options(\.metric).flatMap(\.self).map { ("--metric \($0.name)", $0) }
            for (words, metric) in asked {
                if let missing = metric.missing(in: plan.configurations) {
                    throw UsageError("\(words): without \(missing) \(side.side.name) does not measure it")
                }
            }
        }
        guard let first = base.plan, let second = new.plan else { return }
        let rows = [first, second].map { plan in plan.schedule.map { RunRow($0, of: plan) } }
        guard ConfigurationMatch.match(base: rows[0], new: rows[1]).matches.isEmpty else { return }
        throw UsageError(
            """
            base and new have no configuration in common, so nothing could be compared: options that differ have one value on each \
            side, and all others the same on both
            """)
    }

    /// A side with what it will run; nil where another kbench knows that.
    private struct SideToRun {
        let side: CompareSide
        var plan: RunPlan?
    }

    /// - Throws: `UsageError` when its options can't be run.
    private func side(_ name: String, _ own: [String], _ binary: String?) throws(UsageError) -> SideToRun {
        var words = options.words(where: isShared) + own
        let seed = try options(\.seed) ?? environment.randomSeed
        // Both sides send the same records.
        if !options.has(\.seed), !own.contains(where: { $0.hasPrefix("--seed") }) { words.append("--seed=\(seed)") }
        let isWarmedUp = words.contains { $0.hasPrefix("--warmup-") }
        if Subcommand.sending.contains(options.kind), !isWarmedUp { words.append("--warmup-duration=\(Self.warmUp)") }
        let refused = ["--output", "--resume", "--runs", "--dry-run", "--format"]
        for word in own where refused.contains(where: { word == $0 || word.hasPrefix($0 + "=") }) {
            throw UsageError("--\(name): \(word) is the comparison's own; leave it out there")
        }
        // Another kbench may have other options: it is asked before anything starts.
        let side = CompareSide(name: name, binary: binary, kind: options.kind, words: words)
        guard binary == nil else { return SideToRun(side: side) }
        do throws(UsageError) {
            let plan = try RunPlanReader(
                options: try ParsedOptions(words, subcommand: options.kind), environment: environment
            ).plan()
            try plan.refuseRoles(of: options.invocation)
            return SideToRun(side: side, plan: plan)
        } catch {
            throw UsageError(error.problems.map { options.has(\.base) || options.has(\.new) ? "--\(name): \($0)" : $0 })
        }
    }

    /// What comes before the clock starts unless it is told: as long as it takes until the rate is steady.
    private static let warmUp = "auto"

    /// Whether an option of both sides is one of their runs, and not the comparison's.
    private func isShared(_ row: OptionRow) -> Bool {
        let table = OptionTable.shared
        if [table.interval.row, table.verify.row].contains(where: { $0.name == row.name }) { return true }
        return row.subcommands.contains(options.kind) && ![.general, .checks, .output, .safety].contains(row.group)
    }

    private func resumed(_ directory: String) throws(UsageError) -> ComparePlan {
        let begun = try BegunCommand(directory, given: options, environment: environment)
        var plan = try ComparePlanReader(options: begun.options, environment: begun.environment).plan()
        plan.resumed = directory
        return plan
    }
}
