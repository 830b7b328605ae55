import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// How a member of a classic group joins, gets partitions, and gives them back.
@Suite struct ClassicMembershipTests {
    typealias Bench = MembershipBench<ClassicMembership>
    private static let a01: [TopicPartition] = [TopicPartition("a", 0), TopicPartition("a", 1)]

    private static func subscription(_ topics: [String]) -> [UInt8] {
        (try? ConsumerProtocol.subscription(topics: topics, userData: nil, owned: [], generation: -1, rack: nil)) ?? []
    }

    @Test func `a member finds its coordinator, is given an id, and joins with it`() throws {
        var bench = Bench(ClassicMembership(GroupMemberSettings(groupID: "g")))
        bench.tell(.polled(isWaiting: true))
        #expect(!bench.findsCoordinator)
        bench.tell(.subscribed(["b", "a"]))
        #expect(bench.findsCoordinator)
        bench.tell(.foundCoordinator)
        let first = try #require(bench.join)
        #expect(first.memberID == "" && first.protocolType == "consumer" && first.rebalanceTimeoutMs == 300_000)
        #expect(first.protocols.map(\.name) == ["range", "cooperative-sticky"] && first.reason != nil)
        let said = try ConsumerProtocolSubscription.decode(from: first.protocols[0].metadata)
        #expect(said.topics == ["a", "b"] && said.ownedPartitions.isEmpty)
        bench.answer(
            .joinGroup(
                .with {
                    $0.errorCode = .memberIdRequired
                    $0.memberID = "m"
                }))
        #expect(bench.join?.memberID == "m")
        bench.joined()
        #expect(bench.sync?.generationID == 1 && bench.sync?.memberID == "m" && bench.sync?.assignments == [])
        #expect(bench.member.state == .syncing)
        bench.synced(Self.a01)
        #expect(bench.assigned == Set(Self.a01) && bench.member.owned == Set(Self.a01))
        #expect(bench.member.state == .stable && bench.member.identity?.generation == 1)
    }

    @Test func `the leader assigns to all, one whose bytes can't be read gets nothing`() throws {
        var bench = Bench.classic()
        let members = [("m", Self.subscription(["a"])), ("n", Self.subscription(["a"])), ("x", [0xff])]
        bench.joined(leader: "m", members: members)
        let given = try #require(bench.sync).assignments.map { entry in
            try ConsumerProtocol.assignment(entry.assignment, generation: 1).partitions.count
        }
        #expect(given == [2, 2, 0])
    }

    @Test func `a leader asks for topics that it does not know, and does not wait for ever`() {
        var bench = Bench.classic()
        bench.joined(leader: "m", members: [("m", Self.subscription(["a"])), ("n", Self.subscription(["c", "d"]))])
        #expect(bench.learned == ["c", "d"] && bench.sync == nil && bench.member.state == .syncing)
        var other = bench
        bench.tell(
            .topics(GroupTopics(known: ["a": .init(partitionCount: 4), "c": .init(partitionCount: 1)], missing: ["d"])))
        #expect(bench.sync?.assignments.count == 2)
        while other.sync == nil, other.now.nanoseconds < 60_000_000_000 {
            other.wait(.seconds(1))
            if other.heartbeat != nil { other.answer(.heartbeat(HeartbeatResponse())) }
        }
        #expect(other.sync?.assignments.count == 2 && other.now.nanoseconds <= 11_000_000_000)
    }

    @Test func `a leader has the group rebalance when topics change, other members don't`() {
        var bench = Bench.classic()
        bench.joined(leader: "m", members: [("m", Self.subscription(["a"]))])
        bench.synced(Self.a01)
        bench.tell(.topics(.ab))
        #expect(bench.member.state == .stable)
        var grown = GroupTopics.ab
        grown.known["a"]?.partitionCount = 5
        bench.tell(.topics(grown))
        #expect(bench.revoked?.partitions == Set(Self.a01))
        var follower = Bench.stable()
        follower.tell(.topics(grown))
        #expect(follower.member.state == .stable)
    }

    @Test func `a leader that is told to skip the assignment makes none, but watches topics`() {
        var bench = Bench.classic(instance: "i")
        bench.joined(leader: "m", members: [("m", Self.subscription(["a"]))], skipsAssignment: true)
        #expect(bench.sync?.assignments == [] && bench.sync?.groupInstanceID == "i")
        bench.synced(Self.a01)
        bench.tell(.topics(GroupTopics(known: ["a": GroupTopic(partitionCount: 9)])))
        #expect(bench.member.state == .revoking)
    }

    @Test func `an eager member revokes all before it joins again`() throws {
        var bench = Bench.stable()
        bench.wait(.seconds(3))
        #expect(bench.heartbeat?.generationID == 1)
        bench.refused(.rebalanceInProgress)
        let revocation = try #require(bench.revoked)
        #expect(revocation.partitions == Set(Self.a01) && bench.member.owned == Set(Self.a01))
        // It is heard of meanwhile.
        bench.wait(.seconds(3))
        #expect(bench.heartbeat != nil && bench.join == nil)
        bench.tell(.revoked(revocation.number + 1))
        #expect(bench.member.state == .revoking)
        bench.tell(.revoked(revocation.number))
        #expect(bench.join?.memberID == "m" && bench.member.owned.isEmpty)
        bench.joined(generation: 2)
        bench.synced([])
        #expect(bench.assigned == [])
    }

    @Test func `a cooperative member keeps its partitions, revokes what went, and joins again`() throws {
        var bench = Bench.stable([CooperativeStickyAssignor()])
        bench.wait(.seconds(3))
        bench.refused(.rebalanceInProgress)
        let said = try ConsumerProtocolSubscription.decode(from: #require(bench.join).protocols[0].metadata)
        #expect(said.ownedPartitions == [ConsumerProtocolTopicPartition(topic: "a", partitions: [0, 1])])
        #expect(said.generationID == 1 && said.userData == [0, 0, 0, 1])
        bench.joined(generation: 2)
        #expect(bench.member.owned == Set(Self.a01))
        bench.synced([TopicPartition("a", 1), TopicPartition("a", 2)])
        let revocation = try #require(bench.revoked)
        #expect(revocation.partitions == [TopicPartition("a", 0)] && bench.assigned == nil)
        bench.tell(.revoked(revocation.number))
        #expect(bench.assigned == [TopicPartition("a", 2)] && bench.join != nil)
    }

    @Test func `a member that also knows an eager strategy is eager`() {
        var bench = Bench.stable([CooperativeStickyAssignor(), RangeAssignor()])
        bench.wait(.seconds(3))
        bench.refused(.rebalanceInProgress)
        #expect(bench.revoked?.partitions == Set(Self.a01))
    }

    @Test func `a subscription that changes has the member join again, and without topics it leaves`() throws {
        var bench = Bench.stable([CooperativeStickyAssignor()])
        bench.tell(.subscribed(["a", "b"]))
        #expect(bench.join != nil)
        bench.joined(generation: 2)
        bench.synced(Self.a01)
        bench.tell(.subscribed([]))
        #expect(try bench.revoked?.partitions == Set(Self.a01) && #require(bench.revoked).number > 0)
        bench.tell(.revoked(bench.revoked?.number ?? 0))
        #expect(bench.leaveGroup?.members.map(\.memberID) == ["m"])
        bench.answer(.leaveGroup(LeaveGroupResponse()))
        #expect(bench.hasLeft && bench.member.state == .left)
        bench.tell(.subscribed(["b"]))
        #expect(bench.join?.memberID == "")
    }

    @Test func `who leaves gives back first, and does not wait for ever for an answer`() {
        var bench = Bench.stable()
        bench.tell(.leave(reason: "enough"))
        #expect(bench.revoked?.partitions == Set(Self.a01) && bench.leaveGroup == nil)
        bench.tell(.revoked(bench.revoked?.number ?? 0))
        #expect(bench.leaveGroup?.members.first?.reason == "enough")
        #expect(bench.leaveGroup?.fitted(to: 2).memberID == "m" && bench.leaveGroup?.fitted(to: 2).members == [])
        bench.wait(.seconds(5))
        #expect(bench.hasLeft)
        // The coordinator keeps the place of a static member.
        bench = .stable(instance: "i")
        bench.tell(.leave(reason: "enough"))
        bench.tell(.revoked(bench.revoked?.number ?? 0))
        #expect(bench.sent.isEmpty && bench.hasLeft)
        // Unless it is told to leave for good; and another one may stay.
        bench = .stable(instance: "i")
        bench.tell(.leave(reason: "enough", as: .leaveGroup))
        bench.tell(.revoked(bench.revoked?.number ?? 0))
        #expect(bench.leaveGroup?.members.first?.groupInstanceID == "i")
        bench = .stable()
        bench.tell(.leave(reason: "enough", as: .remainInGroup))
        bench.tell(.revoked(bench.revoked?.number ?? 0))
        #expect(bench.sent.isEmpty && bench.hasLeft)
        // While it joins.
        bench = .classic()
        bench.tell(.leave(reason: "enough"))
        #expect(bench.hasLeft)
    }

    @Test func `a static member that comes back with other topics joins once more under its new id`() {
        var bench = Bench.classic(instance: "i")
        bench.joined()
        bench.synced([TopicPartition("b", 0)])
        #expect(bench.assigned == nil && bench.join?.memberID == "m")
        bench.joined(generation: 2)
        bench.synced(Self.a01)
        #expect(bench.assigned == Set(Self.a01))
    }

    @Test func `what the strategy gives is checked, and what it throws fails the leader`() {
        struct Odd: PartitionAssignor {
            let name = "odd"
            let given: [String: [TopicPartition]]?
            func assign(_ group: GroupSubscription) throws -> GroupAssignment {
                guard let given else { throw KafkaClientError(.invalidArgument, "no") }
                return GroupAssignment(given)
            }
        }
        let a0 = TopicPartition("a", 0)
        for given in [nil, ["m": [a0], "n": [a0]], ["m": [a0, a0]], ["m": [TopicPartition("b", 0)]]] {
            var bench = Bench.classic([Odd(given: given)])
            bench.joined(leader: "m", members: [("m", Self.subscription(["a"])), ("n", Self.subscription(["a"]))])
            #expect(bench.failure?.code == .handlerFailed && bench.member.state == .failed)
        }
        var bench = Bench.classic([Odd(given: ["m": [a0], "nobody": [a0]])])
        bench.joined(leader: "m", members: [("m", Self.subscription(["a"]))])
        #expect(bench.sync != nil)
    }
}
