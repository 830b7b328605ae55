import KafkaProtocol

extension Cluster {
    /// Why a topic was not created or changed: the code that Kafka answers, and a sentence.
    struct Refusal: Error {
        let code: KafkaErrorCode
        let message: String
    }

    func topic(named name: String) -> Topic? { state.withLock { $0.topics[name] } }
    func topic(id: KafkaUUID) -> Topic? { state.withLock { $0.topicsByID[id] } }

    /// Sorted by name.
    var topics: [Topic] { state.withLock { $0.topics.values.sorted { $0.name < $1.name } } }

    /// Creates a topic, or says why not.
    ///
    /// - Parameters:
    ///   - partitionCount: nil is the configured default.
    ///   - replicationFactor: nil is one; more than there are nodes is refused.
    ///   - leaders: one for each partition, nil is round robin over the nodes.
    ///   - settings: as clients may change them later.
    ///   - isDryRun: check only.
    @discardableResult
    func createTopic(
        _ name: String, partitionCount: Int?, replicationFactor: Int? = nil, leaders: [Int32]? = nil,
        settings: [IncrementalAlterConfigsRequest.Config] = [], isDryRun: Bool = false
    ) throws(Refusal) -> Topic {
        if let objection = TopicName.objection(to: name) {
            throw Refusal(code: .invalidTopicException, message: objection)
        }
        let count = partitionCount ?? configuration.defaultPartitionCount
        try Self.check(partitionCount: count)
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
            try checkRoom(count, beside: state.partitionCount)
            let changed = try state.settings.changed(.topic(name), by: settings)
            let topic = makeTopic(name, id: .random(), makePartitions(0..<count, of: state, leaders: leaders), state)
            if isDryRun { return topic }
            state.settings[.topic(name)] = changed
            state.add(topic)
            topic.messageByteCountMax.store(messageByteCountMax(of: name, state), ordering: .relaxed)
            return topic
        }
    }

    /// Gives false when there is no such topic.
    func deleteTopic(id: KafkaUUID) -> Bool {
        let topic = state.withLock { state -> Topic? in
            guard let topic = state.topicsByID[id] else { return nil }
            state.remove(topic)
            return topic
        }
        guard let topic else { return false }
        for partition in topic.partitions { release(partition.delete()) }
        groups.forget(topic: topic.name)
        shares.forget(topicID: topic.id)
        return true
    }

    /// Deletes a topic and creates another by its name in one step, with another id and empty partitions.
    func recreateTopic(_ name: String, partitionCount count: Int) throws(Refusal) {
        try Self.check(partitionCount: count)
        let old = try state.withLock { state throws(Refusal) in
            let old = try state.topic(name)
            try state.checkNodes()
            try checkRoom(count, beside: state.partitionCount - old.partitions.count)
            state.remove(old)
            state.add(makeTopic(name, id: .random(), makePartitions(0..<count, of: state), state))
            return old
        }
        for partition in old.partitions { release(partition.delete()) }
        groups.forget(topic: name)
        shares.forget(topicID: old.id)
    }

    /// Adds partitions to a topic until there are `count`. The new ones are led by the nodes in turn.
    ///
    /// - Parameters:
    ///   - leaders: one for each new partition, nil is round robin over the nodes.
    ///   - isDryRun: check only.
    func addPartitions(
        _ name: String, to count: Int, leaders: [Int32]? = nil, isDryRun: Bool = false
    ) throws(Refusal) {
        try state.withLock { state throws(Refusal) in
            let old = try state.topic(name)
            let oldCount = old.partitions.count
            guard count > oldCount else {
                throw Refusal(
                    code: .invalidPartitions,
                    message: "topic \"\(name)\" has \(oldCount) partitions already, \(count) were asked for")
            }
            try state.checkNodes()
            try checkRoom(count, beside: state.partitionCount - oldCount)
            if let leaders, leaders.count != count - oldCount {
                throw Refusal(
                    code: .invalidReplicaAssignment,
                    message: "\(leaders.count) partitions are assigned, \(count - oldCount) are new")
            }
            if isDryRun { return }
            let added = makePartitions(oldCount..<count, of: state, leaders: leaders)
            state.replace(old, with: makeTopic(name, id: old.id, old.partitions + added, state))
        }
    }

    private func makeTopic(
        _ name: String, id: KafkaUUID, _ partitions: [PartitionLog], _ state: borrowing State
    ) -> Topic {
        Topic(
            name: name, id: id, partitions: partitions, messageByteCountMax: messageByteCountMax(of: name, state))
    }

    private static func check(partitionCount count: Int) throws(Refusal) {
        guard count > 0 else {
            throw Refusal(code: .invalidPartitions, message: "a topic must have a partition, \(count) were asked for")
        }
    }

    private func checkRoom(_ count: Int, beside others: Int) throws(Refusal) {
        guard count <= configuration.partitionCountMax - others else {
            throw Refusal(
                code: .policyViolation,
                message: "\(count) partitions would exceed the \(configuration.partitionCountMax) allowed here")
        }
    }

    private func makePartitions(
        _ indices: Range<Int>, of state: borrowing State, leaders: [Int32]? = nil
    ) -> [PartitionLog] {
        indices.map { index in
            PartitionLog(
                index: Int32(index),
                leader: leaders?[index - indices.lowerBound]
                    ?? state.nodes[(state.nextLeader + index - indices.lowerBound) % state.nodes.count].id,
                isKeeping: configuration.logPolicy != .drop)
        }
    }
}

extension Cluster.State {
    func topic(_ name: String) throws(Cluster.Refusal) -> Topic {
        guard let topic = topics[name] else {
            throw Cluster.Refusal(code: .unknownTopicOrPartition, message: "there is no topic \"\(name)\"")
        }
        return topic
    }

    fileprivate func checkNodes() throws(Cluster.Refusal) {
        if nodes.isEmpty {
            throw Cluster.Refusal(code: .brokerNotAvailable, message: "no broker is running that could lead partitions")
        }
    }

    fileprivate mutating func add(_ topic: Topic) {
        topics[topic.name] = topic
        topicsByID[topic.id] = topic
        partitionCount += topic.partitions.count
        advanceLeader(by: topic.partitions.count)
        noteTopicChange()
    }

    fileprivate mutating func replace(_ old: Topic, with grown: Topic) {
        topics[grown.name] = grown
        topicsByID[grown.id] = grown
        let added = grown.partitions.count - old.partitions.count
        partitionCount += added
        advanceLeader(by: added)
        old.markOutdated()
        noteTopicChange()
    }

    fileprivate mutating func remove(_ topic: Topic) {
        topics[topic.name] = nil
        topicsByID[topic.id] = nil
        partitionCount -= topic.partitions.count
        settings[.topic(topic.name)] = [:]
        topic.markOutdated()
        deleted.add(topic, topic.partitions.map(\.statistics))
        noteTopicChange()
    }

    private mutating func noteTopicChange() {
        topicVersion += 1
        groupTopics = nil
    }

    private mutating func advanceLeader(by count: Int) {
        nextLeader = (nextLeader + count) % max(1, nodes.count)
    }
}
