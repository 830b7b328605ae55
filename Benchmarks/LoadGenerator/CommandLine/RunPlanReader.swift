/// Reads the options of runs of any kind into a plan and refuses what contradicts itself.
struct RunPlanReader {
    let options: ParsedOptions
    let environment: CommandLineEnvironment

    private static let configurationsMax = 10_000
    private static let runsMax = 100_000

    func plan() throws(UsageError) -> RunPlan {
        try refuseContradictions()
        var problems = Problems()
        let target = problems.collect { () throws(UsageError) in try self.target() }
        let swept = problems.collect { () throws(UsageError) in
            var base = try baseConfiguration()
            base.transactionalID = try transactionalID(target?.clientSettings)
            return try sweep(of: base)
        }
        guard let target, var configurations = swept else { throw problems.error }
        for index in configurations.indices { target.clientSettings.apply(to: &configurations[index]) }
        try check(configurations, target.clientSettings)
        var plan = RunPlan(configurations: configurations)
        plan.target = target
        plan.output = try output()
        plan.runs = try options(\.runs)
        try complete(&plan)
        plan.calibration = try options(\.calibrate)
        plan.output.reports = try reports()
        plan.isDryRun = try options(\.dryRun)
        guard plan.runCount <= Self.runsMax else {
            throw UsageError("--runs: \(plan.runCount) runs are more than the \(Self.runsMax) that are accepted")
        }
        plan.expectations = try expectations(for: plan)
        return plan
    }

    /// Adds what runs of one kind alone have.
    private func complete(_ plan: inout RunPlan) throws(UsageError) {
        switch options.kind {
        case .consume: try ConsumeOptions(options: options, environment: environment).complete(&plan)
        case .endToEnd: try EndToEndOptions(options: options, environment: environment).complete(&plan)
        default: break
        }
    }

    /// What comes before a sweep: what is the same for all configurations.
    private func baseConfiguration() throws(UsageError) -> RunConfiguration {
        var base = RunConfiguration()
        base.stage = try options(\.stage)
        base.metadataMaxAgeNs = try options(\.metadataMaxAge)
        base.amount = .records(try options(\.records))
        if let ns = try options(\.duration) { base.amount = .durationNs(ns) }
        let warmupRecords = try options(\.warmupRecords)
        if warmupRecords > 0 { base.warmup = .fixed(.records(warmupRecords)) }
        switch try options(\.warmupDuration) {
        case .fixed(.durationNs(0)): break
        case let warmup: if options.has(\.warmupDuration) { base.warmup = warmup }
        }
        if let file = try options(\.payloadFile) {
            let delimiter = try options(\.payloadDelimiter)
            base.payload = .file(path: file, delimiter: delimiter)
            base.recordSize = try sizeOfPieces(file, delimiter)
        }
        base.headerCount = try options(\.headers)
        if base.headerCount > 0 { base.headerSize = try options(\.headerSize) }
        base.isVerified = try options(\.verify)
        base.mayReorder = try options(\.mayReorder)
        base.seed = try options(\.seed) ?? environment.randomSeed
        return base
    }

    /// The cross product of all comma lists; the last one varies fastest.
    private func sweep(of base: RunConfiguration) throws(UsageError) -> [RunConfiguration] {
        var all = [base]
        func vary<Element>(
            _ option: KeyPath<OptionTable, Option<Sweep<Element>>>,
            where matters: (RunConfiguration) -> Bool = { _ in true },
            _ set: (inout RunConfiguration, Element) -> Void
        ) throws(UsageError) {
            let sweep = try options(option)
            var varied: [RunConfiguration] = []
            for configuration in all {
                if !matters(configuration) {
                    varied.append(configuration)
                    continue
                }
                for value in sweep.values(for: configuration, environment) {
                    varied.append(configuration)
                    set(&varied[varied.count - 1], value)
                }
                guard varied.count <= Self.configurationsMax else {
                    throw UsageError(
                        "the lists make more than the \(Self.configurationsMax) configurations that are accepted")
                }
            }
            all = varied
        }
        // The values of a file are as they are.
        let isGenerated = if case .generated = base.payload { true } else { false }
        let keySize = try options(\.keySize)
        try vary(\.rtt, where: { $0.stage == .broker }) { $0.rttNs = $1 }
        if isGenerated { try vary(\.recordSize) { $0.recordSize = $1 } }
        try vary(\.keys) {
            $0.keys = $1
            $0.keySize = $1 == .none ? 0 : keySize
        }
        if isGenerated { try vary(\.compressibility) { $0.payload = .generated(compressibility: $1) } }
        try vary(\.partitions) { $0.partitions = $1 }
        try vary(\.partitioner) { $0.partitioner = $1 }
        try vary(\.builder) { $0.builder = $1 }
        try vary(\.door) { $0.door = $1 }
        try vary(\.tasks, where: { $0.door != .lane }) { $0.tasks = $1 }
        try vary(\.cores) { $0.cores = $1 }
        try vary(\.concurrency) { $0.concurrency = $1 }
        try vary(\.codec) { $0.codec = $1 }
        let namesBatchSize = options.has(\.batchSize)
        try vary(\.batchSize) {
            $0.batchSizeBytes = $1
            if namesBatchSize { $0.adaptsBatchSize = false }
        }
        try vary(\.linger) { $0.lingerNs = $1 }
        try vary(\.acks) { $0.acks = $1 }
        try vary(\.idempotence) { $0.idempotence = $1 }
        try vary(\.transactionDuration, where: { $0.transactionalID != nil }) { $0.transactionDurationNs = $1 }
        try vary(\.rate) { $0.rate = $1 }
        return all
    }

    /// Of the option or of the client's settings; nil too where nothing is sent.
    private func transactionalID(_ settings: ClientSettings?) throws(UsageError) -> String? {
        if options.subcommand == .ladder, settings?.transactionalID != nil {
            throw UsageError(
                "transactional.id can't be combined with kbench ladder, whose stages but the last have no broker; use kbench run"
            )
        }
        let sends = [options.subcommand, options.kind].allSatisfy(Subcommand.transacting.contains)
        guard sends, try options(\.role) != .consume else { return nil }
        return try options(\.transactionalID) ?? settings?.transactionalID
    }

    /// Reads a payload file for the first time, to refuse what can't be sent before anything starts.
    private func sizeOfPieces(_ path: String, _ delimiter: String) throws(UsageError) -> RecordSize {
        let facts: PayloadFile.Facts
        do throws(ValueError) {
            facts = try PayloadFile(path, delimiter: delimiter, isText: !options.has(\.payloadDelimiter)).facts
        } catch {
            throw UsageError("--payload-file: \(error.description)")
        }
        let limit = RunPlan.brokerBatchByteCountMax - RunConfiguration.overheadByteCount
        guard facts.longestByteCount <= limit || options.has(\.batchSize) else {
            throw UsageError(
                """
                --payload-file: '\(path)' has a record of \(Quantity.formatBytes(Int64(facts.longestByteCount))), more than \
                brokers take by default; give --batch-size to send it all the same, or another --payload-delimiter
                """)
        }
        return .pieces(count: facts.pieceCount, mean: facts.meanByteCount, longest: facts.longestByteCount)
    }

    private func target() throws(UsageError) -> TargetSettings {
        var target = TargetSettings()
        target.bootstrapServers = try options(\.bootstrapServer)
        target.topic = try options(\.topic)
        target.keepTopic = try options(\.keepTopic)
        target.replicationFactor = try options(\.replicationFactor)
        guard target.replicationFactor == 1 || target.bootstrapServers != nil else {
            throw UsageError("--replication-factor: the embedded broker is one broker, so 1 is the most")
        }
        target.commandConfigPath = try options(\.commandConfig)
        target.commandProperties = try options(\.commandProperty)
        for property in target.commandProperties where property.holdsSecret {
            throw UsageError(
                """
                \(property.name) is a secret: on a command line everybody on this machine can read it, and the shell keeps \
                it; put it in a file for --command-config, or name where it is: -X '\(property.name)=${env:VARIABLE}'
                """)
        }
        let fromFile = try target.commandConfigPath.map { path throws(UsageError) in
            try TargetSettings.Property.read(path)
        }
        if let path = target.commandConfigPath, let fromFile, fromFile.contains(where: \.holdsSecret) {
            target.areSecretsReadable = TextFile.isReadableByOthers(path)
        }
        target.clientSettings = try ClientSettings(
            (fromFile ?? []) + target.commandProperties, given: options, variables: environment.variables)
        guard target.bootstrapServers != nil || target.clientSettings.security == .none else {
            throw UsageError(
                """
                security.protocol: the broker that kbench starts is in the clear; give --bootstrap-server, or start a \
                secured one with kbench broker --tls
                """)
        }
        return target
    }

    private func output() throws(UsageError) -> OutputSettings {
        var output = OutputSettings()
        output.directory = try options(\.output)
        output.format = try options(\.format)
        output.isQuiet = try options(\.quiet)
        output.intervalNs = try options(\.interval)
        output.metrics = try options(\.metricsPort)
        output.trace = try options(\.trace)
        output.traceRate = try options(\.traceRate)
        return output
    }
}
