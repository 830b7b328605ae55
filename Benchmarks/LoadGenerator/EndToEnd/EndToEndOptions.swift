/// What the options of runs that send and receive, or do one of it, add to a plan.
struct EndToEndOptions {
    let options: ParsedOptions
    let environment: CommandLineEnvironment

    func complete(_ plan: inout RunPlan) throws(UsageError) {
        let role = try options(\.role)
        try refuseContradictions(role, plan)
        let (consumers, isolation) = (try options(\.consumers), try options(\.isolation))
        plan.configurations = plan.configurations.flatMap { configuration in
            consumers.values(for: configuration, environment).map { count in
                var run = configuration
                run.mode = .endToEnd
                run.role = role
                (run.consumers, run.isolation) = (count, isolation)
                return run
            }
        }
        // Of two processes the one that is done first must not take the topic away from the other.
        if role != .both { plan.target.keepTopic = true }
    }

    private func refuseContradictions(_ role: EndToEndRole, _ plan: RunPlan) throws(UsageError) {
        var problems = Problems()
        let needed = EndToEndStamp.byteCount
        if let small = plan.configurations.first(where: { $0.smallestValueByteCount < needed }) {
            let option = small.stampsAreInHeaders ? "--payload-file" : "--record-size"
            let remedy =
                small.stampsAreInHeaders
                ? "leave shorter ones out of the file" : "give --record-size \(needed) or more"
            problems.add(
                """
                \(option): the first \(needed) bytes of each value hold when the record was due, and there are values of \
                \(small.smallestValueByteCount) B; \(remedy)
                """)
        }
        if role != .both, plan.target.bootstrapServers == nil {
            problems.add(
                "--role \(role.rawValue) needs --bootstrap-server: both processes use one broker, such as kbench broker's"
            )
        }
        if role != .both, plan.configurations.count * plan.runs > 1 {
            problems.add("--role \(role.rawValue) is one run: two processes can't keep step in a sweep")
        }
        let table = OptionTable.shared
        if role == .produce {
            for row in [table.consumers.row, table.isolation.row] where options.has(row) {
                problems.add("\(row.flag) cannot be combined with --role produce, which reads nothing")
            }
        }
        if role == .consume {
            let ofSending = [
                table.rate.row, table.warmupRecords.row, table.warmupDuration.row, table.door.row, table.tasks.row,
                table.acks.row, table.linger.row, table.codec.row, table.batchSize.row, table.idempotence.row,
                table.mayReorder.row, table.concurrency.row, table.keys.row, table.transactionalID.row,
                table.transactionDuration.row,
            ]
            for row in ofSending where options.has(row) {
                problems.add("\(row.flag) cannot be combined with --role consume; give it to the process that sends")
            }
        }
        try problems.refuse()
    }
}

extension RunPlan {
    /// - Throws: `UsageError` where runs are carried out one after the other that another process has to keep step with.
    func refuseRoles(of invocation: Invocation) throws(UsageError) {
        guard let role = configurations.map(\.role).first(where: { $0 != .both }) else { return }
        throw UsageError(
            """
            --role \(role.rawValue) cannot be combined with kbench \(invocation.title): two processes can't keep step from one run to the next
            """)
    }
}

extension RunConfiguration {
    /// The smallest value that comes; of distributions one below which none is.
    fileprivate var smallestValueByteCount: Int {
        if case .file(let path, let delimiter) = payload {
            return (try? PayloadFile(path, delimiter: delimiter, isText: false))?.pieces.map(\.count).min() ?? 0
        }
        return recordSize.minimumByteCount
    }
}
