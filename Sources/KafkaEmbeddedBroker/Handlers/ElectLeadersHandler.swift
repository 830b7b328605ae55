import KafkaProtocol

extension Session {
    /// Has leaders elected (KIP-183, KIP-460). A partition has one replica here, on the node that leads it, and the preferred leader is the
    /// node that it was created with.
    func handleElectLeaders(
        _ request: ElectLeadersRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> ElectLeadersResponse? {
        var response = ElectLeadersResponse()
        response.throttleTimeMs = throttleMs
        guard (0...1).contains(request.electionType) else {
            response.errorCode = .invalidRequest
            return response
        }
        let isForAll = request.topics == nil
        let asked = request.topics ?? cluster.topics.map(ElectLeadersRequest.Topic.init)
        response.topics = asked.map { asked in
            let topic = cluster.topic(named: asked.name)
            var answer = ElectLeadersResponse.Topic()
            answer.name = asked.name
            answer.partitions = asked.partitions.compactMap { index in
                var result = ElectLeadersResponse.Partition()
                result.index = index
                result.errorCode =
                    plan.error(topic: asked.name, partition: index)
                    ?? topic?.partition(index).map {
                        cluster.electLeader(of: $0, isUnclean: request.electionType == 1)
                    } ?? .unknownTopicOrPartition
                // As in Kafka, of all partitions those are told that had an election.
                if isForAll, result.errorCode == .electionNotNeeded { return nil }
                if result.errorCode != .none { result.errorMessage = result.errorCode.message }
                return result
            }
            return answer
        }
        if isForAll { response.topics.removeAll { $0.partitions.isEmpty } }
        return response
    }
}

extension ElectLeadersRequest.Topic {
    fileprivate init(_ topic: Topic) {
        self.init()
        name = topic.name
        partitions = topic.partitions.map(\.index)
    }
}

extension ElectLeadersRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] {
        (topics ?? []).flatMap { topic in
            topic.partitions.map { FaultScript.Target(topic: topic.name, partition: $0) }
        }
    }
}
