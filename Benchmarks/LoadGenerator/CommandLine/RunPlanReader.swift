import KafkaTransport

/// Reads the options of `run` into a plan and refuses what contradicts itself.
struct RunPlanReader {
    let options: ParsedOptions
    let environment: CommandLineEnvironment

    private static let dayNs: Int64 = 86_400_000_000_000
    private static let mostRecords: Int64 = 1_000_000_000_000_000

    func plan() throws(UsageError) -> RunPlan {
        try refuseContradictions()
        let target = try target()
        var configurations = try sweep(of: baseConfiguration())
        for index in configurations.indices { target.clientSettings.apply(to: &configurations[index]) }
        for configuration in configurations { try check(configuration) }
        if options.has(.keySize), configurations.allSatisfy({ $0.keys == .none }) {
            throw UsageError("--key-size has no effect without --keys other than none")
        }
        if options.has(.headerSize), configurations.allSatisfy({ $0.headerCount == 0 }) {
            throw UsageError("--header-size has no effect without --headers above 0")
        }
        var plan = RunPlan(configurations: configurations)
        plan.target = target
        plan.output = try output()
        plan.runs = Int(try options.integer(.runs, in: 1...10_000) ?? 1)
        plan.isDryRun = options.has(.dryRun)
        guard plan.runCount <= 100_000 else {
            throw UsageError("--runs: \(plan.runCount) runs are more than the 100000 that are accepted")
        }
        return plan
    }

    /// What two options say against each other, whatever their values.
    private func refuseContradictions() throws(UsageError) {
        let exclusive: [(OptionName, OptionName)] = [
            (.records, .duration), (.warmupRecords, .warmupDuration), (.payloadFile, .recordSize),
            (.payloadFile, .compressibility),
        ]
        for (first, second) in exclusive where options.has(first) && options.has(second) {
            throw UsageError("\(first.flag) and \(second.flag) cannot be combined; give one of them")
        }
        let dependent: [(OptionName, OptionName)] = [
            (.keySize, .keys), (.headerSize, .headers), (.payloadDelimiter, .payloadFile),
            (.keepTopic, .bootstrapServer),
        ]
        for (option, base) in dependent where options.has(option) && !options.has(base) {
            throw UsageError("\(option.flag) has no effect without \(base.flag)")
        }
        let brokerOnly: [OptionName] = [
            .bootstrapServer, .topic, .keepTopic, .replicationFactor, .commandConfig, .commandProperty, .acks,
            .idempotence,
        ]
        guard let stage = options[.stage], stage != PipelineStage.broker.rawValue else { return }
        for option in brokerOnly where options.has(option) {
            throw UsageError("\(option.flag) cannot be combined with --stage \(stage), which needs no broker")
        }
    }

    private func baseConfiguration() throws(UsageError) -> RunConfiguration {
        var base = RunConfiguration()
        if let stage = try choice(.stage, PipelineStage.self) { base.stage = stage }
        if let count = try options.integer(.records, in: 1...Self.mostRecords) { base.amount = .records(count) }
        if let ns = try options.durationNs(.duration, in: 1_000_000...(30 * Self.dayNs)) {
            base.amount = .durationNs(ns)
        }
        if let count = try options.integer(.warmupRecords, in: 0...Self.mostRecords), count > 0 {
            base.warmup = .records(count)
        }
        if let ns = try options.durationNs(.warmupDuration, in: 0...Self.dayNs), ns > 0 {
            base.warmup = .durationNs(ns)
        }
        if let file = try path(.payloadFile) {
            let delimiter = try delimiter()
            base.payload = .file(path: file, delimiter: delimiter)
            base.recordSize = try sizeOfPieces(file, delimiter)
        }
        base.headerCount = Int(try options.integer(.headers, in: 0...1000) ?? 0)
        if base.headerCount > 0 { base.headerSize = try size(.headerSize, in: 1...(1 << 20)) ?? 16 }
        base.seed = try seed()
        base.cores = environment.onlineCores
        base.idempotence = options.has(.idempotence)
        return base
    }

    /// The cross product of all comma lists; the last one varies fastest.
    private func sweep(of base: RunConfiguration) throws(UsageError) -> [RunConfiguration] {
        var all = [base]
        func vary<Value>(_ values: [Value]?, _ set: (inout RunConfiguration, Value) -> Void) throws(UsageError) {
            guard let values else { return }
            guard all.count * values.count <= 10_000 else {
                throw UsageError("the lists make more than the 10000 configurations that are accepted")
            }
            all = all.flatMap { configuration in
                values.map { value in
                    var copy = configuration
                    set(&copy, value)
                    return copy
                }
            }
        }
        try vary(options.sweep(.recordSize) { text throws(ValueError) in try RecordSize(parsing: text) }) {
            $0.recordSize = $1
        }
        try vary(options.sweep(.keys) { text throws(ValueError) in try KeyDistribution(parsing: text) }) {
            $0.keys = $1
        }
        try vary(options.sweep(.compressibility, Self.share)) { $0.payload = .generated(compressibility: $1) }
        try vary(options.integers(.partitions, in: 1...100_000)) { $0.partitions = Int($1) }
        let keySize = try size(.keySize, in: 1...(1 << 20)) ?? 8
        for index in all.indices where all[index].keys != .none {
            all[index].keySize = keySize
            all[index].partitioner = .murmur2
        }
        try vary(choices(.partitioner, PartitionerChoice.self)) { $0.partitioner = $1 }
        try vary(choices(.builder, BuilderChoice.self)) { $0.builder = $1 }
        try vary(options.integers(.cores, in: 1...1024)) { $0.cores = Int($1) }
        for index in all.indices {
            all[index].concurrency = RunConfiguration.defaultConcurrency(cores: all[index].cores)
        }
        try vary(options.integers(.concurrency, in: 1...100_000)) { $0.concurrency = Int($1) }
        try vary(options.sweep(.codec) { text throws(ValueError) in try CodecChoice(parsing: text) }) { $0.codec = $1 }
        for index in all.indices {
            let needed = all[index].batchByteCount(recordSizeBytes: all[index].recordSize.maximumByteCount)
            all[index].batchSizeBytes = RunConfiguration.automaticBatchSize(
                partitions: all[index].partitions, atLeast: needed)
        }
        try vary(
            options.sweep(.batchSize) { text throws(ValueError) in
                try ParsedOptions.byteCount(text, in: 128...(1 << 30))
            }
        ) { $0.batchSizeBytes = $1 }
        try vary(
            options.sweep(.linger) { text throws(ValueError) in
                try ParsedOptions.durationNs(text, in: 0...3_600_000_000_000)
            }
        ) { $0.lingerNs = $1 }
        try vary(options.sweep(.acks) { text throws(ValueError) in try AcksChoice(parsing: text) }) { $0.acks = $1 }
        try vary(options.sweep(.rate, Self.rate)) { $0.rate = $1 }
        return all
    }

    /// What the settings of one run say against each other.
    private func check(_ run: RunConfiguration) throws(UsageError) {
        if run.idempotence, run.acks != .all {
            throw UsageError("--idempotence needs --acks all, not \(run.acks.rawValue)")
        }
        if run.partitioner.needsKeys, run.keys == .none {
            throw UsageError("--partitioner \(run.partitioner.rawValue) goes by the key and needs --keys")
        }
        if run.codec != .none, run.stage == .generate || run.stage == .build {
            throw UsageError("--codec \(run.codec) has no effect with --stage \(run.stage.rawValue)")
        }
        if run.rate != nil, run.stage != .broker, run.stage != .null {
            throw UsageError("--rate cannot be combined with --stage \(run.stage.rawValue): nothing is acknowledged")
        }
        if run.keys != .none, run.keySize < 8, run.keys.keyCount > Int64(1) << Int64(8 * run.keySize) {
            throw UsageError("--key-size: \(run.keys.keyCount) keys do not fit into \(run.keySize) bytes")
        }
        let needed = run.batchByteCount(recordSizeBytes: run.recordSize.maximumByteCount)
        guard needed <= run.batchSizeBytes else {
            let size = Quantity.formatBytes(Int64(run.batchSizeBytes))
            throw UsageError("--batch-size: a record may need \(needed) B with its overhead, which \(size) do not hold")
        }
        guard run.batchSizeBytes <= 1 << 30 else {
            throw UsageError("--record-size: a record may need \(needed) B with its key and headers; 1 GiB is the most")
        }
        if case .records = run.amount, run.payloadBytes == nil {
            throw UsageError("--records: the bytes of so many records are beyond counting")
        }
    }

    private func target() throws(UsageError) -> TargetSettings {
        var target = TargetSettings()
        target.bootstrapServers = try options.value(.bootstrapServer) { text throws(ValueError) in
            do throws(EndpointError) {
                return try Endpoint.list(text)
            } catch {
                throw ValueError(error.description)
            }
        }
        target.topic = try options.value(.topic, Self.topic) ?? target.topic
        target.keepTopic = options.has(.keepTopic)
        target.replicationFactor = Int16(try options.integer(.replicationFactor, in: 1...Int64(Int16.max)) ?? 1)
        guard target.replicationFactor == 1 || target.bootstrapServers != nil else {
            throw UsageError("--replication-factor: the embedded broker is one broker, so 1 is the most")
        }
        target.commandConfigPath = try path(.commandConfig)
        for text in options.all(.commandProperty) {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw UsageError("--command-property: '\(text)' is not NAME=VALUE")
            }
            let value = String(text[text.index(after: equals)...])
            target.commandProperties.append(.init(name: String(text[..<equals]), value: value))
        }
        let fromFile = try target.commandConfigPath.map { path throws(UsageError) in
            try TargetSettings.Property.read(path)
        }
        target.clientSettings = try ClientSettings((fromFile ?? []) + target.commandProperties, given: options)
        return target
    }

    private func output() throws(UsageError) -> OutputSettings {
        var output = OutputSettings()
        output.directory = try path(.output)
        output.format = try choice(.format, OutputFormat.self) ?? .text
        output.isQuiet = options.has(.quiet)
        output.intervalNs = try options.durationNs(.interval, in: 10_000_000...3_600_000_000_000)
        return output
    }
}
