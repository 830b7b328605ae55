import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct CoordinatorTests {
    @Test(arguments: FindCoordinatorRequest.versions)
    func `every node names the same coordinator of a group`(version: Int16) async throws {
        try await withBroker({ $0.brokerCount = 2 }) { broker, endpoints in
            var found = Set<Int32>()
            for number in 0..<20 {
                let group = "group-\(number)"
                let answers = try endpoints.map { endpoint in
                    let request = FindCoordinatorRequest(key: group, version: version)
                    let response = try RawClient(endpoint).call(request, version: version)
                    return try #require(response.coordinator(of: group, version: version))
                }
                let node = try #require(broker.coordinator(of: group))
                found.insert(node)
                for answer in answers {
                    #expect(answer.errorCode == .none && answer.nodeID == node)
                    #expect((answer.host, answer.port) == ("127.0.0.1", Int32(endpoints[Int(node) - 1].port)))
                }
            }
            #expect(found == [1, 2])
        }
    }

    @Test func `other nodes send all requests for a group away`() async throws {
        try await withBroker({ $0.brokerCount = 2 }) { broker, endpoints in
            try broker.createTopic("t")
            let node = try #require(broker.coordinator(of: "g"))
            let client = try RawClient(endpoints[2 - Int(node)])
            let joined = try client.join("g")
            #expect(joined.errorCode == .notCoordinator)
            #expect(try client.call(RawClient.sync("g", joined)).errorCode == .notCoordinator)
            #expect(try client.heartbeat("g", joined) == .notCoordinator)
            #expect(try client.leave("g", "m") == [.notCoordinator])
            #expect(try client.commit("g", [0: 1]) == [.notCoordinator])
            #expect(try client.committed("g") == -100)
            #expect(try client.describe("g").errorCode == .notCoordinator)
            #expect(try client.call(RawClient.beat("g", "m", epoch: 0, topics: ["t"])).errorCode == .notCoordinator)
            var deletion = DeleteGroupsRequest()
            deletion.groupNames = ["g"]
            #expect(try client.call(deletion).groups[0].errorCode == .notCoordinator)
            var old = OffsetFetchRequest()
            old.groupID = "g"
            old.topics = [.init()]
            old.topics?[0].partitionIndexes = [0]
            #expect(try client.call(old, version: 1).topics[0].partitions[0].errorCode == .notCoordinator)
            #expect(try client.call(old, version: 5).errorCode == .notCoordinator)
        }
    }

    @Test func `a coordinator that moves sends those who wait away, and the group goes on at the other`() async throws {
        try await withBroker({ $0.brokerCount = 2 }) { broker, endpoints in
            try broker.moveCoordinator(of: "g", to: 1)
            let one = try RawClient(endpoints[0])
            let first = try one.join("g", version: 3)
            let waiting = try RawClient(endpoints[0])
            try waiting.send(RawClient.join("g"), version: 3)
            try await eventually { broker.waiterCount == 1 }
            try broker.moveCoordinator(of: "g", to: 2)
            #expect(try waiting.receive(JoinGroupResponse.self, version: 3).errorCode == .notCoordinator)
            #expect(try one.heartbeat("g", first) == .notCoordinator)
            let other = try RawClient(endpoints[1])
            #expect(try other.heartbeat("g", first) == .rebalanceInProgress)
            #expect(throws: EmbeddedBrokerError.self) { try broker.moveCoordinator(of: "g", to: 3) }
        }
    }

    @Test func `groups of a node that stops move to others with their offsets`() async throws {
        try await withBroker({ $0.brokerCount = 2 }) { broker, endpoints in
            try broker.createTopic("t")
            let node = try #require(broker.coordinator(of: "g"))
            #expect(try RawClient(endpoints[Int(node) - 1]).commit("g", [0: 8]) == [.none])
            try await broker.stopNode(node)
            #expect(broker.coordinator(of: "g") == 3 - node)
            let client = try RawClient(endpoints[2 - Int(node)])
            #expect(try client.committed("g") == 8)
            try await broker.startNode(node)
            #expect(broker.coordinator(of: "g") == node)
        }
    }

    // MARK: Faults

    @Test func `errors are answered instead of what would be, as often as told`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t", partitions: 2)
            let client = try RawClient(endpoints[0])
            broker.inject(FaultRule(.joinGroup, count: 1, effect: .error(.coordinatorLoadInProgress)))
            #expect(try client.join("g").errorCode == .coordinatorLoadInProgress)
            let joined = try client.join("g")
            broker.inject(FaultRule(.syncGroup, count: 1, effect: .errorAfterStore(.rebalanceInProgress)))
            #expect(try client.call(RawClient.sync("g", joined)).errorCode == .rebalanceInProgress)
            broker.inject(FaultRule(.heartbeat, skip: 1, count: 1, effect: .error(.rebalanceInProgress)))
            #expect(try (0..<3).map { _ in try client.heartbeat("g", joined) } == [.none, .rebalanceInProgress, .none])
            broker.inject(
                FaultRule(.offsetCommit, topic: "t", partition: 1, count: 1, effect: .error(.offsetMetadataTooLarge)))
            #expect(
                try client.commit("g", [0: 1, 1: 1], member: joined.memberID, generation: 1)
                    == [.none, .offsetMetadataTooLarge])
            #expect(broker.committedOffset(of: "g", "t", 1) == nil && broker.committedOffset(of: "g", "t", 0) == 1)
            broker.inject(FaultRule(.offsetFetch, topic: "t", count: 1, effect: .error(.unstableOffsetCommit)))
            #expect(try client.committed("g") == -1)
            broker.inject(FaultRule(.consumerGroupHeartbeat, count: 1, effect: .error(.fencedMemberEpoch)))
            let beat = RawClient.beat("h", "m", epoch: 0, topics: ["t"])
            #expect(try client.call(beat).errorCode == .fencedMemberEpoch)
            #expect(try client.call(beat).errorCode == .none)
        }
    }

    @Test func `a join that waits is delayed, throttled and cut off when its answer is there`() async throws {
        try await withBroker { broker, endpoints in
            let one = try RawClient(endpoints[0])
            var first = try one.join("g", version: 3)
            var others: [RawClient] = []
            /// Lets another one join under a rule, and gives what it hears.
            func joinAnother(_ effect: FaultRule.Effect, isPipelined: Bool = false) async throws -> RawClient {
                broker.inject(FaultRule(.joinGroup, count: 1, isPipelined: isPipelined, effect: effect))
                let other = try RawClient(endpoints[0])
                others.append(other)
                try other.send(RawClient.join("g"), version: 3)
                try other.send(MetadataRequest(topicNames: []), version: 9)
                try await eventually { broker.waiterCount == 1 }
                first = try one.join("g", first.memberID)
                // The others left again, so that the next rebalance waits for nobody.
                _ = try one.leave("g", first.members.map(\.memberID).first { $0 != first.memberID } ?? "")
                first = try one.join("g", first.memberID)
                return other
            }
            for isPipelined in [false, true] {
                let begin = MonotonicInstant.now
                let other = try await joinAnother(.delay(.milliseconds(300)), isPipelined: isPipelined)
                #expect(try other.receive(JoinGroupResponse.self, version: 3).errorCode == .none)
                #expect(MonotonicInstant.now - begin >= .milliseconds(300))
                #expect(try other.receive(MetadataResponse.self, version: 9).brokers.count == 1)
            }
            let throttled = try await joinAnother(.throttle(ms: 200))
            #expect(try throttled.receive(JoinGroupResponse.self, version: 3).throttleTimeMs == 200)
            #expect(try throttled.receive(MetadataResponse.self, version: 9).throttleTimeMs == 0)
            #expect(
                try await joinAnother(.errorAfterStore(.notCoordinator))
                    .receive(JoinGroupResponse.self, version: 3).errorCode == .notCoordinator)
            #expect(try await joinAnother(.disconnect(.afterStore)).isClosedByBroker())
            let stalled = try await joinAnother(.stall)
            stalled.setTimeout(200)
            #expect(throws: RawClient.Failure.timedOut) { try stalled.receiveFrame() }
        }
    }
}
