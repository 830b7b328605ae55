import KafkaProtocol

extension Session {
    func handleMetadata(_ request: MetadataRequest, _ header: RequestHeader, _ plan: FaultPlan) -> MetadataResponse? {
        var response = MetadataResponse()
        response.throttleTimeMs = throttleMs
        let frozen = cluster.frozenMetadata(of: node.id)
        response.brokers = (frozen?.nodes ?? cluster.advertisedNodes).map {
            MetadataResponse.Broker(nodeID: $0.nodeID, host: $0.host, port: $0.port)
        }
        response.clusterID = cluster.id
        response.controllerID = frozen?.controllerID ?? cluster.controllerID
        let nodeIDs = cluster.nodes.map(\.id)
        if let topics = request.topics {
            let mayCreate =
                frozen == nil && cluster.configuration.autoCreatesTopics && request.allowAutoTopicCreation
            response.topics = topics.map { asked in
                find(asked, frozen, nodeIDs) ?? create(asked, nodeIDs, mayCreate: mayCreate)
            }
        } else {
            response.topics = frozen?.topics ?? cluster.topics.map { MetadataResponse.Topic($0, nodeIDs: nodeIDs) }
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

    private func find(
        _ asked: MetadataRequest.Topic, _ frozen: ClusterMetadata?, _ nodeIDs: [Int32]
    ) -> MetadataResponse.Topic? {
        if let frozen { return asked.name.map(frozen.topic(named:)) ?? frozen.topic(id: asked.topicID) }
        let topic = asked.name.map(cluster.topic(named:)) ?? cluster.topic(id: asked.topicID)
        return topic.map { MetadataResponse.Topic($0, nodeIDs: nodeIDs) }
    }

    /// Creates a topic that is not there, or says why not.
    private func create(
        _ asked: MetadataRequest.Topic, _ nodeIDs: [Int32], mayCreate: Bool
    ) -> MetadataResponse.Topic {
        var missing = MetadataResponse.Topic()
        missing.name = asked.name
        missing.topicID = asked.topicID
        guard let name = asked.name else {
            missing.errorCode = .unknownTopicId
            return missing
        }
        missing.errorCode = TopicName.objection(to: name) == nil ? .unknownTopicOrPartition : .invalidTopicException
        guard mayCreate, missing.errorCode == .unknownTopicOrPartition else { return missing }
        do {
            return MetadataResponse.Topic(try cluster.createTopic(name, partitionCount: nil), nodeIDs: nodeIDs)
        } catch {
            // Another connection may have created the topic meanwhile.
            if let topic = cluster.topic(named: name) { return MetadataResponse.Topic(topic, nodeIDs: nodeIDs) }
            missing.errorCode = error.code
            return missing
        }
    }
}

extension MetadataRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] {
        (topics ?? []).map { FaultScript.Target(topic: $0.name ?? cluster.topic(id: $0.topicID)?.name, partition: nil) }
    }
}
