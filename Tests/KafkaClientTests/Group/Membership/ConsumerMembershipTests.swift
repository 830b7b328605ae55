import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// How a member of a KIP-848 group joins, follows its target, and leaves.
@Suite struct ConsumerMembershipTests {
    typealias Bench = MembershipBench<ConsumerMembership>
    private static let a0 = TopicPartition("a", 0)
    private static let a1 = TopicPartition("a", 1)

    @Test func `the first heartbeat says everything, later ones what has changed`() throws {
        var bench = Bench.consumer { $0.serverAssignor = "uniform" }
        let first = try #require(bench.consumerHeartbeat)
        #expect(
            first.memberID == "m" && first.memberEpoch == 0 && first.rackID == "r"
                && first.rebalanceTimeoutMs == 300_000)
        #expect(
            first.subscribedTopicNames == ["a", "b"] && first.topicPartitions == [] && first.serverAssignor == "uniform"
        )
        bench.beat(1, ["a": [0, 1]])
        #expect(bench.assigned == [Self.a0, Self.a1])
        // What it has is told at once.
        let second = try #require(bench.consumerHeartbeat)
        #expect(second.memberEpoch == 1 && second.topicPartitions?.map(\.partitions) == [[0, 1]])
        #expect(second.rackID == nil && second.rebalanceTimeoutMs == -1 && second.subscribedTopicNames == nil)
        bench.beat(1)
        #expect(bench.sent.isEmpty)
        bench.wait(.seconds(5))
        let third = try #require(bench.consumerHeartbeat)
        #expect(third.topicPartitions == nil && third.serverAssignor == nil && third.memberEpoch == 1)
        bench.beat(1)
        bench.tell(.subscribed(["a"]))
        #expect(bench.consumerHeartbeat?.subscribedTopicNames == ["a"])
    }

    @Test func `a regular expression is told, and taken back`() {
        var bench = Bench.consumer()
        bench.beat(1)
        bench.tell(.subscribed([], regex: "a.*"))
        #expect(bench.consumerHeartbeat?.subscribedTopicRegex == "a.*")
        #expect(bench.consumerHeartbeat?.subscribedTopicNames == [])
        bench.beat(1)
        bench.tell(.subscribed(["b"]))
        #expect(bench.consumerHeartbeat?.subscribedTopicRegex == "")
    }

    @Test func `what is not in the target is revoked first, told of, and then what is new is taken`() throws {
        var bench = Bench.consumer()
        bench.beat(1, ["a": [0, 1]])
        bench.beat(1)
        bench.wait(.seconds(5))
        bench.beat(1, ["a": [1], "b": [0]])
        let revocation = try #require(bench.revoked)
        #expect(revocation.partitions == [Self.a0] && bench.assigned == nil && bench.member.state == .revoking)
        // It is heard of meanwhile, and a newer target waits.
        bench.wait(.seconds(5))
        #expect(bench.consumerHeartbeat != nil)
        bench.beat(1, ["a": [1], "b": [0, 1]])
        #expect(bench.revoked == nil)
        bench.tell(.revoked(revocation.number))
        #expect(bench.assigned == [TopicPartition("b", 0), TopicPartition("b", 1)])
        #expect(bench.consumerHeartbeat?.topicPartitions?.map(\.partitions) == [[1], [0, 1]])
        bench.beat(2)
        #expect(bench.member.identity?.generation == 2)
    }

    @Test func `topics whose names are not known are kept until they are`() {
        var bench = Bench.consumer(topics: GroupTopics())
        bench.beat(1, ["a": [0], "b": [1]])
        let asked = bench.actions.compactMap { if case .learn(_, let ids) = $0 { ids } else { nil } }
        #expect(asked == [[KafkaUUID(high: 0, low: 1), KafkaUUID(high: 0, low: 2)]])
        #expect(bench.assigned == [] && bench.member.owned.isEmpty)
        bench.tell(.topics(GroupTopics(known: ["a": GroupTopic(id: KafkaUUID(high: 0, low: 1), partitionCount: 1)])))
        #expect(bench.assigned == [Self.a0])
        bench.tell(.topics(.ab))
        #expect(bench.assigned == [TopicPartition("b", 1)])
    }

    @Test func `a topic that is made anew is revoked and assigned`() throws {
        var bench = Bench.consumer()
        bench.beat(1, ["a": [0]])
        bench.beat(1)
        bench.tell(.topics(GroupTopics(known: ["a": GroupTopic(id: KafkaUUID(high: 0, low: 9), partitionCount: 1)])))
        bench.wait(.seconds(5))
        bench.beat(2, ids: [KafkaUUID(high: 0, low: 9): [0]])
        #expect(bench.revoked?.partitions == [Self.a0])
        bench.tell(.revoked(bench.revoked?.number ?? 0))
        #expect(bench.assigned == [Self.a0])
        let told = try #require(bench.consumerHeartbeat?.topicPartitions)
        #expect(told.map(\.topicID) == [KafkaUUID(high: 0, low: 9)])
    }

    @Test(arguments: [KafkaErrorCode.unknownMemberId, .fencedMemberEpoch])
    func `a member that is fenced has lost its partitions, and joins again`(code: KafkaErrorCode) {
        var bench = Bench.consumer()
        bench.beat(1, ["a": [0]])
        bench.refused(code)
        #expect(bench.lost == [Self.a0] && bench.member.owned.isEmpty)
        #expect(bench.consumerHeartbeat?.memberEpoch == 0 && bench.consumerHeartbeat?.memberID == "m")
        #expect(
            bench.consumerHeartbeat?.topicPartitions == [] && bench.consumerHeartbeat?.rebalanceTimeoutMs == 300_000)
        bench.beat(3, ["a": [1]])
        #expect(bench.assigned == [Self.a1])
    }

    @Test(arguments: [
        KafkaErrorCode.unreleasedInstanceId, .unsupportedAssignor, .groupAuthorizationFailed, .groupMaxSizeReached,
        .invalidRequest, .unsupportedVersion, .invalidRegularExpression,
    ])
    func `what trying again does not mend fails the member`(code: KafkaErrorCode) {
        var bench = Bench.consumer()
        bench.beat(1, ["a": [0]])
        bench.refused(code)
        #expect(bench.failure?.brokerError == code && bench.lost == [Self.a0])
    }

    @Test func `after a failure everything is told again`() {
        var bench = Bench.consumer()
        bench.beat(1, ["a": [0]])
        bench.loseAnswer()
        #expect(bench.findsCoordinator)
        bench.tell(.foundCoordinator)
        let request = bench.consumerHeartbeat
        #expect(request?.memberEpoch == 1 && request?.subscribedTopicNames == ["a", "b"])
        #expect(request?.topicPartitions?.map(\.partitions) == [[0]])
        bench.refused(.coordinatorLoadInProgress)
        #expect(!bench.findsCoordinator && bench.member.owned == [Self.a0])
        bench.wait(.seconds(2))
        #expect(bench.consumerHeartbeat?.subscribedTopicNames == ["a", "b"])
    }

    @Test func `who leaves gives back first, and says whether it comes back`() {
        for (instance, epoch) in [(nil, -1), ("i", -2)] as [(String?, Int32)] {
            var bench = Bench.consumer { $0.groupInstanceID = instance }
            bench.beat(1, ["a": [0]])
            bench.beat(1)
            bench.tell(.leave(reason: "enough"))
            #expect(bench.revoked?.partitions == [Self.a0])
            bench.tell(.revoked(bench.revoked?.number ?? 0))
            #expect(bench.consumerHeartbeat?.memberEpoch == epoch && bench.consumerHeartbeat?.instanceID == instance)
            bench.refused(.unknownMemberId)
            #expect(bench.hasLeft && bench.member.state == .left)
            bench.tell(.subscribed(["a"]))
            #expect(bench.consumerHeartbeat?.memberEpoch == 0)
        }
        var bench = Bench.consumer()
        bench.tell(.leave(reason: "enough"))
        #expect(bench.consumerHeartbeat?.memberEpoch == -1)
        bench.wait(.seconds(5))
        #expect(bench.hasLeft)
    }

    @Test func `a member that is closed stays or leaves as it is told`() {
        for (instance, operation, epoch) in [
            (nil, .leaveGroup, -1), (nil, .remainInGroup, nil), ("i", .leaveGroup, -1), ("i", .remainInGroup, -2),
        ] as [(String?, GroupMembershipOperation, Int32?)] {
            var bench = Bench.consumer { $0.groupInstanceID = instance }
            bench.beat(1, ["a": [0]])
            bench.beat(1)
            bench.tell(.leave(reason: "enough", as: operation))
            bench.tell(.revoked(bench.revoked?.number ?? 0))
            #expect(bench.consumerHeartbeat?.memberEpoch == epoch)
            if epoch == nil { #expect(bench.hasLeft && bench.sent.isEmpty) }
        }
    }

    @Test func `who leaves while it revokes gives back the rest, too`() {
        var bench = Bench.consumer()
        bench.beat(1, ["a": [0, 1]])
        bench.beat(1, ["a": [1]])
        let number = bench.revoked?.number ?? 0
        bench.tell(.leave(reason: "enough"))
        bench.tell(.revoked(number))
        #expect(bench.revoked?.partitions == [Self.a1] && bench.consumerHeartbeat?.memberEpoch != -1)
        bench.tell(.revoked(bench.revoked?.number ?? 0))
        #expect(bench.consumerHeartbeat?.memberEpoch == -1 && bench.member.owned.isEmpty)
    }

    @Test func `the coordinator says how often it wants to hear of the member`() {
        var bench = Bench.consumer()
        bench.beat(1, ["a": [0]], interval: 700)
        bench.beat(1, interval: 700)
        bench.wait(.seconds(10))
        #expect(bench.consumerHeartbeat != nil && bench.now.nanoseconds == 700_000_000)
        for interval: Int32 in [-5, 0, 1] {
            bench.beat(1, interval: interval)
            let begin = bench.now
            bench.wait(.seconds(10))
            #expect(bench.consumerHeartbeat != nil && bench.now.nanoseconds - begin.nanoseconds >= 10_000_000)
        }
    }

    @Test func `silence loses the partitions, and so does a user that is slow`() {
        var bench = Bench.consumer()
        bench.beat(1, ["a": [0]])
        while bench.lost == nil, bench.now.nanoseconds < 100_000_000_000 { bench.wait(.seconds(60)) }
        #expect(bench.lost == [Self.a0] && bench.now.nanoseconds == 45_000_000_000 && bench.findsCoordinator)

        bench = .consumer()
        bench.beat(1, ["a": [0]])
        bench.tell(.polled(isWaiting: false))
        while bench.warning == nil, bench.now.nanoseconds < 400_000_000_000 {
            bench.beat(1)
            bench.wait(.seconds(400))
        }
        #expect(bench.warning?.code == .unresponsive && bench.lost == [Self.a0])
        #expect(bench.consumerHeartbeat?.memberEpoch == -1)
        bench.wait(.seconds(1000))
        #expect(bench.sent.isEmpty)
        bench.tell(.polled(isWaiting: true))
        #expect(bench.consumerHeartbeat?.memberEpoch == 0)
    }

    @Test func `lies have the member join anew, and when they go on it fails`() {
        func lies(_ lie: (inout Bench) -> Void) -> (Int, KafkaClientError?) {
            var bench = Bench.consumer()
            var count = 0
            while bench.failure == nil, count < 20 {
                lie(&bench)
                while bench.failure == nil, bench.consumerHeartbeat == nil { bench.wait(.seconds(2)) }
                count += 1
            }
            return (count, bench.failure)
        }
        let results = [
            lies { $0.beat(0) },
            lies { $0.beat(-1) },
            lies { $0.beat(1, id: "somebody") },
            lies { $0.beat(1, ["a": [-4]]) },
            lies { $0.beat(1, ids: [.zero: [1]]) },
            lies { $0.answer(.heartbeat(HeartbeatResponse())) },
        ]
        for (count, failure) in results { #expect(count == 5 && failure?.code == .protocolViolation) }
        var bench = Bench.consumer()
        bench.beat(7, ["a": [0]])
        bench.beat(6)
        #expect(bench.lost == [Self.a0] && bench.warning?.code == .protocolViolation)
    }

    @Test func `a member without an id takes the coordinator's`() {
        var bench = Bench.consumer(id: "")
        bench.beat(1, id: "given")
        #expect(bench.member.identity?.memberID == "given")
    }
}

extension MembershipBench<ConsumerMembership> {
    /// A member that has sent its first heartbeat.
    static func consumer(
        id: String = "m", topics: GroupTopics = .ab, change: (inout GroupMemberSettings) -> Void = { _ in }
    ) -> MembershipBench {
        var settings = GroupMemberSettings(groupID: "g")
        settings.rack = "r"
        change(&settings)
        var bench = MembershipBench(ConsumerMembership(settings, memberID: id))
        bench.tell(.polled(isWaiting: true))
        bench.tell(.topics(topics))
        bench.tell(.subscribed(["a", "b"]))
        bench.tell(.foundCoordinator)
        return bench
    }

    /// Answers the last heartbeat.
    mutating func beat(
        _ epoch: Int32, _ assignment: [String: [Int32]]? = nil, id: String? = nil, interval: Int32 = 5000
    ) {
        let known = GroupTopics.ab.known
        beat(
            epoch,
            ids: assignment.map { topics in
                Dictionary(uniqueKeysWithValues: topics.map { (known[$0.key]?.id ?? .zero, $0.value) })
            }, id: id, interval: interval)
    }

    mutating func beat(_ epoch: Int32, ids: [KafkaUUID: [Int32]]?, id: String? = nil, interval: Int32 = 5000) {
        answer(
            .consumerHeartbeat(
                .with { response in
                    response.memberEpoch = epoch
                    response.memberID = id
                    response.heartbeatIntervalMs = interval
                    response.assignment = ids.map { ids in
                        .init(topicPartitions: ids.map { .init(topicID: $0.key, partitions: $0.value) })
                    }
                }))
    }

    mutating func refused(_ code: KafkaErrorCode) { answer(.consumerHeartbeat(.with { $0.errorCode = code })) }
}
