import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaClient

/// Topics that change under a producer that has used them for long.
@Suite(.serialized, .timeLimit(.minutes(1))) struct TopicChangeTests {
    @Test(arguments: [1, 2]) func `a topic that grows is used to its full width within the max age`(lanes: Int)
        async throws
    {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            let facts = try await withSteadyProducer(to: fixture.endpoints, lanes: lanes) { cluster, _ in
                cluster.metadataMaxAge = .milliseconds(300)
            } _: { steady in
                try await eventually { steady.now.partitions(of: "t") == [0, 1] }
                try fixture.broker.addPartitions("t", to: 12)
                let begin = MonotonicInstant.now
                try await eventually { steady.now.partitions(of: "t") == Set(0..<12) }
                #expect(.now - begin < .seconds(1))
            }
            #expect(facts.failures == [:] && facts.refusedCodes == [:])
            #expect(facts.acknowledgedCount == facts.appendedCount)
        }
    }

    @Test(arguments: [1, 2]) func `a topic that grows is used to its full width at once after a refresh`(lanes: Int)
        async throws
    {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            _ = try await withSteadyProducer(to: fixture.endpoints, lanes: lanes) { steady in
                try await eventually { steady.now.partitions(of: "t") == [0, 1] }
                try fixture.broker.addPartitions("t", to: 12)
                try await Task.sleep(for: .milliseconds(100))
                #expect(steady.now.partitions(of: "t") == [0, 1])
                try await steady.refresh()
                try await eventually { steady.now.partitions(of: "t") == Set(0..<12) }
            }
        }
    }

    /// A lane that has not heard of new partitions would go on with the old number.
    @Test(arguments: BuilderStrategy.allCases)
    func `all lanes choose among the same partitions, also those that nobody told`(strategy: BuilderStrategy)
        async throws
    {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            let configuration = BuilderConfiguration(
                linger: .seconds(60), partitioner: CustomPartitioner { _, count in Int32(count - 1) })
            try await BuilderBench.with(strategy, configuration, topics: fixture.cluster) { bench in
                try await bench.builder.append(.numbered(0..<3), to: "t")
                try fixture.broker.addPartitions("t", to: 7)
                _ = try await fixture.cluster.refresh([])
                for _ in 0..<4 { try await bench.builder.append(.numbered(0..<3), to: "t") }
                await bench.builder.flush()
                #expect(bench.sink.recordsByPartition.mapValues(\.count) == [1: 3, 6: 12])
            }
        }
    }

    @Test(arguments: [(1, 2), (1, 12), (2, 2), (2, 12)])
    func `a topic made anew is produced to, and other topics never wait for it`(lanes: Int, count: Int) async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 6)
            try fixture.broker.createTopic("other", partitions: 2)
            let facts = try await withSteadyProducer(
                to: fixture.endpoints, topics: ["t", "other"], lanes: lanes
            ) { steady in
                try await eventually { steady.now.partitions(of: "t") == Set(0..<6) }
                steady.forgetGaps()
                try fixture.broker.recreateTopic("t", partitions: count)
                let begin = MonotonicInstant.now
                try await eventually {
                    fixture.broker.statistics.topics["t"]?.allSatisfy { $0.recordCount > 0 } == true
                }
                #expect(.now - begin < .seconds(2))
                try await Task.sleep(for: .milliseconds(300))
                #expect(steady.now.gap(of: "other") < .seconds(1))
            }
            // What waited for partitions that are gone fails and says so; nothing else does.
            #expect(facts.failures.keys.allSatisfy { $0 == .unknownPartition }, "\(facts.failures)")
            #expect(facts.failures.isEmpty || facts.lastFailure?.message.contains("made anew") == true)
            #expect(facts.acknowledgedCount + facts.failures.values.reduce(0, +) == facts.appendedCount)
            #expect(facts.lastEvents.contains { if case .topicMadeAnew("t", 6, count) = $0 { true } else { false } })
        }
    }

    @Test func `records of a topic that is gone fail within seconds, and go again when it is back`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 3)
            try fixture.broker.createTopic("other")
            let facts = try await withSteadyProducer(to: fixture.endpoints, topics: ["t", "other"]) {
                cluster, producer in
                cluster.missingTopicTimeMax = .milliseconds(800)
                producer.builder.memoryByteCountMax = 1 << 20
            } _: { steady in
                try await eventually { steady.now.partitions(of: "t") == Set(0..<3) }
                steady.forgetGaps()
                try fixture.broker.deleteTopic("t")
                let begin = MonotonicInstant.now
                try await eventually { steady.now.refusedCodes[.unknownTopic, default: 0] > 0 }
                #expect(.now - begin < .seconds(3))
                #expect(steady.now.failures[.unknownTopic, default: 0] > 0)
                #expect(steady.now.gap(of: "other") < .seconds(1))
                try fixture.broker.createTopic("t", partitions: 2)
                try await eventually {
                    fixture.broker.statistics.topics["t"]?.allSatisfy { $0.recordCount > 0 } == true
                }
            }
            #expect(Set(facts.failures.keys) == [.unknownTopic], "\(facts.failures)")
            #expect(facts.acknowledgedCount + facts.failures.values.reduce(0, +) == facts.appendedCount)
        }
    }

    @Test(arguments: [false, true])
    func `records wait for a topic that is away for a while, also without memory for more`(byKeys: Bool) async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 3)
            let facts = try await withSteadyProducer(to: fixture.endpoints, keyed: byKeys) { _, producer in
                producer.builder.memoryByteCountMax = 1 << 20
            } _: { steady in
                try await eventually { steady.now.partitions(of: "t") == Set(0..<3) }
                try fixture.broker.deleteTopic("t")
                try await Task.sleep(for: .seconds(2))
                try fixture.broker.createTopic("t", partitions: 3)
                try await eventually {
                    fixture.broker.statistics.topics["t"]?.allSatisfy { $0.recordCount > 0 } == true
                }
            }
            #expect(facts.failures == [:] && facts.refusedCodes == [:])
            #expect(facts.acknowledgedCount == facts.appendedCount)
        }
    }

    @Test func `a lane that first uses a topic while one broker does not know it sends all the same`() async throws {
        try await withFixture(brokers: 3) { fixture in
            try fixture.broker.freezeMetadata(of: 1)
            try fixture.broker.createTopic("t", partitions: 2)
            let cluster = fixture.cluster
            _ = try await cluster.describe("t")
            var missing = MetadataResponse()
            missing.topics = [.init()]
            missing.topics[0].name = "t"
            missing.topics[0].errorCode = .unknownTopicOrPartition
            try cluster.metadata.apply(missing, from: fixture.endpoints[0], now: .now)
            let begin = MonotonicInstant.now
            let deliveries = try await fixture.deliver(try await fixture.makeBatches(["a", "b"]))
            #expect(deliveries.map(\.isAcknowledged) == [true, true])
            #expect(.now - begin < .seconds(2))
        }
    }

    @Test func `one broker that does not know a topic fails nothing, under load and with little memory`() async throws {
        try await withFixture(brokers: 3) { fixture in
            try fixture.broker.freezeMetadata(of: 1)
            try fixture.broker.createTopic("t", partitions: 6)
            let facts = try await withSteadyProducer(to: fixture.endpoints) { cluster, producer in
                cluster.metadataMaxAge = .milliseconds(50)
                cluster.missingTopicTimeMax = .milliseconds(500)
                producer.builder.memoryByteCountMax = 1 << 20
            } _: { steady in
                try await eventually { steady.now.partitions(of: "t").count == 6 }
                try await Task.sleep(for: .seconds(3))
            }
            #expect(facts.failures == [:] && facts.refusedCodes == [:])
            #expect(facts.acknowledgedCount == facts.appendedCount)
        }
    }

    @Test func `what is meant for a partition without a leader waits, and the others go on`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 4)
            let facts = try await withSteadyProducer(to: fixture.endpoints) { steady in
                try await eventually { steady.now.partitions(of: "t") == Set(0..<4) }
                try fixture.broker.removeLeader("t", 1)
                steady.forgetGaps()
                let before = fixture.broker.statistics.requestCounts[.metadata, default: 0]
                try await Task.sleep(for: .seconds(2))
                let asked = fixture.broker.statistics.requestCounts[.metadata, default: 0] - before
                #expect((2...12).contains(asked), "\(asked) questions in two seconds")
                let gaps = steady.now.longestGap
                #expect(gaps["t/0"]! < .seconds(1) && gaps["t/2"]! < .seconds(1) && gaps["t/3"]! < .seconds(1))
                try fixture.broker.moveLeader("t", 1, to: 1)
                try await eventually { steady.now.longestGap["t/1", default: .zero] > .seconds(2) }
            }
            #expect(facts.failures == [:] && facts.acknowledgedCount == facts.appendedCount)
        }
    }

    @Test func `a partition that one broker does not know yet is not refused`() async throws {
        try await withFixture(brokers: 3) { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            for node: Int32 in 1...2 { try fixture.broker.freezeMetadata(of: node) }
            try fixture.broker.addPartitions("t", to: 6)
            for partition: Int32 in 2..<6 {
                let cluster = try Cluster(bootstrap: fixture.endpoints, on: fixture.loop)
                let sink = DeliveryCollector()
                let lane = try ProducerLane(.fast(), on: fixture.loop, cluster: cluster, deliveriesTo: sink)
                lane.accept(try await fixture.makeBatches(["a"], partition: 0))
                lane.accept(try await fixture.makeBatches(["b"], partition: partition))
                try await lane.drain()
                #expect(sink.deliveries.map(\.isAcknowledged) == [true, true])
                await lane.close()
                await cluster.close()
            }
        }
    }
}
