/// Reads the options of `consume` into a plan: runs that read.
struct ConsumePlanReader {
    let options: ParsedOptions
    let environment: CommandLineEnvironment

    func plan() throws(UsageError) -> RunPlan {
        if let directory = try options(\.resume) {
            return try ResumeReader(directory: directory, given: options, environment: environment).plan()
        }
        var plan = try RunPlanReader(options: options, environment: environment).plan()
        let (consumers, decoders) = (try options(\.consumers), try options(\.decoders))
        let (isolation, group) = (try options(\.isolation), try options(\.group))
        let groupProtocol = try options(\.groupProtocol)
        if group == nil, options.has(\.groupProtocol) {
            throw UsageError("--group-protocol has no effect without --group")
        }
        plan.configurations = plan.configurations.flatMap { configuration in
            consumers.values(for: configuration, environment).map { count in
                var reading = configuration
                reading.mode = .consume
                reading.consumers = count
                reading.isolation = isolation
                reading.group = group
                reading.groupProtocol = groupProtocol
                return reading
            }
        }.flatMap { configuration in
            decoders.values(for: configuration, environment).map { count in
                var reading = configuration
                reading.decoders = count
                return reading
            }
        }
        return plan
    }
}
