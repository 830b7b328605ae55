import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct NodeTests {
    @Test func `leaders are spread over the brokers, and the wrong one says who leads`() async throws {
        try await withBroker({ $0.brokerCount = 3 }) { broker, endpoints in
            try broker.createTopic("t", partitions: 6)
            let clients = try endpoints.map { try RawClient($0) }
            let metadata = try clients[2].call(MetadataRequest(topicNames: ["t"]))
            #expect(metadata.brokers.map(\.nodeID) == [1, 2, 3])
            #expect(metadata.brokers.map(\.port) == endpoints.map { Int32($0.port) })
            #expect(metadata.topics[0].partitions.map(\.leaderID) == [1, 2, 3, 1, 2, 3])
            let wrong = try clients[0].call(makeProduce([(0, makeBatch()), (1, makeBatch())]), version: 10)
            #expect(wrong.topics[0].partitions.map(\.errorCode) == [.none, .notLeaderOrFollower])
            #expect(wrong.topics[0].partitions[1].currentLeader == LeaderIDAndEpoch(leaderID: 2, leaderEpoch: 0))
            #expect(wrong.nodeEndpoints.map(\.nodeID) == [1, 2, 3])
            #expect(wrong.nodeEndpoints.map(\.port) == endpoints.map { Int32($0.port) })
            #expect(try clients[1].produce(makeBatch(), partition: 1).errorCode == .none)
            #expect(
                try clients[0].fetch(makeFetch("t", [(1, 0)], maxWaitMs: 5000))[0].answer.errorCode
                    == .notLeaderOrFollower)
        }
    }

    @Test func `a leader moves, with a new epoch`() async throws {
        try await withBroker({ $0.brokerCount = 2 }) { broker, endpoints in
            try broker.createTopic("t")
            let clients = try endpoints.map { try RawClient($0) }
            #expect(try clients[0].produce(makeBatch()).errorCode == .none)
            try broker.moveLeader("t", 0, to: 2)
            #expect(try clients[0].produce(makeBatch()).errorCode == .notLeaderOrFollower)
            #expect(try clients[1].produce(makeBatch()).baseOffset == 1)
            var fetch = makeFetch("t", [(0, 0)])
            fetch.topics[0].partitions[0].currentLeaderEpoch = 0
            #expect(try clients[1].fetch(fetch)[0].answer.errorCode == .fencedLeaderEpoch)
            fetch.topics[0].partitions[0].currentLeaderEpoch = 1
            #expect(try clients[1].fetch(fetch)[0].answer.errorCode == .none)
            #expect(throws: EmbeddedBrokerError.self) { try broker.moveLeader("t", 0, to: 3) }
            #expect(throws: EmbeddedBrokerError.self) { try broker.moveLeader("t", 1, to: 1) }
        }
    }

    @Test func `a scripted move hits the request that it comes with`() async throws {
        try await withBroker({ $0.brokerCount = 2 }) { broker, endpoints in
            try broker.createTopic("t")
            broker.inject(FaultRule(.produce, topic: "t", partition: 0, skip: 1, count: 1, effect: .leaderMove(to: 2)))
            let client = try RawClient(endpoints[0])
            #expect(try client.produce(makeBatch()).errorCode == .none)
            #expect(try client.produce(makeBatch()).errorCode == .notLeaderOrFollower)
            #expect(try RawClient(endpoints[1]).produce(makeBatch()).errorCode == .none)
        }
    }

    @Test func `a stopped node leaves its partitions to the others`() async throws {
        try await withBroker({ $0.brokerCount = 3 }) { broker, endpoints in
            try broker.createTopic("t", partitions: 3)
            let leaving = try RawClient(endpoints[1])
            _ = try leaving.call(ApiVersionsRequest())
            try await broker.stopNode(2)
            #expect(leaving.isClosedByBroker())
            #expect(throws: RawClient.Failure.cannotConnect) { try RawClient(endpoints[1]) }
            let metadata = try RawClient(endpoints[0]).call(MetadataRequest(topicNames: ["t"]))
            #expect(metadata.brokers.map(\.nodeID) == [1, 3])
            let leaders = metadata.topics[0].partitions.map(\.leaderID)
            #expect(leaders.count == 3 && leaders[0] == 1 && leaders[2] == 3)
            #expect([1, 3].contains(leaders[1]))
            #expect(broker.endpoints == [endpoints[0], endpoints[2]])
            await #expect(throws: EmbeddedBrokerError.self) { try await broker.stopNode(2) }
        }
    }

    @Test func `a broker is started once, and stopping ends everything`() async throws {
        let broker = try EmbeddedBroker()
        let endpoint = try await broker.start()[0]
        await #expect(throws: EmbeddedBrokerError.self) { try await broker.start() }
        let client = try RawClient(endpoint)
        _ = try client.call(ApiVersionsRequest())
        await broker.stop()
        #expect(client.isClosedByBroker())
        #expect(throws: RawClient.Failure.cannotConnect) { try RawClient(endpoint) }
        await broker.stop()
    }

    @Test func `a port that is taken is told, and nothing is left behind`() async throws {
        try await withBroker { _, endpoints in
            // A port that was free a moment ago, for the node that starts before the other fails.
            let brief = try EmbeddedBroker()
            let free = try await brief.start()[0]
            await brief.stop()
            var configuration = EmbeddedBrokerConfiguration()
            configuration.ports = [free.port, endpoints[0].port]
            configuration.brokerCount = 2
            let second = try EmbeddedBroker(configuration)
            let error = await #expect(throws: EmbeddedBrokerError.self) { try await second.start() }
            #expect(error?.description.contains("EADDRINUSE") == true)
            #expect(throws: RawClient.Failure.cannotConnect) { try RawClient(free) }
            #expect(try RawClient(endpoints[0]).call(ApiVersionsRequest()).errorCode == .none)
        }
    }

    @Test func `configurations that make no sense are refused`() {
        func isRefused(_ change: (inout EmbeddedBrokerConfiguration) -> Void) -> Bool {
            var configuration = EmbeddedBrokerConfiguration()
            change(&configuration)
            do {
                _ = try EmbeddedBroker(configuration)
                return false
            } catch {
                return error.code == .invalidConfiguration
            }
        }
        #expect(isRefused { $0.brokerCount = 0 })
        #expect(isRefused { $0.ports = [1, 2] })
        #expect(isRefused { $0.loopCount = 0 })
        #expect(isRefused { $0.defaultPartitionCount = 0 })
        #expect(isRefused { $0.messageByteCountMax = 0 })
        #expect(isRefused { $0.requestByteCountMax = .max })
        #expect(isRefused { $0.logPolicy = .memory(byteCount: 0) })
    }
}
