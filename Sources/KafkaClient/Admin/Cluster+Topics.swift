public import KafkaProtocol

extension Cluster {
    // MARK: Looking

    /// The topics of the cluster that this client may describe, by their names in order.
    ///
    /// - Parameter includingInternal: whether topics are told in which Kafka keeps something of its own.
    /// - Throws: `KafkaClientError`: why no broker answered; `CancellationError`.
    ///
    /// Source: Metadata, API key 3, versions 1 to 13.
    public func listTopics(includingInternal: Bool = false) async throws -> [TopicListing] {
        let response = try await ask(.any) { _ in
            var request = MetadataRequest(topicNames: nil)
            request.allowAutoTopicCreation = false
            return request
        }
        if response.errorCode != .none { throw KafkaClientError(response.errorCode, "topics can't be listed") }
        return response.topics.compactMap { topic in
            guard let name = topic.name, includingInternal || !topic.isInternal else { return nil }
            return TopicListing(
                name: name, id: topic.topicID, isInternal: topic.isInternal, partitionCount: topic.partitions.count)
        }.sorted { $0.name < $1.name }
    }

    /// Topics and where their partitions lie, asked for anew.
    ///
    /// - Parameter names: the topics.
    /// - Returns: a result for each name. An error is `KafkaClientError`: `.unknownTopic`, another reason of the broker, or why none
    ///   answered within the request timeout.
    /// - Throws: `CancellationError`; `KafkaClientError` with `.closed`.
    ///
    /// Source: Metadata, API key 3, versions 1 to 13.
    public func describeTopics(
        _ names: Set<String>
    ) async throws -> [String: Result<TopicDetails, KafkaClientError>] {
        try await gather(names, mayPass: { $0.isRetriable && !$0.isOfUnknownTopic }) { open, _ in
            self.route(open, to: .any)
        } ask: { cluster, errand in
            let response = try await cluster.ask(errand.target, timeout: errand.timeLeft, attempts: 1) { _ in
                var request = MetadataRequest(topicNames: errand.keys.sorted())
                request.allowAutoTopicCreation = false
                return request
            }
            return response.topics.reduce(into: [:]) { outcomes, topic in
                guard let name = topic.name else { return }
                outcomes[name] = Result(
                    cluster.error(topic.errorCode, name, "cannot describe topic '\(name)'", nil, needs: "Describe"),
                    TopicDetails(topic, name: name))
            }
        }
    }

    // MARK: Changing

    /// Creates topics.
    ///
    /// - Parameters:
    ///   - topics: the topics. Of several with one name the last counts.
    ///   - validateOnly: whether nothing is created, only checked.
    /// - Returns: for each name the new topic's id (KIP-516), or why it was not created: `.brokerError` with TOPIC_ALREADY_EXISTS, for
    ///   example. The id is ``KafkaUUID/zero`` from brokers older than Kafka 2.8, and where nothing was created.
    /// - Throws: `CancellationError`; `KafkaClientError`: `.closed`, or why no broker could be asked.
    ///
    /// Source: CreateTopics, API key 19, versions 0 to 7.
    public func createTopics(
        _ topics: [NewTopic], validateOnly: Bool = false
    ) async throws -> [String: Result<KafkaUUID, KafkaClientError>] {
        let byName = Dictionary(topics.map { ($0.name, $0) }) { $1 }
        let timeoutMs = brokerTimeoutMs
        return try await gather(Set(byName.keys), mayPass: \.isRetriable) { open, isFirst in
            try await self.routeToController(open, isFirst: isFirst)
        } ask: { cluster, errand in
            let asked = errand.keys.sorted().map { CreateTopicsRequest.Topic(byName[$0]!) }
            let request = CreateTopicsRequest(topics: asked, timeoutMs: timeoutMs, validateOnly: validateOnly)
            let response = try await cluster.ask(errand.target, timeout: errand.timeLeft, attempts: 1) { _ in request }
            return response.topics.reduce(into: [:]) { outcomes, topic in
                let action = "cannot create topic '\(topic.name)'"
                outcomes[topic.name] = Result(
                    cluster.error(topic.errorCode, topic.name, action, topic.errorMessage, needs: "Create"),
                    topic.topicID)
            }
        }
    }

    /// Creates a topic.
    ///
    /// - Parameters:
    ///   - name: 1 to 249 ASCII letters, digits, `.`, `_` and `-`, but neither `.` nor `..`.
    ///   - partitionCount: the number of partitions, at least one; -1 for the broker's default, from Kafka 2.4 on (KIP-464).
    ///   - replicationFactor: the number of replicas of each partition, at least one and at most the number of brokers; -1
    ///     for the broker's default, from Kafka 2.4 on (KIP-464).
    ///   - configuration: names and values of topic settings, such as `("cleanup.policy", "compact")`.
    /// - Returns: true when the topic was created, false when it existed already.
    /// - Throws: `KafkaClientError`: the broker's reason with its ``KafkaClientError/brokerError``; or why no broker
    ///   answered within the request timeout.
    ///
    /// Source: CreateTopics, API key 19, versions 0 to 7.
    public func createTopic(
        _ name: String, partitionCount: Int32, replicationFactor: Int16, configuration: [(String, String)] = []
    ) async throws -> Bool {
        let topic = NewTopic(
            name, partitionCount: partitionCount, replicationFactor: replicationFactor,
            configuration: Dictionary(configuration) { $1 })
        switch try await createTopics([topic])[name]! {
        case .success: return true
        case .failure(let error) where error.brokerError == .topicAlreadyExists: return false
        case .failure(let error): throw error
        }
    }

    /// Deletes topics with all their records.
    ///
    /// - Parameter names: the topics.
    /// - Returns: a result for each name; an error is `.unknownTopic` when there is no such topic, or another reason of the broker.
    /// - Throws: `CancellationError`; `KafkaClientError`: `.closed`, or why no broker could be asked.
    ///
    /// Source: DeleteTopics, API key 20, versions 0 to 6.
    public func deleteTopics(_ names: Set<String>) async throws -> [String: Result<Void, KafkaClientError>] {
        let timeoutMs = brokerTimeoutMs
        // Kafka counts the code of an unknown topic among the retriable ones, but a topic that does not exist stays away.
        let outcomes: Outcomes<String, Void> = try await gather(
            names, mayPass: { $0.isRetriable && !$0.isOfUnknownTopic }
        ) { open, isFirst in
            try await self.routeToController(open, isFirst: isFirst)
        } ask: { cluster, errand in
            let names = errand.keys.sorted()
            let response = try await cluster.ask(errand.target, timeout: errand.timeLeft, attempts: 1) { version in
                DeleteTopicsRequest(names: names, timeoutMs: timeoutMs, version: version)
            }
            return response.topics.reduce(into: [:]) { outcomes, topic in
                guard let name = topic.name else { return }
                let action = "cannot delete topic '\(name)'"
                outcomes[name] = Result(
                    cluster.error(topic.errorCode, name, action, topic.errorMessage, needs: "Delete"), ())
            }
        }
        // Also one of which no broker could say whether it is there.
        for name in outcomes.keys { forget(name) }
        return outcomes
    }

    /// Deletes a topic with all its records.
    ///
    /// - Parameter name: the topic.
    /// - Throws: `KafkaClientError`: `.unknownTopic` when there is no such topic; another reason of the broker with its
    ///   ``KafkaClientError/brokerError``; or why no broker answered within the request timeout.
    ///
    /// Source: DeleteTopics, API key 20, versions 0 to 6.
    public func deleteTopic(_ name: String) async throws {
        try await deleteTopics([name])[name]!.get()
    }

    /// Adds partitions to topics. Keys that were in one partition may be in another one from then on.
    ///
    /// - Parameters:
    ///   - topics: how many partitions each topic is to have.
    ///   - validateOnly: whether nothing is added, only checked.
    /// - Returns: a result for each topic; an error is `.brokerError` with INVALID_PARTITIONS for a number that is not larger than
    ///   before, for example.
    /// - Throws: `CancellationError`; `KafkaClientError`: `.closed`, or why no broker could be asked.
    ///
    /// Source: CreatePartitions, API key 37, versions 0 to 3 (KIP-195).
    public func createPartitions(
        of topics: [String: NewPartitions], validateOnly: Bool = false
    ) async throws -> [String: Result<Void, KafkaClientError>] {
        let timeoutMs = brokerTimeoutMs
        let outcomes: Outcomes<String, Void> = try await gather(Set(topics.keys)) { open, isFirst in
            try await self.routeToController(open, isFirst: isFirst)
        } ask: { cluster, errand in
            var request = CreatePartitionsRequest()
            request.timeoutMs = timeoutMs
            request.validateOnly = validateOnly
            request.topics = errand.keys.sorted().map { CreatePartitionsRequest.Topic($0, topics[$0]!) }
            let made = request
            let response = try await cluster.ask(errand.target, timeout: errand.timeLeft, attempts: 1) { _ in made }
            return response.topics.reduce(into: [:]) { outcomes, topic in
                let action = "cannot add partitions to topic '\(topic.name)'"
                outcomes[topic.name] = Result(
                    cluster.error(topic.errorCode, topic.name, action, topic.errorMessage, needs: "Alter"), ())
            }
        }
        let grown = outcomes.filter { (try? $0.value.get()) != nil && metadata.topic($0.key) != nil }
        if !grown.isEmpty, !validateOnly { want(Array(grown.keys)) }
        return outcomes
    }

    /// The error that a code stands for; nil for none.
    func error(
        _ code: KafkaErrorCode, _ topic: String, _ action: String, _ message: String?, needs operation: String
    ) -> KafkaClientError? {
        code == .none ? nil : topicError(code, topic, action, message, needs: operation)
    }
}

extension CreateTopicsRequest.Topic {
    fileprivate init(_ topic: NewTopic) {
        let isAssigned = !topic.assignments.isEmpty
        self.init(
            name: topic.name, partitionCount: isAssigned ? -1 : topic.partitionCount,
            replicationFactor: isAssigned ? -1 : topic.replicationFactor,
            configs: topic.configuration.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: $0.value) })
        assignments = topic.assignments.enumerated().map { index, nodes in
            var assignment = CreateTopicsRequest.Assignment()
            assignment.partitionIndex = Int32(index)
            assignment.brokerIDs = nodes
            return assignment
        }
    }
}

extension CreatePartitionsRequest.Topic {
    fileprivate init(_ name: String, _ partitions: NewPartitions) {
        self.init()
        self.name = name
        count = partitions.totalCount
        if partitions.assignments.isEmpty { return }
        assignments = partitions.assignments.map { nodes in
            var assignment = CreatePartitionsRequest.Assignment()
            assignment.brokerIDs = nodes
            return assignment
        }
    }
}
