// What follows from the moment, and from where the member stands: it is looked at after every event.

import KafkaProtocol
import KafkaTransport

extension ClassicMembership {
    mutating func advance(now: MonotonicInstant, chance: Double) {
        checkSession(now: now, chance: chance)
        checkPoll(now: now)
        if case .stable = phase { rejoinIfChanged(now: now) }
        if case .unjoined = phase { joinIfDue(now: now) }
        if case .learning(let learning) = phase { assignIfDue(learning, now: now) }
        beatIfDue(now: now)
        if case .leaving(_, let end) = phase, now >= end { didLeave() }
        if needsCoordinator, search.begin(now: now) { actions.append(.findCoordinator) }
        if let moment = wakeAt(now: now) { actions.append(.wake(at: moment)) }
    }

    /// Whether the coordinator waits for the member's share, or has the request that tells it so: then it does not miss heartbeats.
    private var isAwaited: Bool {
        switch phase {
        case .joining, .syncing: true
        default: false
        }
    }

    private var needsCoordinator: Bool {
        switch phase {
        case .unjoined: wantsToJoin
        case .learning, .stable: true
        case .revoking: isMember
        case .joining, .syncing, .leaving, .left, .failed: false
        }
    }

    private var wantsToJoin: Bool { !subscription.isEmpty && !poll.isMissed }

    private var sessionEnd: MonotonicInstant? {
        isMember && !isAwaited ? contactAt + settings.sessionTimeout : nil
    }

    private mutating func checkSession(now: MonotonicInstant, chance: Double) {
        guard let sessionEnd, now >= sessionEnd else { return }
        switch phase {
        case .leaving, .left, .failed: return
        default:
            // The coordinator may still know the member, and is asked by its id.
            lose(
                KafkaClientError(
                    .requestTimedOut,
                    "the coordinator of group \(settings.groupID) has not answered for \(settings.sessionTimeout); it has given the partitions of this member to others, or will"
                ), keepsID: true, now: now)
            search.forget(now: now, chance: chance)
            joinReason = "the session is over"
        }
    }

    private mutating func checkPoll(now: MonotonicInstant) {
        switch phase {
        case .leaving, .left, .failed: return
        case .unjoined where subscription.isEmpty: return
        default: break
        }
        guard leaveReason == nil, poll.isMissedNow(now) else { return }
        let error = KafkaClientError(
            .unresponsive,
            "records were not asked for within \(settings.maxPollInterval), so this member leaves group \(settings.groupID) until they are; take fewer at a time, or allow for more time"
        )
        actions.append(.warn(error))
        if !memberID.isEmpty, settings.groupInstanceID == nil, search.isKnown {
            _ = send(.leaveGroup(leaveRequest("the user is too slow")), timeout: settings.leaveTimeout, now: now)
            sentAt[lastNumber] = nil
        }
        lose(error, keepsID: false, now: now)
        joinReason = "the user asks for records again"
    }

    private mutating func beatIfDue(now: MonotonicInstant) {
        guard isMember, search.isKnown, heartbeatNumber == nil, now >= heartbeatAt else { return }
        switch phase {
        case .stable, .revoking, .learning: break
        case .unjoined, .joining, .syncing, .leaving, .left, .failed: return
        }
        var request = HeartbeatRequest()
        request.groupID = settings.groupID
        request.generationID = generation
        request.memberID = memberID
        request.groupInstanceID = settings.groupInstanceID
        heartbeatAt = now + settings.heartbeatInterval
        heartbeatNumber = send(.heartbeat(request), timeout: settings.sessionTimeout / 3, now: now)
    }

    private func wakeAt(now: MonotonicInstant) -> MonotonicInstant? {
        var moments: [MonotonicInstant] = []
        if let sessionEnd { moments.append(sessionEnd) }
        switch phase {
        case .left, .failed: return nil
        case .leaving(_, let end): return end
        case .learning(let learning): moments.append(learning.until)
        case .unjoined:
            if wantsToJoin, search.isKnown { moments.append(retryAt) }
        case .joining, .syncing, .stable, .revoking: break
        }
        switch phase {
        case .stable, .revoking, .learning:
            if isMember, search.isKnown, heartbeatNumber == nil { moments.append(heartbeatAt) }
        default: break
        }
        if needsCoordinator, let moment = search.wakeAt { moments.append(moment) }
        if wantsToJoin || isMember, leaveReason == nil, let moment = poll.wakeAt { moments.append(moment) }
        return moments.min()
    }
}
