import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct LeaderChangeTests {
    private static func leaders(_ client: RawClient) throws -> [Int32] {
        try client.call(MetadataRequest(topicNames: ["t"])).topics[0].partitions.map(\.leaderID)
    }

    @Test func `a partition without a leader is told as such, and taken by no broker`() async throws {
        try await withBroker({ $0.brokerCount = 2 }) { broker, endpoints in
            try broker.createTopic("t", partitions: 2)
            let clients = try endpoints.map { try RawClient($0) }
            try broker.removeLeader("t", 0)
            let partitions = try clients[1].call(MetadataRequest(topicNames: ["t"])).topics[0].partitions
            #expect(partitions.map(\.errorCode) == [.leaderNotAvailable, .none])
            #expect(partitions.map(\.leaderID) == [-1, 2])
            #expect(partitions.map(\.leaderEpoch) == [1, 0])
            for client in clients {
                let answer = try client.call(makeProduce([(0, makeBatch())]), version: 10)
                #expect(answer.topics[0].partitions[0].errorCode == .notLeaderOrFollower)
                // There is nobody to hint at.
                #expect(answer.topics[0].partitions[0].currentLeader == LeaderIDAndEpoch())
                #expect(answer.nodeEndpoints.isEmpty)
                #expect(try client.fetch(makeFetch("t", [(0, 0)]))[0].answer.errorCode == .notLeaderOrFollower)
            }
            #expect(broker.statistics.topics["t"]?.map(\.leader) == [-1, 2])
            try broker.moveLeader("t", 0, to: 2)
            #expect(try clients[1].produce(makeBatch()).errorCode == .none)
            #expect(broker.statistics.topics["t"]?.map(\.leaderEpoch) == [2, 0])
            let error = #expect(throws: EmbeddedBrokerError.self) { try broker.removeLeader("t", 2) }
            #expect(error?.code == .unknownPartition)
        }
    }

    @Test func `all that a broker leads moves to another, and back to whom it was created with`() async throws {
        try await withBroker({ $0.brokerCount = 3 }) { broker, endpoints in
            try broker.createTopic("t", partitions: 5)
            let client = try RawClient(endpoints[2])
            try broker.moveLeaders(from: 1, to: 3)
            #expect(try Self.leaders(client) == [3, 2, 3, 3, 2])
            #expect(broker.statistics.topics["t"]?.map(\.leaderEpoch) == [1, 0, 0, 1, 0])
            #expect(try client.produce(makeBatch(), partition: 3).errorCode == .none)
            #expect(try RawClient(endpoints[0]).produce(makeBatch()).errorCode == .notLeaderOrFollower)
            let error = #expect(throws: EmbeddedBrokerError.self) { try broker.moveLeaders(from: 3, to: 4) }
            #expect(error?.code == .unknownNode)
            try broker.removeLeader("t", 1)
            broker.electPreferredLeaders()
            #expect(try Self.leaders(client) == [1, 2, 3, 1, 2])
            #expect(broker.statistics.topics["t"]?.map(\.leaderEpoch) == [2, 2, 0, 2, 0])
        }
    }

    @Test func `the hint at the new leader can be turned off`() async throws {
        try await withBroker({
            $0.brokerCount = 2
            $0.hintsAtLeaders = false
        }) { broker, endpoints in
            try broker.createTopic("t", partitions: 2)
            let client = try RawClient(endpoints[0])
            for version in 10...12 as ClosedRange<Int16> {
                let answer = try client.call(makeProduce([(1, makeBatch())]), version: version)
                #expect(answer.topics[0].partitions[0].errorCode == .notLeaderOrFollower)
                #expect(answer.topics[0].partitions[0].currentLeader == LeaderIDAndEpoch())
                #expect(answer.nodeEndpoints.isEmpty)
            }
            var fetch = makeFetch("", [(1, 0)])
            fetch.topics[0].topicID = try #require(broker.cluster.topic(named: "t")).id
            let answer = try client.call(fetch, version: 16)
            #expect(answer.topics[0].partitions[0].errorCode == .notLeaderOrFollower)
            #expect(answer.topics[0].partitions[0].currentLeader == LeaderIDAndEpoch())
            #expect(answer.nodeEndpoints.isEmpty)
        }
    }

    @Test func `fetches are given the same hint as batches`() async throws {
        try await withBroker({ $0.brokerCount = 2 }) { broker, endpoints in
            try broker.createTopic("t", partitions: 2)
            var fetch = makeFetch("", [(1, 0)])
            fetch.topics[0].topicID = try #require(broker.cluster.topic(named: "t")).id
            let answer = try RawClient(endpoints[0]).call(fetch, version: 16)
            #expect(answer.topics[0].partitions[0].currentLeader == LeaderIDAndEpoch(leaderID: 2, leaderEpoch: 0))
            #expect(answer.nodeEndpoints.map(\.port) == endpoints.map { Int32($0.port) })
        }
    }
}
