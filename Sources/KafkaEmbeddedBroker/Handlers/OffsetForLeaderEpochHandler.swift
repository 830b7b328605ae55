import KafkaProtocol

extension Session {
    /// Tells where leader epochs end (KIP-320).
    func handleOffsetForLeaderEpoch(
        _ request: OffsetForLeaderEpochRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> OffsetForLeaderEpochResponse? {
        var response = OffsetForLeaderEpochResponse()
        response.throttleTimeMs = throttleMs
        response.topics = request.topics.map { asked in
            let topic = cluster.topic(named: asked.name)
            var answer = OffsetForLeaderEpochResponse.Topic()
            answer.name = asked.name
            answer.partitions = asked.partitions.map { partition in
                var result = OffsetForLeaderEpochResponse.Partition()
                result.index = partition.index
                let log = topic?.partition(partition.index)
                if let code = plan.error(topic: asked.name, partition: partition.index)
                    ?? plan.errorAfterStore(topic: asked.name, partition: partition.index)
                    ?? (log.map { $0.refusal(node: node.id, epoch: partition.currentLeaderEpoch) }
                        ?? .unknownTopicOrPartition)
                {
                    result.errorCode = code
                } else if let end = log?.end(ofEpoch: partition.leaderEpoch) {
                    result.leaderEpoch = end.epoch
                    result.endOffset = end.offset
                }
                return result
            }
            return answer
        }
        return response
    }
}

extension OffsetForLeaderEpochRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] {
        topics.flatMap { topic in
            topic.partitions.map { FaultScript.Target(topic: topic.name, partition: $0.index) }
        }
    }
}
