/// What the options of runs that read add to a plan.
struct ConsumeOptions {
    let options: ParsedOptions
    let environment: CommandLineEnvironment

    func complete(_ plan: inout RunPlan) throws(UsageError) {
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
    }
}
