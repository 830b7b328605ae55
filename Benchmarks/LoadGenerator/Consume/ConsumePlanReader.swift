/// Reads the options of `consume` into a plan: runs that read.
struct ConsumePlanReader {
    let options: ParsedOptions
    let environment: CommandLineEnvironment

    func plan() throws(UsageError) -> RunPlan {
        if let directory = try options(\.resume) {
            return try ResumeReader(directory: directory, given: options, environment: environment).plan()
        }
        var plan = try RunPlanReader(options: options, environment: environment).plan()
        let consumers = try options(\.consumers)
        plan.configurations = plan.configurations.flatMap { configuration in
            consumers.values(for: configuration, environment).map { count in
                var reading = configuration
                reading.mode = .consume
                reading.consumers = count
                return reading
            }
        }
        return plan
    }
}
