/// What has settings on a cluster: a topic, a broker, a group.
///
/// Source: DescribeConfigs, API key 32, field `ResourceType`.
public struct ConfiguredResource: Sendable, Hashable, CustomStringConvertible {
    /// What kind of thing it is. Later versions add cases: a `switch` that names only some of them, with a `default`, goes on compiling.
    public enum Kind: Int8, Sendable, CaseIterable {
        /// A topic.
        case topic = 2
        /// A broker, or all brokers together.
        case broker = 4
        /// What a broker logs; from Kafka 2.4 on (KIP-412).
        case brokerLogger = 8
        /// A subscription to clients' metrics; from Kafka 3.7 on (KIP-714).
        case clientMetrics = 16
        /// A group; from Kafka 3.8 on (KIP-848).
        case group = 32
    }

    /// What kind of thing it is.
    public let kind: Kind
    /// Its name: of a broker its node id, and empty for all brokers.
    public let name: String

    /// Something by its kind and name.
    public init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }

    /// A topic.
    public static func topic(_ name: String) -> Self { Self(.topic, name) }
    /// A broker by its node id.
    public static func broker(_ id: Int32) -> Self { Self(.broker, "\(id)") }
    /// The settings that all brokers share.
    public static let allBrokers = Self(.broker, "")
    /// A group.
    public static func group(_ id: String) -> Self { Self(.group, id) }

    /// Its kind and name.
    public var description: String { self == .allBrokers ? "all brokers" : "\(kind) '\(name)'" }
}

/// A setting and its value.
///
/// Source: DescribeConfigs, API key 32.
public struct ConfigurationEntry: Sendable, Hashable {
    /// Where a value comes from. Later versions add cases: a `switch` that names only some of them, with a `default`, goes on compiling.
    public enum Source: Int8, Sendable {
        /// The broker did not say it in a way that is known here.
        case unknown = 0
        /// It was set for the topic.
        case topic = 1
        /// It was set for the broker while it ran.
        case dynamicBroker = 2
        /// It was set for all brokers while they ran.
        case dynamicAllBrokers = 3
        /// It stands in the broker's file of settings.
        case staticBroker = 4
        /// Nobody has set it.
        case builtIn = 5
        /// It was set for a logger of the broker.
        case brokerLogger = 6
        /// It was set for a subscription to clients' metrics.
        case clientMetrics = 7
        /// It was set for the group.
        case group = 8
    }

    /// What values are possible. Later versions add cases: a `switch` that names only some of them, with a `default`, goes on compiling.
    public enum ValueType: Int8, Sendable {
        /// Told by brokers before Kafka 2.6.
        case unknown = 0
        /// `true` or `false`.
        case boolean = 1
        /// A text.
        case string = 2
        /// A 32-bit integer.
        case int = 3
        /// A 16-bit integer.
        case short = 4
        /// A 64-bit integer.
        case long = 5
        /// A floating-point number.
        case double = 6
        /// Texts, separated by commas.
        case list = 7
        /// A Java class.
        case `class` = 8
        /// A text that is not told.
        case password = 9
    }

    /// A setting that the value may come from, of the same or of another name.
    public struct Synonym: Sendable, Hashable {
        /// The setting's name.
        public let name: String
        /// Its value; nil when it is sensitive.
        public let value: String?
        /// Where it was set.
        public let source: Source
    }

    /// The setting's name, such as `retention.ms`.
    public let name: String
    /// Its value; nil when it is sensitive, or has none.
    public let value: String?
    /// Where the value comes from.
    public let source: Source
    /// Whether it can't be changed while brokers run.
    public let isReadOnly: Bool
    /// Whether its value is not told.
    public let isSensitive: Bool
    /// What values are possible; from Kafka 2.6 on (KIP-569).
    public let type: ValueType
    /// From where the value may come, the one that counts first. Empty unless asked for.
    public let synonyms: [Synonym]
    /// What it does, in Kafka's words; from Kafka 2.6 on (KIP-569), and nil unless asked for.
    public let documentation: String?

    /// Whether nobody has set it.
    public var isDefault: Bool { source == .builtIn }
}

/// A change of one setting.
///
/// Source: IncrementalAlterConfigs, API key 44 (KIP-339).
public enum ConfigurationChange: Sendable, Hashable {
    /// Gives a setting a value.
    case set(String, to: String)
    /// Takes the value away, so that the default counts.
    case delete(String)
    /// Adds texts, separated by commas, to a setting whose value is a list.
    case append(String, String)
    /// Takes texts, separated by commas, out of a setting whose value is a list.
    case subtract(String, String)
}
