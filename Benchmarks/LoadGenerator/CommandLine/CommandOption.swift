/// Every option by its name: the raw value is what follows the two dashes.
package enum OptionName: String, Sendable, CaseIterable {
    case bootstrapServer = "bootstrap-server"
    case topic
    case keepTopic = "keep-topic"
    case replicationFactor = "replication-factor"
    case stage
    case commandConfig = "command-config"
    case commandProperty = "command-property"
    case records
    case duration
    case warmupRecords = "warmup-records"
    case warmupDuration = "warmup-duration"
    case recordSize = "record-size"
    case keys
    case keySize = "key-size"
    case compressibility
    case payloadFile = "payload-file"
    case payloadDelimiter = "payload-delimiter"
    case headers
    case headerSize = "header-size"
    case seed
    case partitions
    case partitioner
    case builder
    case cores
    case concurrency
    case codec
    case batchSize = "batch-size"
    case linger
    case acks
    case idempotence
    case rate
    case runs
    case output
    case format
    case interval
    case quiet
    case dryRun = "dry-run"
    case resume
    case port
    case brokers
    case log
    case fault
    case untilInputEnds = "until-input-ends"
    case help
    case version

    /// With its dashes, as messages write it.
    package var flag: String { "--" + rawValue }
}

/// One option: all that parsing, help, completions and the manual page need to know of it.
package struct CommandOption: Sendable {
    /// A heading of `--help`.
    package enum Group: String, Sendable, CaseIterable {
        case target = "Target"
        case client = "Client settings"
        case amount = "Amount"
        case workload = "Workload"
        case shape = "Shape"
        case load = "Load model"
        case repeats = "Repeats"
        case output = "Output"
        case safety = "Safety"
        case broker = "Broker"
        case general = "General"
    }

    /// How often and with how many values it may be given.
    package enum Arity: Sendable {
        /// No value.
        case flag
        /// One value, given once.
        case single
        /// A comma list given once, every entry of which is run.
        case sweep
        /// One value each, given any number of times.
        case repeatable
    }

    package let name: OptionName
    package let aliases: [String]
    package let shortName: Character?
    package let arity: Arity
    /// What stands for the value in help; empty for a flag.
    package let placeholder: String
    package let group: Group
    package let help: String
    /// What applies without it, in words; nil when there is nothing to say.
    package let defaultText: String?
    package let subcommands: Set<Subcommand>

    init(
        _ name: OptionName, _ placeholder: String = "", aliases: [String] = [], short: Character? = nil,
        arity: Arity? = nil, group: Group, default defaultText: String? = nil,
        subcommands: Set<Subcommand> = [.run], _ help: String
    ) {
        self.name = name
        self.aliases = aliases
        self.shortName = short
        self.arity = arity ?? (placeholder.isEmpty ? .flag : .single)
        self.placeholder = placeholder
        self.group = group
        self.help = help
        self.defaultText = defaultText
        self.subcommands = subcommands
    }
}
