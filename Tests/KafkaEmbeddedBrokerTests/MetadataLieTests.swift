import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct MetadataLieTests {
    @Test func `a frozen broker says what was, the others what is`() async throws {
        try await withBroker({ $0.brokerCount = 3 }) { broker, endpoints in
            try broker.createTopic("t", partitions: 2)
            try broker.createTopic("gone")
            let frozen = try RawClient(endpoints[1])
            let other = try RawClient(endpoints[0])
            let before = try frozen.call(MetadataRequest(topicNames: nil))
            #expect(before.topics.map(\.name) == ["gone", "t"])
            try broker.freezeMetadata(of: 2)

            try broker.recreateTopic("t", partitions: 4)
            try broker.deleteTopic("gone")
            try broker.createTopic("new")
            try broker.moveLeader("t", 0, to: 2)
            try broker.removeLeader("t", 1)
            broker.advertise(node: 1, as: Endpoint(host: "elsewhere", port: 1))
            try await broker.stopNode(3)

            #expect(try frozen.call(MetadataRequest(topicNames: nil)) == before)
            let asked = try frozen.call(MetadataRequest(topicNames: ["t", "new", "never"]))
            #expect(asked.topics.map(\.errorCode) == [.none, .unknownTopicOrPartition, .unknownTopicOrPartition])
            #expect(asked.topics[0] == before.topics[1])
            #expect(broker.statistics.topics.keys.sorted() == ["new", "t"])
            var byID = MetadataRequest(topicNames: [])
            byID.topics = [.init(topicID: before.topics[1].topicID)]
            #expect(try frozen.call(byID).topics == [before.topics[1]])
            #expect(try other.call(byID).topics[0].errorCode == .unknownTopicId)
            let truth = try other.call(MetadataRequest(topicNames: nil))
            #expect(truth.topics.map(\.name) == ["new", "t"])
            #expect(truth.topics[1].partitions.map(\.leaderID)[0...1] == [2, -1])

            // It serves other requests by the truth: it leads partition 0 now.
            #expect(try frozen.produce(makeBatch()).errorCode == .none)
            #expect(try frozen.produce(makeBatch(), partition: 1).errorCode == .notLeaderOrFollower)
            broker.thawMetadata(of: 2)
            #expect(try frozen.call(MetadataRequest(topicNames: nil)) == truth)
        }
    }

    @Test func `freezing again changes nothing, and needs a broker`() async throws {
        try await withBroker { broker, endpoints in
            let client = try RawClient(endpoints[0])
            try broker.freezeMetadata(of: 1)
            try broker.createTopic("t")
            try broker.freezeMetadata(of: 1)
            #expect(try client.call(MetadataRequest(topicNames: nil)).topics.isEmpty)
            let error = #expect(throws: EmbeddedBrokerError.self) { try broker.freezeMetadata(of: 2) }
            #expect(error?.code == .unknownNode)
            broker.thawMetadata(of: 2)
        }
    }

    @Test func `a broker is advertised at any endpoint, also one that does not run`() async throws {
        try await withBroker({ $0.brokerCount = 2 }) { broker, endpoints in
            try broker.createTopic("t", partitions: 2)
            let client = try RawClient(endpoints[0])
            broker.advertise(node: 2, as: Endpoint(host: "no such host.invalid", port: 0))
            broker.advertise(node: 7, as: Endpoint(host: "::1", port: 65535))
            let brokers = try client.call(MetadataRequest(topicNames: [])).brokers
            #expect(brokers.map(\.nodeID) == [1, 2, 7])
            #expect(brokers.map(\.host) == [endpoints[0].host, "no such host.invalid", "::1"])
            #expect(brokers.map(\.port) == [Int32(endpoints[0].port), 0, 65535])
            let hint = try client.call(makeProduce([(1, makeBatch())]), version: 10)
            #expect(hint.nodeEndpoints.map(\.host) == brokers.map(\.host))
            let coordinator = try RawClient(endpoints[1]).call(FindCoordinatorRequest(key: "g", version: 6))
            #expect(coordinator.coordinators[0].host == "no such host.invalid")
            #expect(broker.endpoints == endpoints)
            broker.advertise(node: 2, as: nil)
            broker.advertise(node: 7, as: nil)
            let truth = try client.call(MetadataRequest(topicNames: [])).brokers
            #expect(truth.map(\.port) == endpoints.map { Int32($0.port) })
        }
    }

    @Test func `a hidden broker is not listed, and leads on`() async throws {
        try await withBroker({ $0.brokerCount = 2 }) { broker, endpoints in
            try broker.createTopic("t", partitions: 2)
            let client = try RawClient(endpoints[0])
            broker.hideFromMetadata(node: 2)
            let metadata = try client.call(MetadataRequest(topicNames: ["t"]))
            #expect(metadata.brokers.map(\.nodeID) == [1])
            #expect(metadata.topics[0].partitions.map(\.leaderID) == [1, 2])
            #expect(metadata.topics[0].partitions.map(\.errorCode) == [.none, .none])
            let hint = try client.call(makeProduce([(1, makeBatch())]), version: 10)
            #expect(hint.topics[0].partitions[0].currentLeader.leaderID == 2)
            #expect(hint.nodeEndpoints.map(\.nodeID) == [1])
            #expect(try RawClient(endpoints[1]).produce(makeBatch(), partition: 1).errorCode == .none)
            broker.showInMetadata(node: 2)
            #expect(try client.call(MetadataRequest(topicNames: [])).brokers.map(\.nodeID) == [1, 2])
        }
    }

    @Test func `the cluster's id is the one that was configured, or any`() async throws {
        func id(_ configured: String?) async throws -> String? {
            var found: String?
            try await withBroker({ $0.clusterID = configured }) { _, endpoints in
                found = try RawClient(endpoints[0]).call(MetadataRequest(topicNames: [])).clusterID
            }
            return found
        }
        #expect(try await id("another-cluster") == "another-cluster")
        let random = try await [id(nil), id(nil)]
        #expect(random[0] != random[1])
    }
}
