// What follows from the moment, and from where the member stands: it is looked at after every event.

import KafkaProtocol
import KafkaTransport

extension ConsumerMembership {
    mutating func advance(now: MonotonicInstant, chance: Double) {
        checkSession(now: now, chance: chance)
        checkPoll(now: now)
        if !wantsTopics, epoch > 0 { leave() }
        reconcile()
        finishLeaving(now: now)
        beatIfDue(now: now)
        if needsCoordinator, search.begin(now: now) { actions.append(.findCoordinator) }
        if let moment = wakeAt { actions.append(.wake(at: moment)) }
    }

    private var needsCoordinator: Bool {
        switch phase {
        case .unjoined: wantsTopics && !poll.isMissed
        case .stable, .revoking: epoch > 0
        case .joining, .leaving, .left, .failed: false
        }
    }

    private var sessionEnd: MonotonicInstant? {
        switch phase {
        case .stable, .revoking: epoch > 0 ? contactAt + settings.sessionTimeout : nil
        case .unjoined, .joining, .leaving, .left, .failed: nil
        }
    }

    private mutating func checkSession(now: MonotonicInstant, chance: Double) {
        guard let sessionEnd, now >= sessionEnd else { return }
        lose(
            KafkaClientError(
                .requestTimedOut,
                "the coordinator of group \(settings.groupID) has not answered for \(settings.sessionTimeout); it has given the partitions of this member to others, or will"
            ))
        search.forget(now: now, chance: chance)
    }

    private mutating func checkPoll(now: MonotonicInstant) {
        switch phase {
        case .leaving, .left, .failed: return
        case .unjoined where !wantsTopics: return
        case .unjoined, .joining, .stable, .revoking: break
        }
        guard !isLeaving, poll.isMissedNow(now) else { return }
        let error = KafkaClientError(
            .unresponsive,
            "records were not asked for within \(settings.maxPollInterval), so this member leaves group \(settings.groupID) until they are; take fewer at a time, or allow for more time"
        )
        actions.append(.warn(error))
        if epoch > 0, search.isKnown { _ = sendLeave(now: now) }
        lose(error)
    }

    /// Has the user give back what it has, then tells the coordinator.
    private mutating func finishLeaving(now: MonotonicInstant) {
        if case .leaving(_, let end) = phase, now >= end { return didLeave() }
        guard isLeaving else { return }
        switch phase {
        case .stable where !ownedByID.isEmpty: return revoke(ownedByID)
        case .unjoined, .joining, .stable: break
        case .revoking, .leaving, .left, .failed: return
        }
        // A member whose first heartbeat is on its way may be one soon.
        let mayBeMember = epoch > 0 || heartbeatNumber != nil
        guard mayBeMember, tellsWhenLeaving, search.isKnown else { return didLeave() }
        heartbeatNumber = nil
        phase = .leaving(sendLeave(now: now), until: now + settings.leaveTimeout)
    }

    private mutating func beatIfDue(now: MonotonicInstant) {
        guard search.isKnown, heartbeatNumber == nil, now >= notBefore else { return }
        switch phase {
        case .unjoined:
            guard wantsTopics, !poll.isMissed else { return }
            phase = .joining
        case .stable, .revoking:
            guard epoch > 0, isUrgent || now >= heartbeatAt else { return }
        case .joining, .leaving, .left, .failed: return
        }
        // Unless they were asked for just now.
        if !askedIDs.isEmpty, !isUrgent { actions.append(.learn(topics: [], ids: askedIDs)) }
        isUrgent = false
        heartbeatAt = now + interval
        sentAt = now
        lastNumber += 1
        heartbeatNumber = lastNumber
        actions.append(
            .send(
                isShare ? .shareHeartbeat(shareHeartbeat()) : .consumerHeartbeat(heartbeat()), number: lastNumber,
                timeout: settings.sessionTimeout / 3))
    }

    private mutating func sendLeave(now: MonotonicInstant) -> Int {
        lastNumber += 1
        actions.append(.send(leaveRequest, number: lastNumber, timeout: settings.leaveTimeout))
        return lastNumber
    }

    private var leaveRequest: GroupRequest {
        if isShare {
            var request = ShareGroupHeartbeatRequest()
            request.groupID = settings.groupID
            request.memberID = memberID
            request.memberEpoch = -1
            return .shareHeartbeat(request)
        }
        var request = ConsumerGroupHeartbeatRequest()
        request.groupID = settings.groupID
        request.memberID = memberID
        request.instanceID = settings.groupInstanceID
        // A static member's partitions may wait for it.
        request.memberEpoch = operation.leaves(isStatic: isStatic) ? -1 : -2
        return .consumerHeartbeat(request)
    }

    private var isStatic: Bool { settings.groupInstanceID != nil }

    /// Whether the coordinator is told; of a dynamic member that is to stay it sees that the session is over.
    private var tellsWhenLeaving: Bool { isStatic || operation.leaves(isStatic: false) }

    private var wakeAt: MonotonicInstant? {
        var moments: [MonotonicInstant] = []
        if let sessionEnd { moments.append(sessionEnd) }
        switch phase {
        case .left, .failed: return nil
        case .leaving(_, let end): return end
        case .unjoined:
            if wantsTopics, !poll.isMissed, search.isKnown { moments.append(notBefore) }
        case .stable, .revoking:
            if epoch > 0, search.isKnown, heartbeatNumber == nil {
                moments.append(isUrgent ? notBefore : max(notBefore, heartbeatAt))
            }
        case .joining: break
        }
        if needsCoordinator, let moment = search.wakeAt { moments.append(moment) }
        if wantsTopics || epoch > 0, !isLeaving, let moment = poll.wakeAt { moments.append(moment) }
        return moments.min()
    }
}
