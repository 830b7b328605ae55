/// Reads the options of `ladder` into a plan: a sweep over the stages of the pipeline.
struct LadderPlanReader {
    let options: ParsedOptions
    let environment: CommandLineEnvironment

    func plan() throws(UsageError) -> RunPlan {
        if let directory = try options(\.resume) {
            return try ResumeReader(directory: directory, given: options, environment: environment).plan()
        }
        let table = OptionTable.shared
        for row in [table.stage.row, table.rate.row, table.verify.row, table.door.row, table.tasks.row]
        where options.has(row) {
            throw UsageError(
                "\(row.flag) can't be combined with kbench ladder, which runs every stage as fast as possible")
        }
        var plan = try RunPlanReader(options: options, environment: environment).plan()
        plan.configurations = plan.configurations.flatMap { configuration in
            configuration.ladderStages.map { stage in
                var rung = configuration
                rung.stage = stage
                return rung
            }
        }
        plan.runs = try options(\.ladderRuns)
        plan.isLadder = true
        return plan
    }
}

extension RunConfiguration {
    /// The stages that differ for it: without a codec there is nothing to compress.
    fileprivate var ladderStages: [PipelineStage] {
        PipelineStage.allCases.filter { $0 != .compress || codec != .none }
    }
}
