/// A setting that topics, brokers or groups have: its values, and which of them counts where nobody has set it.
///
/// Names, types and defaults are Kafka's (`TopicConfig`, `GroupConfig`, `KafkaConfig`).
struct SettingDefinition: Sendable {
    /// Which values are possible. The raw value of `code` is that of DescribeConfigs.
    enum Values: Sendable {
        case boolean
        case int(ClosedRange<Int64>)
        case long(ClosedRange<Int64>)
        case double(ClosedRange<Double>)
        case word([String])
        /// Some of these words, or any where there are none.
        case list([String])

        /// Source: `ConfigType` of DescribeConfigs, API key 32.
        var code: Int8 {
            switch self {
            case .boolean: 1
            case .word: 2
            case .int: 3
            case .long: 5
            case .double: 6
            case .list: 7
            }
        }
    }

    let name: String
    let values: Values
    let builtIn: String

    init(_ name: String, _ values: Values, _ builtIn: String) {
        self.name = name
        self.values = values
        self.builtIn = builtIn
    }

    /// The longest value, in bytes.
    static let byteCountMax = 4096

    var isList: Bool { if case .list = values { true } else { false } }

    /// Why a value is not possible; nil when it is.
    func objection(to value: String) -> String? {
        let fits =
            switch values {
            case .boolean: ["true", "false"].contains(value.lowercased())
            case .int(let range), .long(let range): Int64(value).map(range.contains) ?? false
            case .double(let range): Double(value).map(range.contains) ?? false
            case .word(let words): words.contains(value)
            case .list(let words):
                words.isEmpty || !value.isEmpty && Self.words(of: value).allSatisfy(words.contains)
            }
        if fits, value.utf8.count <= Self.byteCountMax { return nil }
        return "Invalid value \(value.prefix(100)) for configuration \(name)"
    }

    /// The words of a list.
    static func words(of value: String) -> [String] {
        value.split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var rest = self
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}

extension SettingDefinition {
    private static let fromMinusOne: ClosedRange<Int64> = -1 ... .max
    private static let fromZero: ClosedRange<Int64> = 0 ... .max
    private static let ints: ClosedRange<Int64> = 0...Int64(Int32.max)

    /// Those of topics, in the order of their names. `max.message.bytes` is obeyed; the others are only kept and told.
    static let ofTopics: [SettingDefinition] = [
        .init("cleanup.policy", .list(["compact", "delete"]), "delete"),
        .init("compression.gzip.level", .int(-1...9), "-1"),
        .init("compression.lz4.level", .int(1...17), "9"),
        .init(
            "compression.type", .word(["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]), "producer"),
        .init("compression.zstd.level", .int(-131_072...22), "3"),
        .init("delete.retention.ms", .long(fromZero), "86400000"),
        .init("file.delete.delay.ms", .long(fromZero), "60000"),
        .init("flush.messages", .long(1 ... .max), "9223372036854775807"),
        .init("flush.ms", .long(fromZero), "9223372036854775807"),
        .init("follower.replication.throttled.replicas", .list([]), ""),
        .init("index.interval.bytes", .int(ints), "4096"),
        .init("leader.replication.throttled.replicas", .list([]), ""),
        .init("local.retention.bytes", .long(-2 ... .max), "-2"),
        .init("local.retention.ms", .long(-2 ... .max), "-2"),
        .init("max.compaction.lag.ms", .long(1 ... .max), "9223372036854775807"),
        .init("max.message.bytes", .int(ints), "1048588"),
        .init("message.timestamp.after.max.ms", .long(fromZero), "3600000"),
        .init("message.timestamp.before.max.ms", .long(fromZero), "9223372036854775807"),
        .init("message.timestamp.type", .word(["CreateTime", "LogAppendTime"]), "CreateTime"),
        .init("min.cleanable.dirty.ratio", .double(0...1), "0.5"),
        .init("min.compaction.lag.ms", .long(fromZero), "0"),
        .init("min.insync.replicas", .int(1...Int64(Int32.max)), "1"),
        .init("preallocate", .boolean, "false"),
        .init("remote.log.copy.disable", .boolean, "false"),
        .init("remote.log.delete.on.disable", .boolean, "false"),
        .init("remote.storage.enable", .boolean, "false"),
        .init("retention.bytes", .long(fromMinusOne), "-1"),
        .init("retention.ms", .long(fromMinusOne), "604800000"),
        .init("segment.bytes", .int(1_048_576...Int64(Int32.max)), "1073741824"),
        .init("segment.index.bytes", .int(4...Int64(Int32.max)), "10485760"),
        .init("segment.jitter.ms", .long(fromZero), "0"),
        .init("segment.ms", .long(1 ... .max), "604800000"),
        .init("unclean.leader.election.enable", .boolean, "false"),
    ]

    /// Those of groups. When share groups begin, how long their locks hold, and how many records and deliveries they may have is
    /// obeyed; the others are only kept and told.
    static let ofGroups: [SettingDefinition] = [
        .init("consumer.heartbeat.interval.ms", .int(1...Int64(Int32.max)), "5000"),
        .init("consumer.session.timeout.ms", .int(1...Int64(Int32.max)), "45000"),
        .init("share.auto.offset.reset", .word(["earliest", "latest"]), "latest"),
        .init("share.delivery.count.limit", .int(1...100), "5"),
        .init("share.heartbeat.interval.ms", .int(1...Int64(Int32.max)), "5000"),
        .init("share.isolation.level", .word(["read_committed", "read_uncommitted"]), "read_uncommitted"),
        .init("share.partition.max.record.locks", .int(1...1_000_000), "2000"),
        .init("share.record.lock.duration.ms", .int(1...86_400_000), "30000"),
        .init("share.session.timeout.ms", .int(1...Int64(Int32.max)), "45000"),
    ]

    /// Those of brokers that can be set while they run. It is obeyed by the topics that have no `max.message.bytes`.
    static let ofAllBrokers: [SettingDefinition] = [.init("message.max.bytes", .int(ints), "1048588")]

    /// Those of brokers that stand in the configuration.
    static func ofBroker(_ configuration: EmbeddedBrokerConfiguration, node: Int32) -> [SettingDefinition] {
        let any: ClosedRange<Int64> = .min ... .max
        let groups = configuration.groups
        func int(_ name: String, _ value: some BinaryInteger) -> SettingDefinition {
            .init(name, .int(any), "\(value)")
        }
        return [
            .init("auto.create.topics.enable", .boolean, "\(configuration.autoCreatesTopics)"),
            int("broker.id", node),
            int("fetch.max.bytes", configuration.fetchByteCountMax),
            int("group.consumer.heartbeat.interval.ms", groups.consumerHeartbeatInterval.milliseconds),
            int("group.consumer.session.timeout.ms", groups.consumerSessionTimeout.milliseconds),
            int("group.initial.rebalance.delay.ms", groups.initialRebalanceDelay.milliseconds),
            int("group.max.session.timeout.ms", groups.sessionTimeoutMax.milliseconds),
            int("group.max.size", groups.sizeMax),
            int("group.min.session.timeout.ms", groups.sessionTimeoutMin.milliseconds),
            int("group.share.max.share.sessions", groups.shareSessionCountMax),
            int("max.incremental.fetch.session.cache.slots", configuration.fetchSessionCountMax),
            int("message.max.bytes", configuration.messageByteCountMax),
            int("node.id", node),
            int("num.partitions", configuration.defaultPartitionCount),
            int("offset.metadata.max.bytes", groups.offsetMetadataByteCountMax),
            int("socket.request.max.bytes", configuration.requestByteCountMax),
        ]
    }
}
