import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// Members that read the topics whose names match a regular expression.
@Suite(.serialized, .timeLimit(.minutes(1))) struct PatternSubscriptionTests {
    private func withMember(
        _ pattern: String, _ groupProtocol: GroupConfiguration.GroupProtocol, topics: Set<String> = [],
        _ fixture: NetworkFixture, _ body: (Consumer) async throws -> Void
    ) async throws {
        let loops = try EventLoopGroup(count: 1, name: "member")
        var configuration = ClusterConfiguration.fast(fixture.connection)
        configuration.metadataMaxAge = .milliseconds(50)
        let cluster = try Cluster(bootstrap: fixture.endpoints, on: fixture.loop, configuration)
        let group = GroupConfiguration(
            groupID: "g", topics: topics, topicPattern: pattern, groupProtocol: groupProtocol,
            heartbeatInterval: .milliseconds(50))
        #expect(group.problems.isEmpty)
        let consumer = Consumer(
            ConsumerConfiguration(maxWait: .milliseconds(20)), cluster: cluster, connection: fixture.connection,
            on: loops.loops, ownLoops: loops, group: group)
        await consumer.join()
        var failure: (any Error)?
        do { try await body(consumer) } catch { failure = error }
        await consumer.close()
        await cluster.close()
        if let failure { throw failure }
    }

    private func wait(for topics: Set<String>, _ consumer: Consumer) async throws {
        for _ in 0..<1000 {
            if await Set(consumer.partitions.keys.map(\.topic)) == topics { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        let found = await Set(consumer.partitions.keys.map(\.topic))
        Issue.record("waited in vain for \(topics), the consumer has \(found)")
    }

    @Test(arguments: [GroupConfiguration.GroupProtocol.classic, .consumer])
    func `topics are read that match, and those that are created later`(kind: GroupConfiguration.GroupProtocol)
        async throws
    {
        try await withFixture(brokers: 2) {
            $0.groups.consumerHeartbeatInterval = .milliseconds(50)
        } _: { fixture in
            for topic in ["orders-eu", "pay", "orders", "extra"] { try fixture.broker.createTopic(topic) }
            try await withMember("orders-.+", kind, topics: ["extra"], fixture) { consumer in
                try await wait(for: ["orders-eu", "extra"], consumer)
                try fixture.broker.createTopic("orders-us", partitions: 2)
                try fixture.broker.createTopic("other")
                try await wait(for: ["orders-eu", "orders-us", "extra"], consumer)
                let text = try await fixture.makeBatches(["hello"], topic: "orders-us", partition: 1)
                _ = try await fixture.deliver(text)
                var batches = consumer.makeAsyncIterator()
                let batch = try await batches.next()
                #expect(batch?.topic == "orders-us")
                try fixture.broker.deleteTopic("orders-eu")
                try await wait(for: ["orders-us", "extra"], consumer)
            }
        }
    }

    @Test func `a member waits for the first topic that matches`() async throws {
        try await withFixture { fixture in
            try await withMember("orders-.+", .classic, fixture) { consumer in
                try await Task.sleep(for: .milliseconds(100))
                try fixture.broker.createTopic("orders-eu")
                try await wait(for: ["orders-eu"], consumer)
            }
        }
    }

    @Test func `a pattern that makes no sense is refused, by the client or by the coordinator`() async throws {
        for pattern in ["(", "", "[z-a]"] {
            let classic = GroupConfiguration(groupID: "g", topicPattern: pattern)
            #expect(classic.problems.map(\.setting) == ["GroupConfiguration.topicPattern"], "\(pattern)")
        }
        let none = GroupConfiguration(groupID: "g")
        #expect(none.problems.map(\.setting) == ["GroupConfiguration.topics"])
        try await withFixture { fixture in
            try await withMember("(", .consumer, fixture) { consumer in
                var batches = consumer.makeAsyncIterator()
                let error = try await clientError { _ = try await batches.next() }
                #expect(error.brokerError == .invalidRegularExpression)
            }
        }
    }
}
