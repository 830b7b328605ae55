import KafkaProtocol
import KafkaTransport

extension Client {
    /// Creates a consumer that a program keeps, and ends with ``Consumer/close(_:)``.
    ///
    /// - Parameters:
    ///   - partitions: the partitions to read, and where to begin in each.
    ///   - configuration: how it reads.
    /// - Throws: `KafkaClientError`: `.invalidConfiguration`; `.unknownTopic` or `.unknownPartition`; `.systemResources` when no
    ///   thread could be started; why no broker answered. `CancellationError`.
    public func makeConsumer(
        of partitions: [TopicPartition: StartOffset], _ configuration: ConsumerConfiguration = ConsumerConfiguration()
    ) async throws -> Consumer {
        try ConfigurationCheck.throwIfAny(configuration.problems, for: "a consumer")
        for topic in Set(partitions.keys.map(\.topic)) {
            let count = try await cluster.describe(topic).partitions.count
            for partition in partitions.keys where partition.topic == topic {
                try PartitionBounds.check(partition.partition, of: topic, count)
            }
        }
        let loops = try EventLoopGroup.start(count: configuration.lanes, name: "kafka-consumer")
        let consumer = Consumer(
            configuration, cluster: cluster, connection: self.configuration.connection, on: loops.loops,
            ownLoops: loops,
            client: self)
        await consumer.add(partitions)
        return consumer
    }

    /// Creates a consumer of partitions, calls `body`, and closes the consumer.
    ///
    /// - Parameters:
    ///   - partitions: the partitions to read, and where to begin in each.
    ///   - configuration: how it reads.
    ///   - body: gets the consumer, which is closed when `body` ends.
    /// - Returns: what `body` returns.
    /// - Throws: the errors of ``makeConsumer(of:_:)``, or what `body` throws.
    public func withConsumer<Result: Sendable>(
        of partitions: [TopicPartition: StartOffset], _ configuration: ConsumerConfiguration = ConsumerConfiguration(),
        _ body: (Consumer) async throws -> Result
    ) async throws -> Result {
        let consumer = try await makeConsumer(of: partitions, configuration)
        return try await always {
            try await body(consumer)
        } thenCleanUp: {
            await consumer.close()
        }
    }

    /// Creates a consumer that is a member of a group, and joins the group. A program keeps it, and ends it with
    /// ``Consumer/close(_:)``.
    ///
    /// - Parameters:
    ///   - group: the group, its topics, and how it is a member.
    ///   - configuration: how it reads.
    /// - Throws: `KafkaClientError`: `.invalidConfiguration`; `.systemResources` when no thread could be started. Why it can't be
    ///   a member is thrown when the first batch is asked for.
    public func makeConsumer(
        in group: GroupConfiguration, _ configuration: ConsumerConfiguration = ConsumerConfiguration()
    ) async throws -> Consumer {
        try ConfigurationCheck.throwIfAny(group.problems + configuration.problems, for: "a consumer")
        let loops = try EventLoopGroup.start(count: configuration.lanes, name: "kafka-consumer")
        let consumer = Consumer(
            configuration, cluster: cluster, connection: self.configuration.connection, on: loops.loops,
            ownLoops: loops,
            client: self, group: group)
        await consumer.join()
        return consumer
    }

    /// Creates a consumer that is a member of a group, calls `body`, and closes the consumer.
    ///
    /// - Parameters:
    ///   - group: the group, its topics, and how it is a member.
    ///   - configuration: how it reads.
    ///   - body: gets the consumer, which leaves the group and is closed when `body` ends.
    /// - Returns: what `body` returns.
    /// - Throws: the errors of ``makeConsumer(in:_:)``, or what `body` throws.
    public func withConsumer<Result: Sendable>(
        in group: GroupConfiguration, _ configuration: ConsumerConfiguration = ConsumerConfiguration(),
        _ body: (Consumer) async throws -> Result
    ) async throws -> Result {
        let consumer = try await makeConsumer(in: group, configuration)
        return try await always {
            try await body(consumer)
        } thenCleanUp: {
            await consumer.close()
        }
    }

    /// Creates a consumer of all partitions that topics have now.
    ///
    /// - Parameters:
    ///   - topics: names of topics that exist.
    ///   - start: where to begin in each partition.
    ///   - configuration: how it reads.
    /// - Throws: the errors of ``makeConsumer(of:_:)``.
    public func makeConsumer(
        of topics: [String], from start: StartOffset, _ configuration: ConsumerConfiguration = ConsumerConfiguration()
    ) async throws -> Consumer {
        var partitions: [TopicPartition: StartOffset] = [:]
        for topic in topics {
            for index in try await cluster.describe(topic).partitions.indices {
                partitions[TopicPartition(topic, Int32(index))] = start
            }
        }
        return try await makeConsumer(of: partitions, configuration)
    }

    /// Creates a consumer of all partitions that topics have now, calls `body`, and closes the consumer.
    ///
    /// - Parameters:
    ///   - topics: names of topics that exist.
    ///   - start: where to begin in each partition.
    ///   - configuration: how it reads.
    ///   - body: gets the consumer, which is closed when `body` ends.
    /// - Returns: what `body` returns.
    /// - Throws: the errors of ``makeConsumer(of:_:)``, or what `body` throws.
    public func withConsumer<Result: Sendable>(
        of topics: [String], from start: StartOffset, _ configuration: ConsumerConfiguration = ConsumerConfiguration(),
        _ body: (Consumer) async throws -> Result
    ) async throws -> Result {
        let consumer = try await makeConsumer(of: topics, from: start, configuration)
        return try await always {
            try await body(consumer)
        } thenCleanUp: {
            await consumer.close()
        }
    }
}
