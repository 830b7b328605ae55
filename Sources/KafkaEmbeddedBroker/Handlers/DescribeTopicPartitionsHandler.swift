import KafkaProtocol

extension Session {
    /// Tells topics and their partitions, page by page, in the order of names (KIP-966).
    func handleDescribeTopicPartitions(
        _ request: DescribeTopicPartitionsRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> DescribeTopicPartitionsResponse? {
        var response = DescribeTopicPartitionsResponse()
        response.throttleTimeMs = throttleMs
        let nodeIDs = cluster.nodes.map(\.id)
        let isForAll = request.topics.isEmpty
        var names = isForAll ? cluster.topics.map(\.name) : Set(request.topics.map(\.name)).sorted()
        if let cursor = request.cursor { names.removeAll { $0 < cursor.topicName } }
        var countLeft = min(max(1, Int(request.responsePartitionLimit)), Self.partitionCountMax)
        for name in names {
            guard let topic = cluster.topic(named: name) else {
                // It may have gone meanwhile.
                if isForAll { continue }
                var missing = DescribeTopicPartitionsResponse.Topic()
                missing.name = name
                missing.errorCode =
                    TopicName.objection(to: name) == nil ? .unknownTopicOrPartition : .invalidTopicException
                response.topics.append(missing)
                continue
            }
            if let code = plan.error(topic: name) ?? plan.errorAfterStore(topic: name) {
                var refused = DescribeTopicPartitionsResponse.Topic()
                refused.name = name
                refused.errorCode = code
                response.topics.append(refused)
                continue
            }
            let described = MetadataResponse.Topic(topic, nodeIDs: nodeIDs)
            let first = request.cursor.flatMap { $0.topicName == name ? max(0, Int($0.partitionIndex)) : nil } ?? 0
            let page = described.partitions.dropFirst(first).prefix(countLeft)
            countLeft -= page.count
            response.topics.append(DescribeTopicPartitionsResponse.Topic(described, page))
            let next = first + page.count
            if next < described.partitions.count {
                response.nextCursor = TopicPartitionCursor(name, next)
                return response
            }
            if countLeft == 0, let following = names.first(where: { $0 > name }) {
                response.nextCursor = TopicPartitionCursor(following, 0)
                return response
            }
        }
        return response
    }

    /// Kafka's `max.request.partition.size.limit`.
    private static let partitionCountMax = 2000
}

extension TopicPartitionCursor {
    fileprivate init(_ topic: String, _ partition: Int) {
        self.init()
        topicName = topic
        partitionIndex = Int32(partition)
    }
}

extension DescribeTopicPartitionsResponse.Topic {
    fileprivate init(_ topic: MetadataResponse.Topic, _ page: some Sequence<MetadataResponse.Partition>) {
        self.init()
        name = topic.name
        topicID = topic.topicID
        partitions = page.map { partition in
            var described = DescribeTopicPartitionsResponse.Partition()
            described.errorCode = partition.errorCode
            described.index = partition.partitionIndex
            described.leaderID = partition.leaderID
            described.leaderEpoch = partition.leaderEpoch
            described.replicaNodes = partition.replicaNodes
            described.isrNodes = partition.isrNodes
            described.eligibleLeaderReplicas = []
            described.lastKnownELR = []
            return described
        }
    }
}

extension DescribeTopicPartitionsRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] {
        topics.map { FaultScript.Target(topic: $0.name, partition: nil) }
    }
}
