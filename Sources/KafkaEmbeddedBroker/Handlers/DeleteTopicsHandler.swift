import KafkaProtocol

extension Session {
    func handleDeleteTopics(
        _ request: DeleteTopicsRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> DeleteTopicsResponse? {
        var response = DeleteTopicsResponse()
        response.throttleTimeMs = throttleMs
        response.topics = request.asked.map { asked in
            var answer = DeleteTopicsResponse.Topic()
            let topic = asked.name.map { cluster.topic(named: $0) } ?? cluster.topic(id: asked.topicID)
            answer.name = asked.name ?? topic?.name
            answer.topicID = topic?.id ?? asked.topicID
            if let code = plan.error(topic: answer.name) {
                answer.errorCode = code
            } else if let topic, cluster.deleteTopic(id: topic.id) {
                answer.errorCode = plan.errorAfterStore(topic: topic.name) ?? .none
            } else {
                answer.errorCode = asked.name == nil ? .unknownTopicId : .unknownTopicOrPartition
            }
            if answer.errorCode != .none { answer.errorMessage = answer.errorCode.message }
            return answer
        }
        return response
    }
}

extension DeleteTopicsRequest: TargetedRequest {
    /// What is to be deleted, in the form of the newest version.
    fileprivate var asked: [Topic] { topics + topicNames.map(Topic.init(name:)) }

    func targets(_ cluster: Cluster) -> [FaultScript.Target] {
        asked.map { FaultScript.Target(topic: $0.name ?? cluster.topic(id: $0.topicID)?.name, partition: nil) }
    }
}
