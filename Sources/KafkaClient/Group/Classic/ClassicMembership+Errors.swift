// What the coordinator refuses, and what it should not have answered.

import KafkaProtocol
import KafkaTransport

extension ClassicMembership {
    /// What a code answers.
    enum Asked {
        case join, sync, heartbeat, commit

        var words: String {
            switch self {
            case .join: "could not be joined"
            case .sync: "gave no assignment"
            case .heartbeat: "refused a heartbeat"
            case .commit: "refused a commit"
            }
        }
    }

    mutating func didReceive(_ code: KafkaErrorCode, of asked: Asked, now: MonotonicInstant, chance: Double) {
        let error = KafkaClientError(
            refusing: code, "group \(settings.groupID) \(asked.words)", kind: "classic")
        switch code {
        case .none: break
        case .rebalanceInProgress:
            switch phase {
            case .stable: rejoin("the group rebalances", now: now)
            // Whoever revokes joins afterwards.
            case .unjoined where asked != .commit:
                joinReason = "the group rebalances"
                retry(now: now, chance: chance)
            default: break
            }
        case .illegalGeneration:
            lose(error, keepsID: true, now: now)
            joinReason = "the generation is over"
            retry(now: now, chance: chance)
        case .unknownMemberId:
            lose(error, keepsID: false, now: now)
            joinReason = "the coordinator did not know the member"
            retry(now: now, chance: chance)
        case .notCoordinator, .coordinatorNotAvailable:
            search.forget(now: now, chance: chance)
            retry(now: now, chance: chance)
        default:
            if code.isRetriable {
                retry(now: now, chance: chance)
            } else if asked != .commit || code == .fencedInstanceId {
                fail(error)
            }
        }
    }

    mutating func didCommit(_ used: MemberIdentity, _ code: KafkaErrorCode, now: MonotonicInstant, chance: Double) {
        guard used == identity else { return }
        // Other codes are about the commit.
        let isOfMember: Set<KafkaErrorCode> = [
            .rebalanceInProgress, .illegalGeneration, .unknownMemberId, .fencedInstanceId, .notCoordinator,
            .coordinatorNotAvailable,
        ]
        if isOfMember.contains(code) { didReceive(code, of: .commit, now: now, chance: chance) }
    }

    mutating func didFail(_ number: Int, _ error: KafkaClientError, now: MonotonicInstant, chance: Double) {
        sentAt[number] = nil
        switch phase {
        case .joining(number), .syncing(number):
            phase = .unjoined
            joinReason = "an answer was lost"
        case .leaving(number, _): return didLeave()
        default:
            guard heartbeatNumber == number else { return }
            heartbeatNumber = nil
        }
        if error.code == .protocolViolation { return violated("sent no answer: \(error)", now: now, chance: chance) }
        guard error.isRetriable || error.code == .closed else { return fail(error) }
        search.forget(now: now, chance: chance)
        retry(now: now, chance: chance)
    }

    /// Joins again after a pause, if it is about to join. The first time there is none.
    mutating func retry(now: MonotonicInstant, chance: Double) {
        guard case .unjoined = phase else { return }
        if failureCount > 0 {
            retryAt = now.advanced(byNanoseconds: settings.backoff.delayNs(attempt: failureCount, chance: chance))
        }
        failureCount += 1
    }

    /// Takes note of an assignment of what the member has not asked for. A static member that comes back with other topics is given what it
    /// had before; when it joins again under its new id, the group rebalances.
    mutating func mismatched(_ stray: TopicPartition, now: MonotonicInstant, chance: Double) {
        violationCount += 1
        let error = KafkaClientError(
            .protocolViolation,
            "the coordinator of group \(settings.groupID) assigned \(stray.topic.foreign)-\(stray.partition), which this member has not asked for"
        )
        if violationCount >= Self.violationCountMax { return fail(error) }
        if violationCount > 1 { actions.append(.warn(error)) }
        rejoin("the assignment does not match the subscription", now: now)
        failureCount = max(violationCount - 1, failureCount)
        retry(now: now, chance: chance)
    }

    /// Takes note of an answer that no coordinator gives: the member joins anew, and fails when that goes on.
    mutating func violated(_ what: String, now: MonotonicInstant, chance: Double) {
        violationCount += 1
        let error = KafkaClientError(.protocolViolation, "the coordinator of group \(settings.groupID) \(what)")
        if violationCount >= Self.violationCountMax { return fail(error) }
        actions.append(.warn(error))
        lose(error, keepsID: false, now: now)
        joinReason = "an answer made no sense"
        failureCount = max(1, failureCount)
        retry(now: now, chance: chance)
    }
}
