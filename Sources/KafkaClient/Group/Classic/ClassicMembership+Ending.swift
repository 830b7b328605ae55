// How partitions go, and how the member does.

import KafkaProtocol
import KafkaTransport

extension ClassicMembership {
    mutating func revoke(_ partitions: Set<TopicPartition>, then next: Revoking.Next) {
        lastNumber += 1
        phase = .revoking(Revoking(number: lastNumber, partitions: partitions, next: next))
        actions.append(.revoke(partitions, number: lastNumber))
    }

    mutating func didRevoke(_ number: Int, now: MonotonicInstant) {
        guard case .revoking(let revoking) = phase, revoking.number == number else { return }
        owned.subtract(revoking.partitions)
        phase = .unjoined
        heartbeatNumber = nil
        switch revoking.next {
        case .join: break
        case .assignAndJoin(let added):
            owned.formUnion(added)
            actions.append(.assign(added, all: owned))
            joinReason = "partitions were revoked"
        case .leave: leaveNow(leaveReason ?? "", now: now)
        }
    }

    /// The member is in no generation any more, and has no partitions.
    ///
    /// - Parameter keepsID: whether the coordinator may still know the member.
    mutating func lose(_ error: KafkaClientError, keepsID: Bool, now: MonotonicInstant) {
        generation = -1
        ledTopics = nil
        heartbeatNumber = nil
        if !keepsID { memberID = "" }
        if !owned.isEmpty { actions.append(.lose(owned, error)) }
        owned = []
        switch phase {
        case .leaving, .left, .failed: break
        case .revoking(let revoking):
            phase = .unjoined
            if case .leave = revoking.next { leaveNow(leaveReason ?? "", now: now) }
        case .unjoined, .joining, .learning, .syncing, .stable: phase = .unjoined
        }
    }

    mutating func fail(_ error: KafkaClientError) {
        switch phase {
        case .left, .failed: return
        case .leaving: return didLeave()
        default: break
        }
        if !owned.isEmpty { actions.append(.lose(owned, error)) }
        owned = []
        generation = -1
        heartbeatNumber = nil
        phase = .failed
        actions.append(.fail(error))
    }

    mutating func leave(_ reason: String, _ operation: GroupMembershipOperation, now: MonotonicInstant) {
        self.operation = operation
        switch phase {
        case .leaving, .left, .failed: return
        case .revoking(var revoking):
            leaveReason = reason
            revoking.next = .leave
            phase = .revoking(revoking)
        case .unjoined, .joining, .learning, .syncing, .stable:
            leaveReason = reason
            leaveNow(reason, now: now)
        }
    }

    func leaveRequest(_ reason: String) -> LeaveGroupRequest {
        var member = LeaveGroupRequest.Member()
        member.memberID = memberID
        member.groupInstanceID = settings.groupInstanceID
        member.reason = String(reason.prefix(255))
        var request = LeaveGroupRequest()
        request.groupID = settings.groupID
        request.members = [member]
        return request
    }

    /// Gives back what the user has, then tells the coordinator; a static member mostly does not, and is waited for (KIP-345).
    mutating func leaveNow(_ reason: String, now: MonotonicInstant) {
        leaveReason = reason
        if !owned.isEmpty { return revoke(owned, then: .leave) }
        heartbeatNumber = nil
        let tells = operation.leaves(isStatic: settings.groupInstanceID != nil)
        guard !memberID.isEmpty, tells, search.isKnown else { return didLeave() }
        let number = send(.leaveGroup(leaveRequest(reason)), timeout: settings.leaveTimeout, now: now)
        phase = .leaving(number, until: now + settings.leaveTimeout)
    }

    mutating func didLeave() {
        phase = .left
        generation = -1
        memberID = ""
        ledTopics = nil
        leaveReason = nil
        operation = .default
        subscription = []
        joinedSubscription = []
        poll.forgive()
        retryAt = .distantPast
        failureCount = 0
        actions.append(.left)
    }
}
