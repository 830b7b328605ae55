import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaEmbeddedBroker

/// Faults that change the cluster when a request comes.
@Suite struct ChangeFaultTests {
    @Test func `a topic grows when a request comes, which finds its new partitions`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            try broker.createTopic("u")
            broker.inject(FaultRule(.produce, topic: "t", skip: 1, count: 1, effect: .topicGrowth(to: 3)))
            let client = try RawClient(endpoints[0])
            #expect(try client.produce(makeBatch(), partition: 2).errorCode == .unknownTopicOrPartition)
            #expect(try client.produce(makeBatch(), to: "u").errorCode == .none)
            #expect(try client.produce(makeBatch(), partition: 2).errorCode == .none)
            #expect(broker.statistics.topics.mapValues(\.count) == ["t": 3, "u": 1])
        }
    }

    @Test func `metadata tells of the topics that grow with it, where they may`() async throws {
        try await withBroker({ $0.partitionCountMax = 10 }) { broker, endpoints in
            try broker.createTopic("t")
            try broker.createTopic("u", partitions: 6)
            broker.inject(FaultRule(.metadata, count: 1, effect: .topicGrowth(to: 4)))
            broker.inject(FaultRule(.metadata, skip: 1, count: 1, effect: .topicGrowth(to: 11)))
            let client = try RawClient(endpoints[0])
            func counts() throws -> [Int] {
                try client.call(MetadataRequest(topicNames: ["t", "u"])).topics.map(\.partitions.count)
            }
            #expect(try counts() == [4, 6])
            #expect(try counts() == [4, 6])
        }
    }

    @Test func `a topic is made anew under a request that knows the old one`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t", partitions: 3)
            let old = try #require(broker.cluster.topic(named: "t")).id
            broker.inject(FaultRule(.produce, topic: "t", count: 1, effect: .topicRecreation(partitions: 1)))
            let client = try RawClient(endpoints[0])
            let batches = [(0, makeBatch()), (2, makeBatch())] as [(Int32, [UInt8])]
            let byID = try client.call(makeProduce(batches, id: old), version: 13)
            #expect(byID.topics[0].partitions.map(\.errorCode) == [.unknownTopicId, .unknownTopicId])
            let byName = try client.call(makeProduce(batches), version: 9)
            #expect(byName.topics[0].partitions.map(\.errorCode) == [.none, .unknownTopicOrPartition])
        }
    }

    @Test func `a broker freezes with a request, and another one does not`() async throws {
        try await withBroker({ $0.brokerCount = 2 }) { broker, endpoints in
            try broker.createTopic("t")
            broker.inject(FaultRule(.metadata, node: 2, count: 1, effect: .metadataFreeze))
            let clients = try endpoints.map { try RawClient($0) }
            for client in clients { _ = try client.call(MetadataRequest(topicNames: ["t"])) }
            try broker.addPartitions("t", to: 2)
            let counts = try clients.map { client in
                try client.call(MetadataRequest(topicNames: ["t"])).topics[0].partitions.count
            }
            #expect(counts == [2, 1])
        }
    }

    @Test func `the partitions that a rule hits lose their leaders`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t", partitions: 3)
            broker.inject(FaultRule(.produce, partition: 1, count: 1, effect: .leaderRemoval))
            let client = try RawClient(endpoints[0])
            let request = makeProduce((0..<3).map { ($0, makeBatch()) })
            let codes = try client.call(request, version: 9).topics[0].partitions.map(\.errorCode)
            #expect(codes == [.none, .notLeaderOrFollower, .none])
            #expect(broker.statistics.topics["t"]?.map(\.leader) == [1, -1, 1])
        }
    }
}
