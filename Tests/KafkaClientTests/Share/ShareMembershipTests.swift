import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// How a member of a share group joins, follows its assignment, and leaves.
@Suite struct ShareMembershipTests {
    typealias Bench = MembershipBench<ConsumerMembership>
    private static let a0 = TopicPartition("a", 0)
    private static let a1 = TopicPartition("a", 1)

    @Test func `the first heartbeat says everything, later ones that the member is there`() throws {
        var bench = Bench.share()
        let first = try #require(bench.shareHeartbeat)
        #expect(first.groupID == "g" && first.memberID == "m" && first.memberEpoch == 0 && first.rackID == "r")
        #expect(first.subscribedTopicNames == ["a", "b"])
        bench.shareBeat(1, ["a": [0, 1]])
        #expect(bench.assigned == [Self.a0, Self.a1])
        // What it has is its coordinator's to know.
        #expect(bench.sent.isEmpty)
        bench.wait(.seconds(5))
        let second = try #require(bench.shareHeartbeat)
        #expect(second.memberEpoch == 1 && second.rackID == nil && second.subscribedTopicNames == nil)
        bench.shareBeat(2)
        bench.tell(.subscribed(["a"]))
        let third = try #require(bench.shareHeartbeat)
        #expect(third.memberEpoch == 2 && third.subscribedTopicNames == ["a"])
    }

    @Test func `partitions come and go without a word to the coordinator`() throws {
        var bench = Bench.share()
        bench.shareBeat(1, ["a": [0, 1]])
        bench.wait(.seconds(5))
        bench.shareBeat(2, ["a": [1]])
        let revocation = try #require(bench.revoked)
        #expect(revocation.partitions == [Self.a0])
        bench.tell(.revoked(revocation.number))
        #expect(bench.member.owned == [Self.a1] && bench.sent.isEmpty && bench.member.state == .stable)
    }

    @Test func `until there is a first assignment, heartbeats come soon after each other`() {
        var bench = Bench.share()
        bench.shareBeat(1)
        var pauses: [Duration] = []
        for _ in 0..<8 {
            let asked = bench.now
            while bench.shareHeartbeat == nil { bench.wait(.milliseconds(100)) }
            pauses.append(bench.now - asked)
            // Nothing is assigned by none, nor by an empty one.
            bench.shareBeat(1, pauses.count == 3 ? [:] : nil)
        }
        #expect(pauses == [100, 200, 400, 800, 1600, 3200, 5000, 5000].map { .milliseconds($0) })
        // One that has joined anew waits no longer either.
        bench.wait(.seconds(5))
        bench.answer(.shareHeartbeat(.with { $0.errorCode = .unknownMemberId }))
        bench.shareBeat(2)
        bench.wait(.milliseconds(100))
        #expect(bench.shareHeartbeat != nil)
        bench.shareBeat(3, ["a": [0]])
        #expect(bench.assigned == [Self.a0])
        bench.wait(.milliseconds(4900))
        #expect(bench.shareHeartbeat == nil)
        // What is taken away is no reason to hurry.
        bench.wait(.milliseconds(100))
        bench.shareBeat(4, [:])
        if let revocation = bench.revoked { bench.tell(.revoked(revocation.number)) }
        bench.wait(.milliseconds(4900))
        #expect(bench.shareHeartbeat == nil)
    }

    @Test(arguments: [KafkaErrorCode.unknownMemberId, .fencedMemberEpoch])
    func `a fenced member loses what it has, and joins again under its name`(code: KafkaErrorCode) throws {
        var bench = Bench.share()
        bench.shareBeat(3, ["a": [0]])
        bench.wait(.seconds(5))
        bench.answer(.shareHeartbeat(.with { $0.errorCode = code }))
        #expect(bench.lost == [Self.a0])
        let again = try #require(bench.shareHeartbeat)
        #expect(again.memberEpoch == 0 && again.memberID == "m" && again.subscribedTopicNames == ["a", "b"])
        bench.shareBeat(4, ["a": [0]])
        #expect(bench.assigned == [Self.a0])
    }

    @Test func `another coordinator is looked for, and told everything`() throws {
        var bench = Bench.share()
        bench.shareBeat(1, ["a": [0]])
        bench.wait(.seconds(5))
        bench.answer(.shareHeartbeat(.with { $0.errorCode = .notCoordinator }))
        #expect(bench.findsCoordinator && bench.lost == nil)
        bench.tell(.foundCoordinator)
        let request = try #require(bench.shareHeartbeat)
        #expect(request.memberEpoch == 1 && request.subscribedTopicNames == ["a", "b"])
    }

    @Test func `it gives back, and then leaves`() throws {
        var bench = Bench.share()
        bench.shareBeat(1, ["a": [0]])
        bench.tell(.leave(reason: ""))
        let revocation = try #require(bench.revoked)
        bench.tell(.revoked(revocation.number))
        let request = try #require(bench.shareHeartbeat)
        #expect(request.memberEpoch == -1 && request.memberID == "m")
        bench.answer(.shareHeartbeat(.with { $0.memberEpoch = -1 }))
        #expect(bench.hasLeft)
    }

    @Test func `what is no answer of a share group ends the member after a while`() {
        var bench = Bench.share()
        for _ in 0..<20 where bench.failure == nil {
            bench.answer(.consumerHeartbeat(.with { $0.memberEpoch = 1 }))
            if bench.failure == nil { bench.wait(.seconds(2)) }
        }
        #expect(bench.failure?.code == .protocolViolation)
    }

    @Test func `a group of another kind is an error for good`() {
        var bench = Bench.share()
        bench.answer(.shareHeartbeat(.with { $0.errorCode = .groupIdNotFound }))
        #expect(bench.failure?.brokerError == .groupIdNotFound)
        #expect(bench.failure?.message.contains("is not a share group: use another id") == true)
    }
}

extension MembershipBench<ConsumerMembership> {
    /// A member of a share group that is about to join, with topics a (4 partitions) and b (2).
    static func share() -> MembershipBench {
        var settings = GroupMemberSettings(groupID: "g")
        settings.rack = "r"
        var bench = MembershipBench(ConsumerMembership(settings, memberID: "m", isShare: true))
        bench.tell(.polled(isWaiting: true))
        bench.tell(.topics(.ab))
        bench.tell(.subscribed(["a", "b"]))
        bench.tell(.foundCoordinator)
        return bench
    }

    var shareHeartbeat: ShareGroupHeartbeatRequest? {
        if case .shareHeartbeat(let request) = sent.last { request } else { nil }
    }

    /// Answers the last heartbeat.
    mutating func shareBeat(_ epoch: Int32, _ assignment: [String: [Int32]]? = nil) {
        let known = GroupTopics.ab.known
        answer(
            .shareHeartbeat(
                .with { response in
                    response.memberEpoch = epoch
                    response.memberID = "m"
                    response.heartbeatIntervalMs = 5000
                    response.assignment = assignment.map { topics in
                        .init(
                            topicPartitions: topics.map {
                                .init(topicID: known[$0.key]?.id ?? .zero, partitions: $0.value)
                            })
                    }
                }))
    }
}
