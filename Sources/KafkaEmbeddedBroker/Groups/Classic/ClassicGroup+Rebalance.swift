import KafkaProtocol
import KafkaTransport

extension ClassicGroup {
    /// Begins a rebalance, or goes on with the one that is under way.
    mutating func rebalance(now: MonotonicInstant) {
        if state == .preparingRebalance { return completeJoinIfAllAreThere(now: now) }
        let isFirst = state == .empty
        if state == .completingRebalance { endSync(.rebalanceInProgress, now: now) }
        syncDeadline = .distantFuture
        state = .preparingRebalance
        let timeout = rebalanceTimeout
        if isFirst {
            let delay = settings.initialRebalanceDelay
            joining = Joining(deadline: now + delay, initialTimeLeft: max(.zero, timeout - delay))
            if delay == .zero { return putOffOrComplete(now: now) }
        } else {
            joining = Joining(deadline: now + timeout)
            completeJoinIfAllAreThere(now: now)
        }
        if let joining { wake(at: joining.deadline) }
    }

    /// Ends the time for joining when nobody is missing. A first rebalance lasts as long as it was put off.
    mutating func completeJoinIfAllAreThere(now: MonotonicInstant) {
        guard let joining, joining.initialTimeLeft == nil, pending.isEmpty else { return }
        if members.values.allSatisfy({ $0.joining != nil }) { completeJoin(now: now) }
    }

    /// Puts a first rebalance off for as long again while members come.
    private mutating func putOffOrComplete(now: MonotonicInstant) {
        guard var joining, let left = joining.initialTimeLeft, joining.hasGrown, left > .zero else {
            return completeJoin(now: now)
        }
        let delay = min(settings.initialRebalanceDelay, left)
        joining.hasGrown = false
        joining.initialTimeLeft = left - delay
        joining.deadline = now + delay
        self.joining = joining
        wake(at: joining.deadline)
    }

    /// Begins the next generation with those that have joined, and with static members that have not.
    private mutating func completeJoin(now: MonotonicInstant) {
        for member in members.values where member.joining == nil && member.instanceID == nil {
            removeMember(member.id)
        }
        if let leader, members[leader]?.joining == nil {
            if let next = orderedMembers.first(where: { $0.joining != nil }) {
                self.leader = next.id
            } else {
                // Only static members that are away are left: they are waited for until their sessions end.
                joining = Joining(deadline: now + max(rebalanceTimeout, .milliseconds(1)))
                return wake(at: now + rebalanceTimeout)
            }
        }
        joining = nil
        generation = generation == .max ? 0 : generation + 1
        guard !members.isEmpty else { return becomeEmpty() }
        protocolName = chosenProtocol
        state = .completingRebalance
        for member in orderedMembers {
            if let waiter = member.joining { answerGeneration(waiter, of: member.id) }
            members[member.id]?.joining = nil
            members[member.id]?.isNew = false
            members[member.id]?.owesSync = true
            touch(member.id, now: now)
        }
        syncDeadline = now + rebalanceTimeout
        wake(at: syncDeadline)
    }

    private mutating func becomeEmpty() {
        state = .empty
        protocolName = nil
        leader = nil
        syncDeadline = .distantFuture
    }

    /// Takes assignments away and answers all who wait for one.
    mutating func endSync(_ code: KafkaErrorCode, now: MonotonicInstant) {
        for (id, member) in members {
            change(id) { $0.assignment = [] }
            guard let waiter = member.syncing else { continue }
            members[id]?.syncing = nil
            answerSync(waiter, code)
            touch(id, now: now)
        }
    }

    /// Takes a member out, and lets the others go on.
    mutating func remove(_ id: String, now: MonotonicInstant) {
        pending[id] = nil
        if let member = removeMember(id) {
            if let waiter = member.joining { answerJoin(waiter, .unknownMemberId, memberID: id) }
            if let waiter = member.syncing { answerSync(waiter, .unknownMemberId) }
            if state == .stable || state == .completingRebalance { return rebalance(now: now) }
        }
        if state == .preparingRebalance { completeJoinIfAllAreThere(now: now) }
    }

    // MARK: Time

    /// Does what is due: members whose session has ended are taken out, and rebalances whose time is over go on without
    /// those that are missing.
    mutating func expire(now: MonotonicInstant) {
        pending = pending.filter { $0.value > now }
        for member in orderedMembers where member.deadline <= now {
            if !member.isNew, member.joining != nil || member.syncing != nil {
                // It waits for the group, not the group for it.
                members[member.id]?.deadline = .distantFuture
            } else {
                remove(member.id, now: now)
            }
        }
        if state == .preparingRebalance { completeJoinIfAllAreThere(now: now) }
        if let joining, joining.deadline <= now {
            if joining.initialTimeLeft != nil { putOffOrComplete(now: now) } else { completeJoin(now: now) }
        }
        if syncDeadline <= now { expireSync(now: now) }
        updateWake()
    }

    private mutating func expireSync(now: MonotonicInstant) {
        syncDeadline = .distantFuture
        let missing = orderedMembers.filter(\.owesSync)
        if missing.isEmpty || state == .preparingRebalance || state == .empty { return }
        for member in missing { removeMember(member.id) }
        rebalance(now: now)
    }

    /// Goes on at another broker: whoever waits has to ask there, and all sessions begin anew.
    mutating func move(now: MonotonicInstant) {
        for (id, member) in members {
            if let waiter = member.joining { answerJoin(waiter, .notCoordinator, memberID: id) }
            if let waiter = member.syncing { answerSync(waiter, .notCoordinator) }
            members[id]?.joining = nil
            members[id]?.syncing = nil
            touch(id, now: now)
        }
    }
}
