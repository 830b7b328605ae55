import KafkaProtocol

extension Session {
    /// Tells settings: those that were changed, those of the configuration, and Kafka's defaults.
    func handleDescribeConfigs(
        _ request: DescribeConfigsRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> DescribeConfigsResponse? {
        var response = DescribeConfigsResponse()
        response.throttleTimeMs = throttleMs
        // One that is named again and again is told once, so that an answer is not much longer than its request.
        var seen: Set<[String]> = []
        response.resources = request.resources.map { asked in
            var answer = DescribeConfigsResponse.Resource()
            answer.resourceType = asked.resourceType
            answer.resourceName = asked.resourceName
            let topic = asked.resourceType == ResourceType.topic ? asked.resourceName : nil
            if let code = plan.error(topic: topic) ?? plan.errorAfterStore(topic: topic) {
                answer.errorCode = code
                return answer
            }
            do throws(Cluster.Refusal) {
                guard seen.insert(["\(asked.resourceType)", asked.resourceName]).inserted else {
                    throw Cluster.Refusal(code: .invalidRequest, message: "the resource is named more than once")
                }
                let keys = asked.configurationKeys.map { Set($0) }
                answer.configs = try settings(of: asked).filter { keys?.contains($0.name) ?? true }
                if !request.includeSynonyms {
                    for index in answer.configs.indices { answer.configs[index].synonyms = [] }
                }
            } catch {
                answer.errorCode = error.code
                answer.errorMessage = error.message
            }
            return answer
        }
        return response
    }

    private func settings(
        of asked: DescribeConfigsRequest.Resource
    ) throws(Cluster.Refusal) -> [DescribeConfigsResponse.Config] {
        if asked.resourceType == ResourceType.broker, asked.resourceName == "\(node.id)" { return brokerSettings }
        let owner = try owner(asked.resourceType, asked.resourceName)
        if case .topic(let name) = owner, cluster.topic(named: name) == nil {
            throw Cluster.Refusal(code: .unknownTopicOrPartition, message: "there is no topic \"\(name)\"")
        }
        let set = cluster.settings(of: owner)
        switch owner {
        case .allBrokers:
            return set.sorted { $0.key < $1.key }.map { name, value in
                DescribeConfigsResponse.Config(owner.definitions.first { $0.name == name }!, [(name, value, 3)])
            }
        case .topic:
            return owner.definitions.map { definition in
                var values = set[definition.name].map { [(definition.name, $0, Int8(1))] } ?? []
                if definition.name == "max.message.bytes" {
                    values += messageByteCountMaxValues
                } else {
                    values.append((definition.name, definition.builtIn, 5))
                }
                return DescribeConfigsResponse.Config(definition, values)
            }
        case .group:
            return owner.definitions.map { definition in
                let values = set[definition.name].map { [(definition.name, $0, Int8(8))] } ?? []
                return DescribeConfigsResponse.Config(
                    definition, values + [(definition.name, definition.builtIn, 5)])
            }
        }
    }

    private var brokerSettings: [DescribeConfigsResponse.Config] {
        SettingDefinition.ofBroker(cluster.configuration, node: node.id).map { definition in
            guard definition.name == "message.max.bytes" else {
                var config = DescribeConfigsResponse.Config(definition, [(definition.name, definition.builtIn, 4)])
                config.readOnly = true
                return config
            }
            return DescribeConfigsResponse.Config(definition, messageByteCountMaxValues)
        }
    }

    /// From where the bound of batches comes where a topic has none of its own, what counts first.
    private var messageByteCountMaxValues: [(String, String, Int8)] {
        let name = "message.max.bytes"
        let dynamic = cluster.settings(of: .allBrokers)[name].map { [(name, $0, Int8(3))] } ?? []
        let given = cluster.configuration.messageByteCountMax
        let source: Int8 = given == EmbeddedBrokerConfiguration().messageByteCountMax ? 5 : 4
        return dynamic + [(name, "\(given)", source)]
    }

    /// Changes settings (KIP-339).
    func handleIncrementalAlterConfigs(
        _ request: IncrementalAlterConfigsRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> IncrementalAlterConfigsResponse? {
        var response = IncrementalAlterConfigsResponse()
        response.throttleTimeMs = throttleMs
        var seen: Set<[String]> = []
        response.resources = request.resources.map { asked in
            var answer = IncrementalAlterConfigsResponse.Resource()
            answer.resourceType = asked.resourceType
            answer.resourceName = asked.resourceName
            let topic = asked.resourceType == ResourceType.topic ? asked.resourceName : nil
            if let code = plan.error(topic: topic) {
                answer.errorCode = code
                return answer
            }
            do throws(Cluster.Refusal) {
                guard seen.insert(["\(asked.resourceType)", asked.resourceName]).inserted else {
                    throw Cluster.Refusal(code: .invalidRequest, message: "the resource is named more than once")
                }
                let owner = try owner(asked.resourceType, asked.resourceName)
                try cluster.changeSettings(of: owner, by: asked.configs, isDryRun: request.validateOnly)
                answer.errorCode = plan.errorAfterStore(topic: topic) ?? .none
            } catch {
                answer.errorCode = error.code
                answer.errorMessage = error.message
            }
            return answer
        }
        return response
    }

    private func owner(_ type: Int8, _ name: String) throws(Cluster.Refusal) -> SettingOwner {
        switch type {
        case ResourceType.topic: return .topic(name)
        case ResourceType.broker where name.isEmpty: return .allBrokers
        case ResourceType.broker where name == "\(node.id)":
            throw Cluster.Refusal(
                code: .invalidConfig,
                message:
                    "an embedded broker has no settings of its own that can be changed; change those of all brokers")
        case ResourceType.broker:
            throw Cluster.Refusal(
                code: .invalidRequest,
                message: "Unexpected broker id, expected \(node.id) or empty string, but received \(name.prefix(100))")
        case ResourceType.group:
            if name.isEmpty {
                throw Cluster.Refusal(code: .invalidRequest, message: "Group name must not be empty")
            }
            return .group(name)
        default:
            throw Cluster.Refusal(code: .invalidRequest, message: "there are no settings of resource type \(type) here")
        }
    }
}

/// Source: `ResourceType` of DescribeConfigs, API key 32.
private enum ResourceType {
    static let topic: Int8 = 2
    static let broker: Int8 = 4
    static let group: Int8 = 32
}

extension DescribeConfigsResponse.Config {
    /// A setting whose value is the first of those that it may come from.
    ///
    /// - Parameter values: name, value and source of each, at least one.
    fileprivate init(_ definition: SettingDefinition, _ values: [(String, String, Int8)]) {
        self.init()
        name = definition.name
        (_, value, configSource) = values[0]
        configType = definition.values.code
        synonyms = values.map { name, value, source in
            var synonym = DescribeConfigsResponse.Synonym()
            synonym.name = name
            synonym.value = value
            synonym.source = source
            return synonym
        }
    }
}

extension IncrementalAlterConfigsRequest.Config {
    /// Sets a setting.
    init(setting name: String, to value: String?) {
        self.init()
        self.name = name
        self.value = value
    }
}

extension DescribeConfigsRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] {
        resources.filter { $0.resourceType == ResourceType.topic }
            .map { FaultScript.Target(topic: $0.resourceName, partition: nil) }
    }
}

extension IncrementalAlterConfigsRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] {
        resources.filter { $0.resourceType == ResourceType.topic }
            .map { FaultScript.Target(topic: $0.resourceName, partition: nil) }
    }
}
