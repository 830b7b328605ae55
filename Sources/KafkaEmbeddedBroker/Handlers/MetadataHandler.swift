import KafkaProtocol

extension Session {
    func handleMetadata(_ request: MetadataRequest, _ header: RequestHeader, _ plan: FaultPlan) -> MetadataResponse? {
        var response = MetadataResponse()
        response.throttleTimeMs = throttleMs
        let nodes = cluster.nodes
        response.brokers = nodes.map {
            MetadataResponse.Broker(nodeID: $0.id, host: $0.endpoint.host, port: Int32($0.endpoint.port))
        }
        response.clusterID = cluster.id
        response.controllerID = nodes.first?.id ?? -1
        let nodeIDs = nodes.map(\.id)
        if let topics = request.topics {
            let mayCreate = cluster.configuration.autoCreatesTopics && request.allowAutoTopicCreation
            response.topics = topics.map { describe($0, nodeIDs, mayCreate: mayCreate) }
        } else {
            response.topics = cluster.topics.map { Self.describe($0, nodeIDs) }
        }
        for index in response.topics.indices {
            let name = response.topics[index].name
            if let code = plan.error(topic: name) ?? plan.errorAfterStore(topic: name) {
                response.topics[index].errorCode = code
                response.topics[index].partitions = []
            }
        }
        return response
    }

    private func describe(
        _ asked: MetadataRequest.Topic, _ nodeIDs: [Int32], mayCreate: Bool
    ) -> MetadataResponse.Topic {
        var missing = MetadataResponse.Topic()
        missing.name = asked.name
        missing.topicID = asked.topicID
        guard let name = asked.name else {
            if let topic = cluster.topic(id: asked.topicID) { return Self.describe(topic, nodeIDs) }
            missing.errorCode = .unknownTopicId
            return missing
        }
        if let topic = cluster.topic(named: name) { return Self.describe(topic, nodeIDs) }
        missing.errorCode = TopicName.objection(to: name) == nil ? .unknownTopicOrPartition : .invalidTopicException
        guard mayCreate, missing.errorCode == .unknownTopicOrPartition else { return missing }
        do {
            return Self.describe(try cluster.createTopic(name, partitionCount: nil), nodeIDs)
        } catch {
            // Another connection may have created the topic meanwhile.
            if let topic = cluster.topic(named: name) { return Self.describe(topic, nodeIDs) }
            missing.errorCode = error.code
            return missing
        }
    }

    private static func describe(_ topic: Topic, _ nodeIDs: [Int32]) -> MetadataResponse.Topic {
        var description = MetadataResponse.Topic()
        description.name = topic.name
        description.topicID = topic.id
        description.partitions = topic.partitions.map { partition in
            let leadership = partition.leadership
            var description = MetadataResponse.Partition()
            description.partitionIndex = partition.index
            description.leaderID = leadership.leaderID
            description.leaderEpoch = leadership.leaderEpoch
            if nodeIDs.contains(leadership.leaderID) {
                description.replicaNodes = [leadership.leaderID]
                description.isrNodes = [leadership.leaderID]
            } else {
                description.errorCode = .leaderNotAvailable
                description.leaderID = -1
            }
            return description
        }
        return description
    }
}

extension MetadataRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] {
        (topics ?? []).map { FaultScript.Target(topic: $0.name ?? cluster.topic(id: $0.topicID)?.name, partition: nil) }
    }
}
