import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaClient

/// Whatever a coordinator answers, in whatever order, nothing traps, what the user is told adds up, and nobody is asked in a tight loop.
@Suite struct HostileCoordinatorTests {
    @Test(arguments: [true, false]) func `answers at random do no harm`(isClassic: Bool) {
        var random = SeededGenerator()
        for _ in 0..<300 { torment(&random, isClassic: isClassic) }
    }

    private func torment(_ random: inout SeededGenerator, isClassic: Bool) {
        var settings = GroupMemberSettings(groupID: "g")
        settings.assignors =
            Bool.random(using: &random) ? [CooperativeStickyAssignor()] : [StickyAssignor(), RangeAssignor()]
        let membership: any GroupMembership =
            isClassic ? ClassicMembership(settings) : ConsumerMembership(settings, memberID: "m")
        var member = SimulatedMember(membership, instance: nil, subscription: [])
        var now = MonotonicInstant(nanoseconds: 0)
        var sentCount = 0
        var event = MembershipEvent.subscribed(["a", "b"])
        for _ in 0..<400 {
            now = now + .milliseconds(Int.random(in: 0...500, using: &random))
            let actions = member.membership.handle(event, now: now, chance: .random(in: -1...1, using: &random))
            for action in actions {
                if case .send(_, let number, _) = action {
                    sentCount += 1
                    member.outstanding.insert(number)
                }
                member.note(action)
            }
            if !member.complaints.isEmpty || member.held != member.membership.owned {
                Issue.record("\(member.complaints), \(member.held), \(member.membership.owned), \(TestSeed.hint)")
                return
            }
            event = next(&random, &member)
        }
        // An event has two requests follow at most: a leave, and what comes after.
        #expect(sentCount <= 800)
    }

    private func next(_ random: inout SeededGenerator, _ member: inout SimulatedMember) -> MembershipEvent {
        let number = member.outstanding.randomElement(using: &random) ?? 0
        let error = KafkaClientError(
            [.requestTimedOut, .protocolViolation, .connectionFailed].randomElement(using: &random) ?? .closed, "no")
        switch Int.random(in: 0..<20, using: &random) {
        case 0: return .subscribed([["a"], ["a", "b"], []].randomElement(using: &random) ?? [])
        case 1: return .topics(Bool.random(using: &random) ? .ab : GroupTopics(missing: ["b"]))
        case 2: return .noCoordinator(KafkaClientError(.connectionFailed, "no"))
        case 3: return .lostCoordinator
        case 4: return .unanswered(number, error)
        case 5:
            let code = Self.codes.randomElement(using: &random) ?? .none
            return .committed(member.membership.identity ?? MemberIdentity(memberID: "m", generation: 1), code)
        case 6, 7:
            guard let revocation = member.revocations.randomElement(using: &random) else { return .revoked(number) }
            member.revocations[revocation.key] = nil
            member.held.subtract(revocation.value)
            return .revoked(revocation.key)
        case 8: return .polled(isWaiting: Bool.random(using: &random))
        case 9: return .time
        case 10: return Int.random(in: 0..<5, using: &random) == 0 ? .leave(reason: "no") : .time
        case 11, 12: return .foundCoordinator
        default:
            member.outstanding.remove(number)
            return .answered(number, answer(&random))
        }
    }

    private static let codes: [KafkaErrorCode] = [
        .none, .none, .none, .none, .rebalanceInProgress, .illegalGeneration, .unknownMemberId, .notCoordinator,
        .coordinatorLoadInProgress, .memberIdRequired, .fencedMemberEpoch, KafkaErrorCode(rawValue: 999),
    ]

    private func answer(_ random: inout SeededGenerator) -> GroupAnswer {
        let code = Self.codes.randomElement(using: &random) ?? .none
        let id = ["m", "m", "m", "n", ""].randomElement(using: &random) ?? ""
        let number = [Int32.min, -1, 0, 1, 2, 3, 4, .max].randomElement(using: &random) ?? 0
        let metadata = random.bytes(Int.random(in: 0...30, using: &random))
        switch Int.random(in: 0..<12, using: &random) {
        case 0...2:
            return .joinGroup(
                .with { response in
                    response.errorCode = code
                    response.generationID = number
                    response.memberID = id
                    response.leader = "m"
                    response.protocolName =
                        ["range", "sticky", "cooperative-sticky", nil].randomElement(using: &random) ?? nil
                    for id in ["m", "n", "m"] {
                        var member = JoinGroupResponse.Member()
                        member.memberID = id
                        member.metadata = metadata
                        response.members.append(member)
                    }
                })
        case 3...5:
            let good = try? ConsumerProtocol.assignment([TopicPartition("a", number & 3)], userData: metadata)
            return .syncGroup(
                .with {
                    $0.errorCode = code
                    $0.assignment = Bool.random(using: &random) ? metadata : good ?? []
                })
        case 6: return .heartbeat(.with { $0.errorCode = code })
        case 7: return .leaveGroup(.with { $0.errorCode = code })
        default:
            return .consumerHeartbeat(
                .with { response in
                    response.errorCode = code
                    response.memberEpoch = number
                    response.memberID = id
                    response.heartbeatIntervalMs = number
                    response.assignment =
                        Bool.random(using: &random)
                        ? nil
                        : .init(topicPartitions: [
                            .init(
                                topicID: KafkaUUID(high: 0, low: .random(in: 0...3, using: &random)),
                                partitions: [0, number & 7, number])
                        ])
                })
        }
    }
}
