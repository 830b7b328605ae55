import KafkaProtocol
import KafkaTransport

/// The answer to a produce request.
struct ProduceAnswer {
    /// An outcome for each item of the request, in order.
    let outcomes: [AttemptOutcome]
    /// How long the broker throttles this client (KIP-219); zero when it does not.
    var throttled = Duration.zero
    /// How long the broker had the request, in ns; -1 where it does not say.
    var serviceTimeNs: Int64 = -1
    /// The topics that the broker does not know as the request named them.
    var doubted: Set<String> = []
    /// Which brokers lead the partitions that this one leads no longer, and where they are (KIP-951).
    var hints: [LeaderHint] = []
    var endpoints: [NodeEndpoint] = []

    /// Whether all was stored.
    var isSuccess: Bool {
        outcomes.allSatisfy { if case .acknowledged = $0 { true } else { false } }
    }

    /// The answer that brokers don't give to acks 0: what was sent counts as stored.
    init(assuming request: ProduceQueue.Request) {
        outcomes = request.items.map { _ in .acknowledged(baseOffset: -1, logAppendTimeMs: -1) }
    }

    init(
        to request: ProduceQueue.Request, in frame: UnsafeRawBufferPointer, version: Int16, broker: Endpoint
    ) throws(WireError) {
        let response = try ResponseFrame.decode(ProduceResponse.self, version: version, frame)
        outcomes = Self.outcomes(of: request, in: response, broker: broker)
        serviceTimeNs = max(-1, response.serviceTimeNs)
        // Before version 6 (KIP-219) the broker has waited itself.
        if version >= 6, response.throttleTimeMs > 0 { throttled = .milliseconds(Int(response.throttleTimeMs)) }
        for (item, outcome) in zip(request.items, outcomes) {
            guard case .refused(let code, _) = outcome else { continue }
            // A topic's id says for sure that it is the same one.
            if code.deniesTopic || code == .notLeaderOrFollower && version < 13 { doubted.insert(item.topic) }
        }
        guard outcomes.contains(where: \.saysMoved) else { return }
        endpoints = response.nodeEndpoints
        for topic in response.topics {
            guard let item = request.items.first(where: { Self.matches(topic, $0) }) else { continue }
            for partition in topic.partitions where partition.currentLeader.leaderID >= 0 {
                hints.append(
                    LeaderHint(
                        topic: item.topic, topicID: item.topicID, partition: partition.index,
                        leader: partition.currentLeader.leaderID, leaderEpoch: partition.currentLeader.leaderEpoch))
            }
        }
    }

    private static func outcomes(
        of request: ProduceQueue.Request, in response: ProduceResponse, broker: Endpoint
    ) -> [AttemptOutcome] {
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
