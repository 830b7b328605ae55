import KafkaCompression
import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// One family of errors: the same failure has the same code wherever it is met, and what is joined stays apart.
@Suite(.serialized, .timeLimit(.minutes(1))) struct ErrorFamilyTests {
    /// What a broker says of topics and batches, and the code that it has here.
    private static let codes: [(KafkaErrorCode, KafkaClientError.Code)] = [
        (.topicAuthorizationFailed, .notAuthorized), (.messageTooLarge, .recordTooLarge),
        (.recordListTooLarge, .recordTooLarge), (.invalidTopicException, .brokerError),
        (.clusterAuthorizationFailed, .notAuthorized), (.saslAuthenticationFailed, .authenticationFailed),
    ]

    @Test(arguments: codes)
    func `a broker's error has one code, in a delivery and in an answer`(
        brokerError: KafkaErrorCode, code: KafkaClientError.Code
    ) async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            fixture.broker.inject(FaultRule(.produce, effect: .error(brokerError)))
            let deliveries = try await fixture.deliver(try await fixture.makeBatches(["a"]))
            #expect(deliveries.map { $0.error?.code } == [code])
            #expect(deliveries.map { $0.error?.brokerError } == [brokerError])
        }
        #expect(KafkaClientError(brokerError, "elsewhere").code == code)
    }

    @Test func `a topic that does not exist is the same to a question, an append, and a lane`() async throws {
        try await withFixture(requestTimeout: .milliseconds(300)) { fixture in
            let asked = try await clientError { _ = try await fixture.cluster.describe("none") }
            let sink = BatchCollector()
            let builder = try BuilderLane(on: fixture.loop, topics: fixture.cluster, to: sink)
            let appended = try await clientError { try await builder.append(RecordChunk(), to: "none") }
            let fixed = try await clientError { _ = try FixedTopics(["t": 1]).partitionCount(of: "none") }
            await builder.finish()
            #expect([asked.code, appended.code, fixed.code] == [.unknownTopic, .unknownTopic, .unknownTopic])
        }
    }

    @Test func `a partition that does not exist is the same to a builder, a primitive, and a lane`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            let builder = try BuilderLane(on: fixture.loop, topics: fixture.cluster, to: BatchCollector())
            var chunk = RecordChunk()
            try chunk.append(value: [1])
            let appended = try await clientError { [chunk] in try await builder.append(chunk, to: "t", partition: 7) }
            let primitive = try await clientError {
                _ = try await PartitionFetcher(topic: "t", partition: 7, cluster: fixture.cluster, on: fixture.loop)
            }
            let deliveries = try await fixture.deliver(try await fixture.makeBatches(["a"], partition: 7))
            await builder.finish()
            let delivered = try #require(deliveries.first?.error)
            #expect([appended.code, primitive.code, delivered.code] == Array(repeating: .unknownPartition, count: 3))
            #expect(Set([appended.message, primitive.message, delivered.message]).count == 1)
        }
    }

    @Test func `all that is wrong with a configuration is told at once, as values`() throws {
        var configuration = Producer.Configuration(linger: .seconds(-1), strategy: .sharded(lanes: 0))
        configuration.builder.batchByteCount = 1
        configuration.producer.attempts = 0
        configuration.producer.retryBackoffMax = .seconds(4000)
        let error = #expect(throws: KafkaClientError.self) { try configuration.validate() }
        let problems = (error?.causes ?? []).compactMap { $0 as? ConfigurationProblem }
        #expect(error?.code == .invalidConfiguration)
        #expect(
            problems.map(\.setting) == [
                "Producer.Configuration.strategy", "BuilderConfiguration.batchByteCount", "BuilderConfiguration.linger",
                "ProducerConfiguration.retryBackoffMax", "ProducerConfiguration.attempts",
            ])
        for problem in problems { #expect(error?.description.contains(problem.description) == true) }
    }

    @Test func `a configuration is checked by whatever is made of it`() async throws {
        try await withFixture { fixture in
            var bad = BuilderConfiguration()
            bad.memoryByteCountMax = 0
            var badConnection = ConnectionConfiguration()
            badConnection.connectTimeout = .zero
            var badProducer = ProducerConfiguration()
            badProducer.inFlightPerBrokerMax = 0
            let loop = fixture.loop
            let sink = BatchCollector()
            let made: [() async throws -> Void] = [
                { [bad] in _ = try BuilderLane(bad, on: loop, topics: fixture.cluster, to: sink) },
                { [bad] in _ = try ShardedBuilder(bad, on: [loop], topics: fixture.cluster, to: [sink]) },
                { [bad] in
                    _ = try SequentialBuilder(bad, on: loop, workersOn: [loop], topics: fixture.cluster, to: sink)
                },
                { [badProducer] in
                    _ = try ProducerLane(
                        badProducer, on: loop, cluster: fixture.cluster, deliveriesTo: DeliveryCollector())
                },
                { [badConnection] in
                    _ = try Cluster(
                        bootstrap: [Endpoint(host: "a", port: 1)], on: loop,
                        ClusterConfiguration(connection: badConnection))
                },
                { _ = try Cluster(bootstrap: [], on: loop) },
                { [badConnection] in
                    _ = try await PartitionProducer(
                        topic: "t", partition: 0, cluster: fixture.cluster, on: loop, badConnection)
                },
            ]
            for (index, make) in made.enumerated() {
                let error = try await clientError { try await make() }
                #expect(error.code == .invalidConfiguration && error.causes.count == 1, "number \(index)")
            }
        }
    }

    @Test func `addresses that are none are told of together, before anything is opened`() async throws {
        let error = try await clientError {
            var configuration = ClusterConfiguration()
            configuration.attempts = 0
            try await Client.withConnection(to: ["broker", "broker:0", "ok:1"], configuration) { _ in
                _ = Issue.record("it was opened")
            }
        }
        #expect(error.code == .invalidConfiguration && error.causes.count == 3)
    }

    @Test func `a user's mistake throws`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            let loop = fixture.loop
            let sink = BatchCollector()
            let producer = try await PartitionProducer(topic: "t", partition: 0, cluster: fixture.cluster, on: loop)
            let batch = try await fixture.makeBatches(["a"])[0]
            let bytes: [UInt8] = [1, 2, 3]
            let arena = try RecordArena(bytes: bytes.span.bytes)
            let mistakes: [() async throws -> Void] = [
                { _ = try EventLoopGroup.start(count: 0) },
                { _ = try EventLoopGroup.start(count: 1 << 20) },
                { _ = try ShardedBuilder(on: [loop], topics: fixture.cluster, to: []) },
                { _ = try ShardedBuilder(on: [], topics: fixture.cluster, to: []) },
                { _ = try SequentialBuilder(on: loop, workersOn: [], topics: fixture.cluster, to: sink) },
                { _ = try RoundRobinPartitioner(start: -1, stride: 1) },
                { _ = try StickyPartitioner(start: 0, stride: 0) },
                { _ = try KeyPartitioner.murmur2.rotating(from: 0, by: .max) },
                { _ = try await producer.produce(batch, acks: .none) },
                {
                    var chunk = RecordChunk(sharing: arena)
                    try chunk.append(value: [1])
                },
                {
                    var chunk = RecordChunk(sharing: arena)
                    try chunk.append(keyAt: nil, valueAt: 1..<4)
                },
                {
                    var chunk = RecordChunk(sharing: arena)
                    try chunk.append(keyAt: -1..<1, valueAt: nil)
                },
            ]
            for (index, mistake) in mistakes.enumerated() {
                let error = try? await clientError { try await mistake() }
                #expect(error?.code == .invalidArgument, "number \(index)")
            }
            await producer.close()
        }
    }

    @Test func `lanes that refuse records tell of the chunk, not of their parts`() async throws {
        try await withFixture(loops: 2) { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            let builder = try ShardedBuilder(
                BuilderConfiguration(batchByteCount: 512, batchByteCountMax: 512, partitioner: RoundRobinPartitioner()),
                on: fixture.loops, topics: fixture.cluster, to: [BatchCollector(), BatchCollector()])
            var chunk = RecordChunk()
            for size in [10, 10, 1000, 2000, 10] { try chunk.append(value: [UInt8](repeating: 1, count: size)) }
            let error = try await clientError { [chunk] in try await builder.append(chunk, to: "t") }
            await builder.finish()
            #expect(error.code == .recordTooLarge && error.takenRecordCount == 3)
            #expect(error.message.contains("record 2 of the chunk") && error.message.contains("2 of 5"))
        }
    }

    @Test func `codecs and batches share the codes`() throws {
        let level = #expect(throws: CodecError.self) { try Codec.zstd(level: 99) }
        #expect(level?.code == .invalidConfiguration)
        let corrupt = #expect(throws: KafkaClientError.self) {
            _ = try RecordReader().forEachRecord(in: [UInt8](repeating: 0, count: 100), from: 0) { _, _ in }
        }
        #expect(corrupt?.code == .corruptBatch)
        #expect((corrupt?.underlying as? any KafkaError)?.code == .corruptBatch)
    }

    @Test func `a summary keeps the first failure of each kind`() async throws {
        var summary = DeliverySummary()
        summary.count(failed: 3, KafkaClientError(.closed, "first"))
        summary.count(failed: 2, KafkaClientError(.closed, "second"))
        summary.count(failed: 1, KafkaClientError(.messageTooLarge, "third"))
        let error = #expect(throws: KafkaClientError.self) { try summary.throwIfFailed() }
        #expect(summary.failedRecords == 6 && error?.code == .closed)
        #expect(error?.causes.compactMap { ($0 as? KafkaClientError)?.code } == [.closed, .recordTooLarge])
    }
}
