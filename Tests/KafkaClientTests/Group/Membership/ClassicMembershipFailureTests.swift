import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// What a member of a classic group does about errors, silence and lies.
@Suite struct ClassicMembershipFailureTests {
    typealias Bench = MembershipBench<ClassicMembership>
    private static let a01: Set<TopicPartition> = [TopicPartition("a", 0), TopicPartition("a", 1)]

    @Test(arguments: [
        KafkaErrorCode.groupAuthorizationFailed, .groupMaxSizeReached, .inconsistentGroupProtocol, .fencedInstanceId,
        .invalidSessionTimeout, .invalidGroupId, .unsupportedVersion,
    ])
    func `what trying again does not mend fails the member`(code: KafkaErrorCode) {
        var bench = Bench.classic()
        bench.refused(code)
        #expect(bench.failure?.brokerError == code && bench.member.state == .failed)
        bench = .stable()
        bench.wait(.seconds(3))
        bench.refused(code)
        #expect(bench.failure?.brokerError == code && bench.lost == Self.a01 && bench.member.owned.isEmpty)
        bench.wait(.seconds(1000))
        #expect(bench.sent.isEmpty && bench.wakeAt == nil)
    }

    @Test func `a group whose members are of another kind says what to do`() {
        var bench = Bench.classic()
        bench.refused(.inconsistentGroupProtocol)
        #expect(bench.failure?.message.contains("give this one an assignor that all of them have") == true)
    }

    @Test func `a coordinator that loads is asked again, with pauses that grow`() {
        var bench = Bench.classic()
        var pauses: [Int64] = []
        for _ in 0..<7 {
            bench.refused(.coordinatorLoadInProgress)
            let begin = bench.now
            while bench.join == nil { bench.wait(.seconds(10)) }
            pauses.append((bench.now - begin).nanoseconds / 1_000_000)
        }
        #expect(pauses == [0, 100, 200, 400, 800, 1000, 1000])
        #expect(!bench.findsCoordinator)
    }

    @Test func `another coordinator is looked for, when it is not this one or can't be reached`() {
        for isLost in [true, false] {
            var bench = Bench.classic()
            if isLost { bench.loseAnswer() } else { bench.refused(.notCoordinator) }
            #expect(bench.findsCoordinator && bench.join == nil)
            bench.tell(.noCoordinator(KafkaClientError(.connectionFailed, "nobody answers")))
            #expect(!bench.findsCoordinator)
            bench.wait(.seconds(2))
            #expect(bench.findsCoordinator)
            bench.tell(.foundCoordinator)
            #expect(bench.join != nil)
        }
        var bench = Bench.classic()
        bench.tell(.lostCoordinator)
        bench.tell(.noCoordinator(KafkaClientError(.notAuthorized, "not for you")))
        #expect(bench.failure?.code == .notAuthorized)
    }

    @Test func `a coordinator that does not know the member or its generation has given its partitions away`() {
        for (code, id) in [(KafkaErrorCode.unknownMemberId, ""), (.illegalGeneration, "m")] {
            var bench = Bench.stable([CooperativeStickyAssignor()])
            bench.wait(.seconds(3))
            bench.refused(code)
            #expect(bench.lost == Self.a01 && bench.join?.memberID == id)
            let said = try? ConsumerProtocolSubscription.decode(from: bench.join?.protocols[0].metadata ?? [])
            #expect(said?.ownedPartitions == [] && said?.generationID == -1)
            // While the user gives back.
            bench = .stable()
            bench.wait(.seconds(3))
            bench.refused(.rebalanceInProgress)
            let number = bench.revoked?.number ?? 0
            bench.wait(.seconds(3))
            bench.refused(code)
            #expect(bench.lost == Self.a01 && bench.join?.memberID == id)
            bench.tell(.revoked(number))
            #expect(bench.member.state == .joining)
        }
    }

    @Test func `a commit tells of the member too, unless it was made before`() {
        var bench = Bench.stable()
        let identity = MemberIdentity(memberID: "m", generation: 1)
        bench.tell(.committed(MemberIdentity(memberID: "m", generation: 0), .unknownMemberId))
        bench.tell(.committed(identity, .unknownTopicOrPartition))
        #expect(bench.member.state == .stable)
        bench.tell(.committed(identity, .rebalanceInProgress))
        #expect(bench.member.state == .revoking)
        bench.tell(.committed(identity, .unknownMemberId))
        #expect(bench.lost == Self.a01)
        bench = .stable(instance: "i")
        bench.tell(.committed(MemberIdentity(memberID: "m", generation: 1, groupInstanceID: "i"), .fencedInstanceId))
        #expect(bench.failure?.brokerError == .fencedInstanceId)
    }

    @Test func `after a session without an answer the partitions are lost`() {
        var bench = Bench.stable()
        while bench.lost == nil, bench.now.nanoseconds < 100_000_000_000 {
            bench.wait(.seconds(60))
            if bench.heartbeat != nil { bench.loseAnswer() }
            if bench.findsCoordinator { bench.tell(.foundCoordinator) }
        }
        #expect(bench.lost == Self.a01 && bench.now.nanoseconds == 45_000_000_000)
        #expect(bench.member.identity == nil)
        // It is looked for after a pause.
        while !bench.findsCoordinator { bench.wait(.seconds(1)) }
        bench.tell(.foundCoordinator)
        #expect(bench.join?.memberID == "m")
    }

    @Test func `answers keep the session, however late the last one was`() {
        var bench = Bench.stable()
        for _ in 0..<100 {
            bench.wait(.seconds(3))
            #expect(bench.heartbeat != nil && bench.lost == nil)
            bench.now = bench.now + .seconds(2)
            bench.answer(.heartbeat(HeartbeatResponse()))
        }
    }

    @Test func `a user that does not ask for records in time leaves, and is back when it does`() {
        for instance in [nil, "i"] {
            var bench = Bench.stable(instance: instance)
            bench.tell(.polled(isWaiting: false))
            while bench.warning == nil, bench.now.nanoseconds < 400_000_000_000 {
                bench.wait(.seconds(400))
                if bench.heartbeat != nil { bench.answer(.heartbeat(HeartbeatResponse())) }
            }
            #expect(bench.warning?.code == .unresponsive && bench.lost == Self.a01)
            #expect(bench.now.nanoseconds == 300_000_000_000)
            #expect((bench.leaveGroup?.members.first?.memberID == "m") == (instance == nil))
            bench.wait(.seconds(1000))
            #expect(bench.sent.isEmpty && bench.member.state == .unjoined)
            bench.tell(.polled(isWaiting: true))
            #expect(bench.join != nil)
        }
    }

    @Test func `lies have the member join anew, and when they go on it fails`() {
        func lies(_ lie: (inout Bench) -> Void) -> (Int, KafkaClientError?) {
            var bench = Bench.classic()
            var count = 0
            while bench.failure == nil, count < 20 {
                lie(&bench)
                if bench.failure == nil {
                    #expect(bench.member.owned.isEmpty && bench.member.state != .stable)
                    while bench.join == nil { bench.wait(.seconds(10)) }
                }
                count += 1
            }
            return (count, bench.failure)
        }
        let results = [
            lies { $0.joined(name: "unheard") },
            lies { $0.joined(generation: -7) },
            lies { $0.joined(id: "") },
            lies { $0.answer(.heartbeat(HeartbeatResponse())) },
            lies { $0.answer(.joinGroup(.with { $0.errorCode = .memberIdRequired })) },
            lies { bench in
                bench.joined()
                bench.answer(.syncGroup(.with { $0.assignment = [0, 0, 0, 0, 0, 9, 9] }))
            },
            lies { bench in
                bench.joined()
                bench.synced([TopicPartition("b", 0)])
            },
            lies { bench in
                bench.joined()
                bench.synced([TopicPartition("a", -3)])
            },
            lies { bench in
                bench.joined()
                bench.answer(.syncGroup(.with { $0.protocolName = "unheard" }))
            },
        ]
        for (count, failure) in results { #expect(count == 5 && failure?.code == .protocolViolation) }
    }

    @Test func `another member's id is not taken over`() {
        var bench = Bench.stable([CooperativeStickyAssignor()])
        bench.wait(.seconds(3))
        bench.refused(.rebalanceInProgress)
        bench.joined(generation: 2, id: "somebody")
        #expect(bench.lost == Self.a01 && bench.warning != nil)
    }

    @Test func `partitions that a topic does not have yet are asked about`() {
        var bench = Bench.classic()
        bench.joined()
        bench.synced([TopicPartition("a", 7)])
        #expect(bench.assigned == [TopicPartition("a", 7)] && bench.learned == ["a"])
    }

    @Test func `answers to what nobody waits for change nothing`() {
        var bench = Bench.stable()
        for number in 0..<20 {
            bench.tell(.answered(number, .syncGroup(SyncGroupResponse())))
            bench.tell(.answered(number, .joinGroup(JoinGroupResponse())))
            bench.tell(.answered(number, .leaveGroup(LeaveGroupResponse())))
            bench.tell(.unanswered(number, KafkaClientError(.requestTimedOut, "late")))
            bench.tell(.revoked(number))
        }
        #expect(bench.member.state == .stable && bench.member.owned == Self.a01)
    }
}
