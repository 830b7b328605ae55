import KafkaProtocol

extension Session {
    /// Deletes the records of partitions before an offset (KIP-107).
    func handleDeleteRecords(
        _ request: DeleteRecordsRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> DeleteRecordsResponse? {
        var response = DeleteRecordsResponse()
        response.throttleTimeMs = throttleMs
        response.topics = request.topics.map { asked in
            let topic = cluster.topic(named: asked.name)
            var answer = DeleteRecordsResponse.Topic()
            answer.name = asked.name
            answer.partitions = asked.partitions.map { partition in
                var result = DeleteRecordsResponse.Partition()
                result.index = partition.index
                result.lowWatermark = -1
                guard let log = topic?.partition(partition.index) else {
                    result.errorCode = .unknownTopicOrPartition
                    return result
                }
                if let code = plan.error(topic: asked.name, partition: partition.index)
                    ?? log.refusal(node: node.id, epoch: -1)
                {
                    result.errorCode = code
                } else if let deleted = log.deleteRecords(before: partition.offset) {
                    cluster.release(deleted.byteCount)
                    result.lowWatermark = deleted.startOffset
                    result.errorCode = plan.errorAfterStore(topic: asked.name, partition: partition.index) ?? .none
                } else {
                    result.errorCode = .offsetOutOfRange
                }
                return result
            }
            return answer
        }
        return response
    }
}

extension DeleteRecordsRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] {
        topics.flatMap { topic in
            topic.partitions.map { FaultScript.Target(topic: topic.name, partition: $0.index) }
        }
    }
}
