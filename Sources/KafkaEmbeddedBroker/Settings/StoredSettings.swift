import KafkaProtocol

/// What has settings that clients may change.
///
/// Source: `ResourceType` of DescribeConfigs, API key 32.
enum SettingOwner: Sendable, Hashable {
    case topic(String)
    case allBrokers
    case group(String)

    var definitions: [SettingDefinition] {
        switch self {
        case .topic: SettingDefinition.ofTopics
        case .allBrokers: SettingDefinition.ofAllBrokers
        case .group: SettingDefinition.ofGroups
        }
    }
}

/// The settings that clients have changed. A value, without locks.
struct StoredSettings: Sendable {
    /// Of each owner the values by name; nobody stands here without one.
    private var values: [SettingOwner: [String: String]] = [:]
    private var groupCount = 0

    /// The most groups that may have settings.
    static let groupCountMax = 1000

    subscript(owner: SettingOwner) -> [String: String] {
        get { values[owner] ?? [:] }
        set {
            if case .group = owner {
                groupCount += (newValue.isEmpty ? 0 : 1) - (values[owner] == nil ? 0 : 1)
            }
            values[owner] = newValue.isEmpty ? nil : newValue
        }
    }

    /// What the settings of an owner would be after changes, or why these can't be made.
    ///
    /// Source: `ConfigurationControlManager.incrementalAlterConfigResource` of Kafka.
    func changed(
        _ owner: SettingOwner, by changes: [IncrementalAlterConfigsRequest.Config]
    ) throws(Cluster.Refusal) -> [String: String] {
        var result = self[owner]
        if case .group = owner, result.isEmpty, groupCount >= Self.groupCountMax {
            throw Cluster.Refusal(
                code: .policyViolation, message: "no more than \(Self.groupCountMax) groups have settings here")
        }
        var names: Set<String> = []
        for change in changes {
            guard names.insert(change.name).inserted else {
                throw Cluster.Refusal(
                    code: .invalidRequest, message: "setting \(change.name) is named more than once")
            }
            guard let definition = owner.definitions.first(where: { $0.name == change.name }) else {
                throw Cluster.Refusal(code: .invalidConfig, message: "Unknown config name: \(change.name)")
            }
            let value = try Self.value(of: definition, now: result[change.name], change)
            if let value, let objection = definition.objection(to: value) {
                throw Cluster.Refusal(code: .invalidConfig, message: objection)
            }
            result[change.name] = value
        }
        return result
    }

    /// Nil for the default.
    private static func value(
        of definition: SettingDefinition, now: String?, _ change: IncrementalAlterConfigsRequest.Config
    ) throws(Cluster.Refusal) -> String? {
        if change.configOperation == 1 { return nil }
        guard let value = change.value else {
            throw Cluster.Refusal(code: .invalidRequest, message: "setting \(change.name) has no value")
        }
        switch change.configOperation {
        case 0: return value
        case 2, 3:
            guard definition.isList else {
                throw Cluster.Refusal(
                    code: .invalidConfig,
                    message: "Can't append or subtract from the value of \(change.name), which is no list")
            }
            let given = SettingDefinition.words(of: value)
            var words = SettingDefinition.words(of: now ?? definition.builtIn)
            if change.configOperation == 2 {
                for word in given where !words.contains(word) { words.append(word) }
            } else {
                words.removeAll(where: given.contains)
            }
            return words.joined(separator: ",")
        default:
            throw Cluster.Refusal(
                code: .invalidRequest, message: "there is no operation \(change.configOperation) of settings")
        }
    }
}
