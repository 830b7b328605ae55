import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct NodeChangeTests {
    private static func metadata(_ client: RawClient) throws -> MetadataResponse {
        try client.call(MetadataRequest(topicNames: ["t"]))
    }

    @Test func `a stopped broker comes back on its port, and leads nothing before an election`() async throws {
        try await withBroker({ $0.brokerCount = 3 }) { broker, endpoints in
            try broker.createTopic("t", partitions: 3)
            try await broker.stopNode(2)
            #expect(throws: RawClient.Failure.cannotConnect) { try RawClient(endpoints[1]) }
            #expect(try await broker.startNode(2) == endpoints[1])
            #expect(broker.endpoints == endpoints)
            let client = try RawClient(endpoints[1])
            let back = try Self.metadata(client)
            #expect(back.brokers.map(\.nodeID) == [1, 2, 3])
            #expect(!back.topics[0].partitions.map(\.leaderID).contains(2))
            #expect(try client.produce(makeBatch(), partition: 1).errorCode == .notLeaderOrFollower)
            broker.electPreferredLeaders()
            #expect(try Self.metadata(client).topics[0].partitions.map(\.leaderID) == [1, 2, 3])
            #expect(broker.statistics.topics["t"]?.map(\.leaderEpoch) == [0, 2, 0])
            #expect(try client.produce(makeBatch(), partition: 1).errorCode == .none)
            #expect(broker.statistics.acceptedConnectionCounts == [2: 1])
        }
    }

    @Test func `a broker comes back on another port, and can be stopped again`() async throws {
        try await withBroker({ $0.brokerCount = 2 }) { broker, endpoints in
            try await broker.stopNode(1)
            // The port of the other is taken; the broker stays stopped, and may be started after all.
            let taken = await #expect(throws: EmbeddedBrokerError.self) {
                try await broker.startNode(1, port: endpoints[1].port)
            }
            #expect(taken?.code == .cannotListen)
            let moved = try await broker.startNode(1, port: 0)
            #expect(moved.port != endpoints[0].port)
            let brokers = try Self.metadata(try RawClient(moved)).brokers
            #expect(brokers.map(\.port) == [Int32(moved.port), Int32(endpoints[1].port)])
            #expect(throws: RawClient.Failure.cannotConnect) { try RawClient(endpoints[0]) }
            try await broker.stopNode(1)
            #expect(throws: RawClient.Failure.cannotConnect) { try RawClient(moved) }
            #expect(try await broker.startNode(1) == moved)
            for id in [1, 2, 3] as [Int32] {
                let error = await #expect(throws: EmbeddedBrokerError.self) { try await broker.startNode(id) }
                #expect(error?.code == .unknownNode)
            }
        }
    }

    #if os(Linux)
        @Test func `a broker that is stopped keeps its port, until it runs on another`() async throws {
            try await withBroker { broker, endpoints in
                try await broker.stopNode(1)
                #expect(throws: RawClient.Failure.cannotConnect) { try RawClient(endpoints[0]) }
                #expect(try !RawClient.canBind(endpoints[0]))
                #expect(try await broker.startNode(1) == endpoints[0])
                try await broker.stopNode(1)
                #expect(try await broker.startNode(1, port: 0) != endpoints[0])
                #expect(try RawClient.canBind(endpoints[0]))
            }
        }
    #endif

    @Test func `what lost its leader with the last broker is led by the first that comes back`() async throws {
        try await withBroker({ $0.brokerCount = 2 }) { broker, endpoints in
            try broker.createTopic("t", partitions: 3)
            try broker.removeLeader("t", 2)
            try await broker.stopNode(1)
            try await broker.stopNode(2)
            #expect(broker.statistics.topics["t"]?.map(\.leader) == [-1, -1, -1])
            #expect(throws: EmbeddedBrokerError.self) { try broker.addPartitions("t", to: 4) }
            #expect(throws: EmbeddedBrokerError.self) { try broker.recreateTopic("t", partitions: 1) }
            try await broker.startNode(2)
            // The one whose leader was taken away waits for one that is given to it.
            #expect(broker.statistics.topics["t"]?.map(\.leader) == [2, 2, -1])
            try await broker.startNode(1)
            #expect(broker.statistics.topics["t"]?.map(\.leader) == [2, 2, -1])
            let partitions = try Self.metadata(try RawClient(endpoints[0])).topics[0].partitions
            #expect(partitions.map(\.errorCode) == [.none, .none, .leaderNotAvailable])
        }
    }

    @Test func `a broker that is added has the next id, and leads what it is given`() async throws {
        try await withBroker({ $0.brokerCount = 2 }) { broker, endpoints in
            try broker.createTopic("t", partitions: 2)
            try await broker.stopNode(2)
            let added = try await broker.addNode()
            let client = try RawClient(added)
            #expect(try Self.metadata(client).brokers.map(\.nodeID) == [1, 3])
            #expect(broker.endpoints == [endpoints[0], added])
            try broker.moveLeader("t", 1, to: 3)
            #expect(try client.produce(makeBatch(), partition: 1).errorCode == .none)
            try broker.addPartitions("t", to: 4)
            #expect(try Self.metadata(client).topics[0].partitions.map(\.leaderID) == [1, 3, 1, 3])
            try await broker.stopNode(3)
            #expect(client.isClosedByBroker())
        }
    }

    @Test func `no broker is added or started before the start and after the end`() async throws {
        let broker = try EmbeddedBroker()
        func refusal() async -> EmbeddedBrokerError? {
            await #expect(throws: EmbeddedBrokerError.self) { try await broker.addNode() }
        }
        #expect(await refusal()?.code == .notRunning)
        let endpoints = try await broker.start()
        #expect(endpoints.count == 1)
        #expect(try RawClient(endpoints[0]).call(MetadataRequest(topicNames: [])).brokers.map(\.nodeID) == [1])
        try await broker.stopNode(1)
        await broker.stop()
        #expect(await refusal()?.code == .notRunning)
        let error = await #expect(throws: EmbeddedBrokerError.self) { try await broker.startNode(1) }
        #expect(error?.code == .notRunning)
    }

    @Test func `a broker that hangs takes connections and says nothing until it goes on`() async throws {
        try await withBroker({
            $0.brokerCount = 2
            $0.loopCount = 2
        }) { broker, endpoints in
            try broker.createTopic("t", partitions: 2)
            let known = try RawClient(endpoints[0])
            #expect(try known.produce(makeBatch()).baseOffset == 0)
            let fetching = try RawClient(endpoints[0])
            try broker.createTopic("u")
            try fetching.send(makeFetch("u", [(0, 0)], maxWaitMs: 60_000), version: 12)
            try await eventually { broker.statistics.requestCounts[.fetch] == 1 }
            try await broker.pauseNode(1)
            try await broker.pauseNode(1)
            let new = try RawClient(endpoints[0])
            try new.send(makeProduce([(0, makeBatch())]), version: 9)
            try known.send(makeProduce([(0, makeBatch())]), version: 9)
            for client in [known, new, fetching] { client.setTimeout(200) }
            #expect(throws: RawClient.Failure.timedOut) { try known.receiveFrame() }
            #expect(throws: RawClient.Failure.timedOut) { try new.receiveFrame() }
            // This ends the fetch, whose answer waits.
            try broker.moveLeader("u", 0, to: 2)
            #expect(throws: RawClient.Failure.timedOut) { try fetching.receiveFrame() }
            #expect(broker.statistics.batchCount == 1)
            let other = try Self.metadata(try RawClient(endpoints[1]))
            #expect(other.brokers.map(\.nodeID) == [1, 2])
            #expect(other.topics[0].partitions.map(\.leaderID) == [1, 2])
            try await broker.resumeNode(1)
            for client in [known, new, fetching] { client.setTimeout(5000) }
            for client in [known, new] {
                #expect(try client.receive(ProduceResponse.self, version: 9).topics[0].partitions[0].errorCode == .none)
            }
            let fetched = try fetching.receive(FetchResponse.self, version: 12)
            #expect(fetched.topics[0].partitions[0].errorCode == .notLeaderOrFollower)
            #expect(try fetching.produce(makeBatch()).baseOffset == 3)
            let error = await #expect(throws: EmbeddedBrokerError.self) { try await broker.pauseNode(3) }
            #expect(error?.code == .unknownNode)
        }
    }

    @Test func `a broker that hangs can be stopped, and comes back awake`() async throws {
        try await withBroker { broker, endpoints in
            let client = try RawClient(endpoints[0])
            _ = try client.call(ApiVersionsRequest())
            try await broker.pauseNode(1)
            try await broker.stopNode(1)
            #expect(client.isClosedByBroker())
            try await broker.startNode(1)
            #expect(try RawClient(endpoints[0]).call(ApiVersionsRequest()).errorCode == .none)
        }
    }
}
