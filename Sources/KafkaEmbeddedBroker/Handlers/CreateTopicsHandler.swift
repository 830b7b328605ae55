import KafkaProtocol

extension Session {
    func handleCreateTopics(
        _ request: CreateTopicsRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> CreateTopicsResponse? {
        var response = CreateTopicsResponse()
        response.throttleTimeMs = throttleMs
        var names: [String: Int] = [:]
        for topic in request.topics { names[topic.name, default: 0] += 1 }
        response.topics = request.topics.map { topic in
            if let code = plan.error(topic: topic.name) { return Self.refused(topic, code, code.message) }
            if names[topic.name] != 1 {
                return Self.refused(topic, .invalidRequest, "the request names topic \"\(topic.name)\" more than once")
            }
            let answer = create(topic, header, isDryRun: request.validateOnly)
            if let code = plan.errorAfterStore(topic: topic.name) { return Self.refused(topic, code, code.message) }
            return answer
        }
        return response
    }

    private func create(
        _ asked: CreateTopicsRequest.Topic, _ header: RequestHeader, isDryRun: Bool
    ) -> CreateTopicsResponse.Topic {
        do {
            let leaders = try Self.leaders(asked, nodes: cluster.nodes.map(\.id))
            let isDefault = header.apiVersion >= 4 || leaders != nil
            let topic = try cluster.createTopic(
                asked.name,
                partitionCount: leaders?.count
                    ?? (asked.partitionCount == -1 && isDefault ? nil : Int(asked.partitionCount)),
                replicationFactor: asked.replicationFactor == -1 && isDefault ? nil : Int(asked.replicationFactor),
                leaders: leaders, settings: asked.configs.map { .init(setting: $0.name, to: $0.value) },
                isDryRun: isDryRun)
            var answer = CreateTopicsResponse.Topic()
            answer.name = topic.name
            answer.topicID = isDryRun ? .zero : topic.id
            answer.partitionCount = Int32(topic.partitions.count)
            answer.replicationFactor = max(1, asked.replicationFactor)
            return answer
        } catch {
            return Self.refused(asked, error.code, error.message)
        }
    }

    /// The leaders of a topic whose brokers the request assigns: the first broker of each partition.
    private static func leaders(
        _ topic: CreateTopicsRequest.Topic, nodes: [Int32]
    ) throws(Cluster.Refusal) -> [Int32]? {
        if topic.assignments.isEmpty { return nil }
        guard topic.partitionCount == -1, topic.replicationFactor == -1 else {
            throw Cluster.Refusal(
                code: .invalidRequest,
                message: "both an assignment and a partition count or replication factor are given")
        }
        var leaders: [Int32] = []
        for (index, assignment) in topic.assignments.sorted(by: { $0.partitionIndex < $1.partitionIndex }).enumerated()
        {
            guard assignment.partitionIndex == Int32(index), let leader = assignment.brokerIDs.first,
                assignment.brokerIDs.allSatisfy(nodes.contains)
            else {
                throw Cluster.Refusal(
                    code: .invalidReplicaAssignment,
                    message: "the assignment must name partitions 0 to n-1 once, each with brokers that are there")
            }
            leaders.append(leader)
        }
        return leaders
    }

    private static func refused(
        _ topic: CreateTopicsRequest.Topic, _ code: KafkaErrorCode, _ message: String
    ) -> CreateTopicsResponse.Topic {
        var answer = CreateTopicsResponse.Topic()
        answer.name = topic.name
        answer.errorCode = code
        answer.errorMessage = message
        return answer
    }
}

extension CreateTopicsRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] {
        topics.map { FaultScript.Target(topic: $0.name, partition: nil) }
    }
}
