import KafkaProtocol

extension Cluster {
    /// Settings of topics, brokers and groups.
    ///
    /// - Parameters:
    ///   - resources: what to ask about.
    ///   - keys: the names of settings; nil for all.
    ///   - includingSynonyms: whether it is told which other settings a value may come from.
    ///   - includingDocumentation: whether it is told what settings do; from Kafka 2.6 on.
    /// - Returns: for each resource its settings in the order of their names, or the broker's reason why they are not told.
    /// - Throws: `CancellationError`; `KafkaClientError`: `.closed`, or why no broker could be asked.
    ///
    /// Source: DescribeConfigs, API key 32, versions 1 to 4 (KIP-133).
    public func describeConfigurations(
        of resources: Set<ConfiguredResource>, keys: Set<String>? = nil, includingSynonyms: Bool = false,
        includingDocumentation: Bool = false
    ) async throws -> [ConfiguredResource: Result<[ConfigurationEntry], KafkaClientError>] {
        try await gather(resources) { open, isFirst in
            try await self.routeConfigurations(open, isFirst: isFirst)
        } ask: { cluster, errand in
            let asked = errand.keys.sorted { ($0.kind.rawValue, $0.name) < ($1.kind.rawValue, $1.name) }
            let response = try await cluster.ask(errand.target, timeout: errand.timeLeft, attempts: 1) { version in
                var request = DescribeConfigsRequest()
                request.includeSynonyms = includingSynonyms
                request.includeDocumentation = includingDocumentation && version >= 3
                request.resources = asked.map { resource in
                    var message = DescribeConfigsRequest.Resource()
                    message.resourceType = resource.kind.rawValue
                    message.resourceName = resource.name
                    message.configurationKeys = keys?.sorted()
                    return message
                }
                return request
            }
            return response.resources.reduce(into: [:]) { outcomes, found in
                guard let resource = ConfiguredResource(found.resourceType, found.resourceName) else { return }
                outcomes[resource] = Result(
                    cluster.error(
                        found.errorCode, resource, "cannot describe the settings of \(resource)", found.errorMessage,
                        needs: "DescribeConfigs"),
                    found.configs.map(ConfigurationEntry.init).sorted { $0.name < $1.name })
            }
        }
    }

    /// Changes single settings of topics, brokers and groups; others stay as they are.
    ///
    /// All changes of one resource are made, or none.
    ///
    /// - Parameters:
    ///   - changes: the changes of each resource, no two of the same setting.
    ///   - validateOnly: whether nothing is changed, only checked.
    /// - Returns: a result for each resource; an error is `.brokerError` with INVALID_CONFIG for a value that is not possible, for
    ///   example.
    /// - Throws: `CancellationError`; `KafkaClientError`: `.closed`, or why no broker could be asked.
    ///
    /// Source: IncrementalAlterConfigs, API key 44, versions 0 to 1 (KIP-339); Kafka 2.3 and newer.
    public func alterConfigurations(
        _ changes: [ConfiguredResource: [ConfigurationChange]], validateOnly: Bool = false
    ) async throws -> [ConfiguredResource: Result<Void, KafkaClientError>] {
        try await gather(Set(changes.keys)) { open, isFirst in
            try await self.routeConfigurations(open, isFirst: isFirst)
        } ask: { cluster, errand in
            var request = IncrementalAlterConfigsRequest()
            request.validateOnly = validateOnly
            request.resources = errand.keys.map { resource in
                var message = IncrementalAlterConfigsRequest.Resource()
                message.resourceType = resource.kind.rawValue
                message.resourceName = resource.name
                message.configs = changes[resource]!.map(IncrementalAlterConfigsRequest.Config.init)
                return message
            }
            let made = request
            let response = try await cluster.ask(errand.target, timeout: errand.timeLeft, attempts: 1) { _ in made }
            return response.resources.reduce(into: [:]) { outcomes, found in
                guard let resource = ConfiguredResource(found.resourceType, found.resourceName) else { return }
                outcomes[resource] = Result(
                    cluster.error(
                        found.errorCode, resource, "cannot change the settings of \(resource)", found.errorMessage,
                        needs: "AlterConfigs"), ())
            }
        }
    }

    /// A broker tells its own settings, and changes them; any broker those of others.
    private func routeConfigurations(
        _ open: Set<ConfiguredResource>, isFirst: Bool
    ) async throws -> Routes<ConfiguredResource> {
        let nodes = open.compactMap(\.node)
        if !isFirst || nodes.contains(where: { metadata.brokers[$0] == nil }) { _ = try await learn([]) }
        let known = metadata.brokers
        return open.reduce(into: [:]) { routes, resource in
            guard resource.isOfOneBroker else {
                routes[resource] = .success(.any)
                return
            }
            guard let node = resource.node, known[node] != nil else {
                let ids = known.keys.sorted().map(String.init).joined(separator: ", ")
                routes[resource] = .failure(
                    KafkaClientError(
                        .invalidArgument, "there is no broker '\(resource.name)'; those of the cluster are \(ids)"))
                return
            }
            routes[resource] = .success(.node(node))
        }
    }

    private func error(
        _ code: KafkaErrorCode, _ resource: ConfiguredResource, _ action: String, _ message: String?,
        needs operation: String
    ) -> KafkaClientError? {
        if code == .none { return nil }
        let right: KafkaClientError.Right =
            switch resource.kind {
            case .topic: .init(operation, topic: resource.name)
            case .group: .init(operation, group: resource.name)
            case .broker, .brokerLogger, .clientMetrics: .init(onCluster: operation)
            }
        return KafkaClientError(code, action, message, needs: right, of: metadata.user)
    }
}

extension ConfiguredResource {
    fileprivate init?(_ type: Int8, _ name: String) {
        guard let kind = Kind(rawValue: type) else { return nil }
        self.init(kind, name)
    }

    /// Whether one broker alone can be asked.
    fileprivate var isOfOneBroker: Bool { kind == .brokerLogger || kind == .broker && !name.isEmpty }
    fileprivate var node: Int32? { isOfOneBroker ? Int32(name) : nil }
}

extension ConfigurationEntry {
    fileprivate init(_ config: DescribeConfigsResponse.Config) {
        name = config.name
        value = config.value
        source = Source(rawValue: config.configSource) ?? .unknown
        isReadOnly = config.readOnly
        isSensitive = config.isSensitive
        type = ValueType(rawValue: config.configType) ?? .unknown
        synonyms = config.synonyms.map {
            Synonym(name: $0.name, value: $0.value, source: Source(rawValue: $0.source) ?? .unknown)
        }
        documentation = config.documentation
    }
}

extension IncrementalAlterConfigsRequest.Config {
    fileprivate init(_ change: ConfigurationChange) {
        self.init()
        switch change {
        case .set(let name, let value): (self.name, self.value, configOperation) = (name, value, 0)
        case .delete(let name): (self.name, configOperation) = (name, 1)
        case .append(let name, let value): (self.name, self.value, configOperation) = (name, value, 2)
        case .subtract(let name, let value): (self.name, self.value, configOperation) = (name, value, 3)
        }
    }
}
