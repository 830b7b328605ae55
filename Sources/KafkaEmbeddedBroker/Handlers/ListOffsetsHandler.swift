import KafkaProtocol

extension Session {
    func handleListOffsets(
        _ request: ListOffsetsRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> ListOffsetsResponse? {
        var response = ListOffsetsResponse()
        response.throttleTimeMs = throttleMs
        response.topics = request.topics.map { asked in
            let topic = cluster.topic(named: asked.name)
            let partitions = asked.partitions.map { partition in
                var answer = ListOffsetsResponse.Partition()
                answer.index = partition.index
                let log = topic?.partition(partition.index)
                if let code = plan.error(topic: asked.name, partition: partition.index)
                    ?? plan.errorAfterStore(topic: asked.name, partition: partition.index)
                    ?? (log.map { $0.refusal(node: node.id, epoch: partition.currentLeaderEpoch) }
                        ?? .unknownTopicOrPartition)
                {
                    answer.errorCode = code
                } else if let log {
                    let found = log.offset(at: partition.timestamp, isCommitted: request.isolationLevel == 1)
                    answer.offset = found.offset
                    answer.timestamp = found.timestampMs
                    if header.apiVersion >= 4 { answer.leaderEpoch = log.leadership.leaderEpoch }
                }
                return answer
            }
            return ListOffsetsResponse.Topic(name: asked.name, partitions: partitions)
        }
        return response
    }
}

extension ListOffsetsResponse.Topic {
    fileprivate init(name: String, partitions: [ListOffsetsResponse.Partition]) {
        self.init()
        self.name = name
        self.partitions = partitions
    }
}

extension ListOffsetsRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] {
        topics.flatMap { topic in
            topic.partitions.map { FaultScript.Target(topic: topic.name, partition: $0.index) }
        }
    }
}
