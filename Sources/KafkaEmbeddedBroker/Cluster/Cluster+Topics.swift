import KafkaProtocol

extension Cluster {
    /// Why a topic was not created: the code that Kafka answers, and a sentence.
    struct Refusal: Error {
        let code: KafkaErrorCode
        let message: String
    }

    /// Creates a topic, or says why not.
    ///
    /// - Parameters:
    ///   - partitionCount: nil is the configured default.
    ///   - replicationFactor: nil is one; more than there are nodes is refused.
    ///   - leaders: one for each partition, nil is round robin over the nodes.
    ///   - isDryRun: check only.
    @discardableResult
    func createTopic(
        _ name: String, partitionCount: Int?, replicationFactor: Int? = nil, leaders: [Int32]? = nil,
        isDryRun: Bool = false
    ) throws(Refusal) -> Topic {
        if let objection = TopicName.objection(to: name) {
            throw Refusal(code: .invalidTopicException, message: objection)
        }
        let count = partitionCount ?? configuration.defaultPartitionCount
        guard count > 0 else {
            throw Refusal(code: .invalidPartitions, message: "a topic must have a partition, \(count) were asked for")
        }
        return try state.withLock { state throws(Refusal) in
            guard state.topics[name] == nil else {
                throw Refusal(code: .topicAlreadyExists, message: "topic \"\(name)\" exists already")
            }
            let factor = replicationFactor ?? 1
            guard factor > 0, factor <= state.nodes.count else {
                throw Refusal(
                    code: .invalidReplicationFactor,
                    message: "a replication factor of \(factor) was asked for, \(state.nodes.count) brokers are there")
            }
            guard count <= configuration.partitionCountMax - state.partitionCount else {
                throw Refusal(
                    code: .policyViolation,
                    message: "\(count) partitions would exceed the \(configuration.partitionCountMax) allowed here")
            }
            let topic = Topic(
                name: name, id: .random(),
                partitions: (0..<count).map { index in
                    PartitionLog(
                        index: Int32(index),
                        leader: leaders?[index] ?? state.nodes[(state.nextLeader + index) % state.nodes.count].id,
                        isKeeping: configuration.logPolicy != .drop)
                })
            if !isDryRun { state.add(topic) }
            return topic
        }
    }

    /// Gives false when there is no such topic.
    func deleteTopic(_ topic: Topic) -> Bool {
        let isThere = state.withLock { state in
            guard state.topics[topic.name] === topic else { return false }
            state.topics[topic.name] = nil
            state.topicsByID[topic.id] = nil
            state.partitionCount -= topic.partitions.count
            topic.markDeleted()
            state.deleted.add(topic, topic.partitions.map(\.statistics))
            return true
        }
        if isThere {
            for partition in topic.partitions { release(partition.delete()) }
        }
        return isThere
    }
}

extension Cluster.State {
    fileprivate mutating func add(_ topic: Topic) {
        topics[topic.name] = topic
        topicsByID[topic.id] = topic
        partitionCount += topic.partitions.count
        nextLeader = (nextLeader + topic.partitions.count) % max(1, nodes.count)
    }
}
