import KafkaProtocol
import KafkaTransport

/// Reads the answer to a produce request.
enum ProduceAnswer {
    /// An outcome for each item of the request, in order.
    static func outcomes(
        of request: ProduceQueue.Request, in frame: UnsafeRawBufferPointer, version: Int16, broker: Endpoint
    ) throws(WireError) -> [AttemptOutcome] {
        let response = try ResponseFrame.decode(ProduceResponse.self, version: version, frame)
        // Brokers mostly answer in the order of the request: then one walk over both suffices.
        var outcomes: [AttemptOutcome] = []
        outcomes.reserveCapacity(request.items.count)
        var answers = response.topics.makeIterator()
        var topic = answers.next()
        var index = 0
        for item in request.items {
            if let current = topic, index == current.partitions.count {
                topic = answers.next()
                index = 0
            }
            if let current = topic, matches(current, item), index < current.partitions.count,
                current.partitions[index].index == item.partition
            {
                outcomes.append(outcome(current.partitions[index]))
                index += 1
            } else {
                outcomes.append(search(response, item, broker))
            }
        }
        return outcomes
    }

    private static func matches(_ topic: ProduceResponse.Topic, _ item: ProduceQueue.Item) -> Bool {
        topic.topicID == .zero ? topic.name == item.topic : topic.topicID == item.topicID
    }

    private static func search(_ response: ProduceResponse, _ item: ProduceQueue.Item, _ broker: Endpoint)
        -> AttemptOutcome
    {
        for topic in response.topics where matches(topic, item) {
            for partition in topic.partitions where partition.index == item.partition { return outcome(partition) }
        }
        return .unanswered(
            KafkaClientError(
                .protocolViolation,
                "broker \(broker) did not answer for partition \(item.partition) of topic '\(item.topic)'"))
    }

    private static func outcome(_ partition: ProduceResponse.Partition) -> AttemptOutcome {
        if partition.errorCode == .none || partition.errorCode == .duplicateSequenceNumber {
            return .acknowledged(baseOffset: partition.baseOffset, logAppendTimeMs: partition.logAppendTimeMs)
        }
        return .refused(partition.errorCode, partition.errorMessage ?? partition.recordErrors.first?.message)
    }
}
