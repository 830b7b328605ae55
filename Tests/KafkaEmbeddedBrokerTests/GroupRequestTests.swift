import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct GroupRequestTests {
    @Test(arguments: JoinGroupRequest.versions)
    func `a member joins, syncs, sends heartbeats and leaves, in every version`(version: Int16) async throws {
        try await withBroker { _, endpoints in
            let client = try RawClient(endpoints[0])
            let joined = try client.join("g", version: version)
            #expect(joined.errorCode == .none && joined.generationID == 1 && joined.leader == joined.memberID)
            #expect(joined.protocolName == "range" && joined.members.count == 1)
            let sync = RawClient.sync("g", joined, [joined.memberID: [1, 2]])
            #expect(try client.call(sync, version: min(version, 5)).assignment == [1, 2])
            var beat = HeartbeatRequest()
            beat.groupID = "g"
            beat.memberID = joined.memberID
            beat.generationID = 1
            #expect(try client.call(beat, version: min(version, 4)).errorCode == .none)
            var leave = LeaveGroupRequest()
            leave.groupID = "g"
            let leaveVersion = min(version, 5)
            if leaveVersion < 3 {
                leave.memberID = joined.memberID
            } else {
                leave.members = [.init()]
                leave.members[0].memberID = joined.memberID
            }
            let left = try client.call(leave, version: leaveVersion)
            #expect(left.errorCode == .none && left.members.allSatisfy { $0.errorCode == .none })
            #expect(try client.call(beat, version: min(version, 4)).errorCode == .unknownMemberId)
        }
    }

    @Test func `a join waits for the others, and requests behind it wait too`() async throws {
        try await withBroker({ $0.loopCount = 2 }) { _, endpoints in
            let one = try RawClient(endpoints[0])
            let first = try one.join("g", version: 3)
            let other = try RawClient(endpoints[0])
            try other.send(RawClient.join("g"), version: 3)
            try other.send(MetadataRequest(topicNames: []), version: 9)
            try await eventually { try one.heartbeat("g", first) == .rebalanceInProgress }
            let again = try one.join("g", first.memberID)
            #expect(again.generationID == 2 && again.members.count == 2)
            let second = try other.receive(JoinGroupResponse.self, version: 3)
            #expect(second.generationID == 2 && second.leader == first.memberID)
            #expect(try other.receive(MetadataResponse.self, version: 9).brokers.count == 1)
            try other.send(RawClient.sync("g", second), version: 5)
            _ = try one.call(RawClient.sync("g", again, [second.memberID: [9]]))
            #expect(try other.receive(SyncGroupResponse.self, version: 5).assignment == [9])
        }
    }

    @Test func `who is not heard of is taken out, though nobody asks`() async throws {
        try await withBroker({ $0.groups.sessionTimeoutMin = .milliseconds(1) }) { broker, endpoints in
            let client = try RawClient(endpoints[0])
            let joined = try client.join("g", sessionTimeoutMs: 50)
            _ = try client.call(RawClient.sync("g", joined))
            #expect(try client.describe("g").groupState == "Stable")
            try await eventually { broker.group("g")?.hasNoMembers == true }
            #expect(try client.describe("g").groupState == "Empty")
            #expect(try client.heartbeat("g", joined) == .unknownMemberId)
        }
    }

    @Test func `a connection that closes while its request waits is forgotten`() async throws {
        try await withBroker { broker, endpoints in
            let one = try RawClient(endpoints[0])
            let first = try one.join("g", version: 3)
            let other = try RawClient(endpoints[0])
            try other.send(RawClient.join("g"), version: 3)
            try await eventually { broker.waiterCount == 1 }
            other.close()
            try await eventually { broker.waiterCount == 0 }
            #expect(try one.join("g", first.memberID).members.count == 2)
        }
    }

    @Test func `what makes no sense is refused`() async throws {
        try await withBroker { broker, endpoints in
            let client = try RawClient(endpoints[0])
            #expect(try client.join("").errorCode == .invalidGroupId)
            #expect(try client.join("g", sessionTimeoutMs: 5999).errorCode == .invalidSessionTimeout)
            #expect(try client.join("g", sessionTimeoutMs: .max).errorCode == .invalidSessionTimeout)
            #expect(try client.join("g", sessionTimeoutMs: .min).errorCode == .invalidSessionTimeout)
            #expect(try client.join("g", "nobody").errorCode == .unknownMemberId)
            #expect(try client.call(RawClient.join("g", protocols: [])).errorCode == .inconsistentGroupProtocol)
            var nobody = JoinGroupResponse()
            nobody.memberID = "nobody"
            #expect(try client.call(RawClient.sync("g", nobody)).errorCode == .unknownMemberId)
            #expect(try client.heartbeat("g", nobody) == .unknownMemberId)
            #expect(try client.leave("g", "a", "b") == [.unknownMemberId, .unknownMemberId])
            #expect(broker.group("g") == nil, "nothing is left of it")
        }
    }

    @Test func `groups take no more memory than they may`() async throws {
        try await withBroker({ $0.groups.byteCountMax = 20_000 }) { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            var request = RawClient.join("big")
            request.protocols[0].metadata = Array(repeating: 0, count: 30_000)
            #expect(try client.call(request, version: 3).errorCode == .policyViolation)
            var codes: [KafkaErrorCode] = []
            for number in 0..<100 { codes.append(try client.join("g\(number)", version: 3).errorCode) }
            #expect(codes.contains(.none) && codes.last == .policyViolation)
            #expect(try client.commit("h", [0: 1]) == [.none] || client.commit("h", [0: 1]) == [.policyViolation])
            #expect(broker.cluster.groups.state.withLock { $0.byteCount } <= 20_000)
            #expect(
                try client.call(RawClient.beat("c", "m", epoch: 0, topics: ["t"])).errorCode == .policyViolation)
        }
    }

    @Test func `topics that come make groups no larger than they may get`() async throws {
        try await withBroker({ $0.groups.byteCountMax = 30_000 }) { broker, endpoints in
            let client = try RawClient(endpoints[0])
            var joining = RawClient.beat("c", "m", epoch: 0)
            joining.subscribedTopicRegex = ".*"
            var epoch = try client.call(joining).memberEpoch
            try broker.createTopic("t", partitions: 300)
            epoch = try client.call(RawClient.beat("c", "m", epoch: epoch)).memberEpoch
            #expect(broker.group("c")?.consumer?.target["m"]?.count == 300)
            #expect(try client.call(RawClient.beat("c", "m", epoch: epoch)).errorCode == .none)
            try broker.createTopic("u", partitions: 300)
            #expect(try client.call(RawClient.beat("c", "m", epoch: epoch)).errorCode == .policyViolation)
        }
    }

    @Test func `a group without members may take the other protocol, and keeps its offsets`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t", partitions: 2)
            let client = try RawClient(endpoints[0])
            let joined = try client.join("g")
            _ = try client.call(RawClient.sync("g", joined))
            #expect(try client.commit("g", [0: 5], member: joined.memberID, generation: 1) == [.none])
            let beat = RawClient.beat("g", "m", epoch: 0, topics: ["t"])
            #expect(try client.call(beat).errorCode == .groupIdNotFound)
            #expect(try client.leave("g", joined.memberID) == [.none])
            let answer = try client.call(beat)
            #expect(answer.errorCode == .none && answer.memberEpoch == 2)
            #expect(answer.assignment?.topicPartitions.map(\.partitions) == [[0, 1]])
            #expect(try client.join("g").errorCode == .inconsistentGroupProtocol)
            #expect(try client.describe("g").errorCode == .groupIdNotFound)
            #expect(try client.committed("g") == 5)
            #expect(try client.call(RawClient.beat("g", "m", epoch: -1)).memberEpoch == -1)
            #expect(try client.join("g").generationID == 1)
            #expect(try client.committed("g") == 5)
        }
    }

    @Test func `groups are described, listed by state and type, and deleted`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t", partitions: 2)
            let client = try RawClient(endpoints[0])
            let joined = try client.join("classic")
            _ = try client.call(RawClient.sync("classic", joined, [joined.memberID: [7]]))
            _ = try client.call(RawClient.beat("new", "m", epoch: 0, topics: ["t"]))
            #expect(try client.commit("simple", [0: 1]) == [.none])
            let group = try client.describe("classic")
            #expect(group.groupState == "Stable" && group.protocolData == "range" && group.protocolType == "consumer")
            #expect(group.members[0].memberAssignment == [7] && group.members[0].clientID == "test")
            #expect(try client.describe("none").errorCode == .groupIdNotFound)
            var request = ConsumerGroupDescribeRequest()
            request.groupIDs = ["new", "classic", "new"]
            let described = try client.call(request).groups
            #expect(described.map(\.errorCode) == [.none, .groupIdNotFound, .invalidRequest])
            #expect(described[0].groupState == "Stable" && described[0].assignorName == "uniform")
            #expect(described[0].members[0].assignment.topicPartitions.map(\.partitions) == [[0, 1]])
            func listed(_ states: [String], _ types: [String]) throws -> [String] {
                var request = ListGroupsRequest()
                request.statesFilter = states
                request.typesFilter = types
                return try client.call(request).groups.map(\.groupID)
            }
            #expect(try listed([], []) == ["classic", "new", "simple"])
            #expect(try listed(["stable"], []) == ["classic", "new"])
            #expect(try listed([], ["Consumer"]) == ["new"])
            #expect(try listed(["Empty"], ["classic"]) == ["simple"])
            var deletion = DeleteGroupsRequest()
            deletion.groupNames = ["classic", "simple", "none"]
            #expect(try client.call(deletion).groups.map(\.errorCode) == [.nonEmptyGroup, .none, .groupIdNotFound])
            #expect(try client.committed("simple") == -1)
        }
    }
}

extension EmbeddedBroker {
    func group(_ id: String) -> Group? { cluster.groups.state.withLock { $0.groups[id] } }
    var waiterCount: Int { cluster.groups.state.withLock { $0.waiters.count } }
}
