import KafkaProtocol

/// Topics that come, go, grow and are made anew. All of it may be called at any time and from any thread; requests that are
/// served meanwhile see a topic either before or after the change.
extension EmbeddedBroker {
    /// Creates a topic. Its partitions are led by the brokers in turn.
    ///
    /// - Parameters:
    ///   - name: 1 to 249 ASCII letters, digits, `.`, `_` and `-`, but neither `.` nor `..`.
    ///   - partitions: the number of partitions, at least one.
    /// - Throws: `EmbeddedBrokerError`: `.notRunning` when no broker runs; `.topicRefused` when Kafka would refuse the
    ///   topic, with Kafka's error code in the message.
    public func createTopic(_ name: String, partitions: Int = 1) throws(EmbeddedBrokerError) {
        guard !cluster.nodes.isEmpty else {
            throw EmbeddedBrokerError(.notRunning, "no broker is running that could lead topic \"\(name)\"")
        }
        do {
            try cluster.createTopic(name, partitionCount: partitions)
        } catch {
            throw EmbeddedBrokerError(error)
        }
    }

    /// Adds partitions to a topic until there are `count`, as Kafka's CreatePartitions does. The new ones are led by the
    /// brokers in turn; the others stay as they are.
    ///
    /// - Parameters:
    ///   - topic: the topic's name.
    ///   - count: the number of partitions from now on, more than the topic has.
    /// - Throws: `EmbeddedBrokerError`: `.unknownTopic`; `.notRunning` when no broker runs; `.topicRefused` when Kafka would
    ///   refuse it, with INVALID_PARTITIONS or POLICY_VIOLATION in the message, and nothing is changed.
    public func addPartitions(_ topic: String, to count: Int) throws(EmbeddedBrokerError) {
        do {
            try cluster.addPartitions(topic, to: count)
        } catch {
            throw EmbeddedBrokerError(error)
        }
    }

    /// Deletes a topic and all that it holds.
    ///
    /// - Parameter name: the topic's name.
    /// - Throws: `EmbeddedBrokerError` with `.unknownTopic`.
    public func deleteTopic(_ name: String) throws(EmbeddedBrokerError) {
        guard let topic = cluster.topic(named: name), cluster.deleteTopic(id: topic.id) else {
            throw EmbeddedBrokerError(.unknownTopic, "there is no topic \"\(name)\"")
        }
    }

    /// Deletes a topic and creates another by its name, in one step: no request finds none. The other one has an id of its
    /// own, and its partitions are empty, with leader epochs that begin at 0 again.
    ///
    /// For a gap between the two call ``deleteTopic(_:)`` and later ``createTopic(_:partitions:)``. In the gap a metadata
    /// request may create the topic; see ``EmbeddedBrokerConfiguration/autoCreatesTopics``.
    ///
    /// - Parameters:
    ///   - name: the topic's name.
    ///   - partitions: the number of partitions of the other one, at least one: more, fewer or as many.
    /// - Throws: `EmbeddedBrokerError`: `.unknownTopic`; `.notRunning` when no broker runs; `.topicRefused` when Kafka would
    ///   refuse it, with Kafka's error code in the message, and nothing is changed.
    public func recreateTopic(_ name: String, partitions: Int) throws(EmbeddedBrokerError) {
        do {
            try cluster.recreateTopic(name, partitionCount: partitions)
        } catch {
            throw EmbeddedBrokerError(error)
        }
    }
}

extension EmbeddedBrokerError {
    fileprivate init(_ refusal: Cluster.Refusal) {
        switch refusal.code {
        case .unknownTopicOrPartition: self.init(.unknownTopic, refusal.message)
        case .brokerNotAvailable: self.init(.notRunning, refusal.message)
        default: self.init(.topicRefused, "\(refusal.code): \(refusal.message)")
        }
    }
}
