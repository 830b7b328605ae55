// From the wish to join to the member's place in a generation.

import KafkaProtocol
import KafkaTransport

extension ClassicMembership {
    /// Joins again when what the member has joined for is not so any more.
    mutating func rejoinIfChanged(now: MonotonicInstant) {
        if subscription != joinedSubscription {
            rejoin("the subscription has changed", now: now)
        } else if areTopicsNew, let ledTopics {
            areTopicsNew = false
            if snapshot(of: ledTopics) != ledSnapshot {
                rejoin("the metadata of subscribed topics has changed", now: now)
            }
        }
    }

    func snapshot(of names: Set<String>) -> [String: GroupTopic] { topics.known.filter { names.contains($0.key) } }

    /// Begins to join from a generation: first the user gives back what it may not keep meanwhile.
    mutating func rejoin(_ reason: String, now: MonotonicInstant) {
        joinReason = reason
        heartbeatNumber = nil
        phase = .unjoined
        let leaving = isCooperative ? owned.filter { !subscription.contains($0.topic) } : owned
        if !leaving.isEmpty { revoke(leaving, then: .join) }
    }

    mutating func joinIfDue(now: MonotonicInstant) {
        guard !subscription.isEmpty else {
            // Without topics there is nothing to be a member for.
            if isMember { leaveNow("the member wants no topics", now: now) }
            return
        }
        guard !poll.isMissed, search.isKnown, now >= retryAt else { return }
        var request = JoinGroupRequest()
        request.groupID = settings.groupID
        request.sessionTimeoutMs = settings.sessionTimeout.milliseconds
        request.rebalanceTimeoutMs = settings.maxPollInterval.milliseconds
        request.memberID = memberID
        request.groupInstanceID = settings.groupInstanceID
        request.protocolType = ConsumerProtocol.type
        request.reason = String(joinReason.prefix(255))
        let names = subscription.sorted(by: precedesInJava)
        for assignor in settings.assignors {
            var groupProtocol = JoinGroupRequest.GroupProtocol()
            groupProtocol.name = assignor.name
            do {
                groupProtocol.metadata = try ConsumerProtocol.subscription(
                    topics: names, userData: assignor.userData(topics: names, last: last), owned: owned,
                    generation: generation, rack: settings.rack)
            } catch {
                fail(KafkaClientError(.invalidArgument, "group \(settings.groupID) can't be joined", underlying: error))
                return
            }
            request.protocols.append(groupProtocol)
        }
        joinedSubscription = subscription
        heartbeatNumber = nil
        // The coordinator answers when all members have joined, or their time is over.
        phase = .joining(send(.joinGroup(request), timeout: settings.maxPollInterval + .seconds(5), now: now))
    }

    mutating func didReceive(
        _ answer: GroupAnswer, _ number: Int, now: MonotonicInstant, chance: Double
    ) {
        let sent = sentAt.removeValue(forKey: number) ?? .distantPast
        switch (answer, phase) {
        case (.joinGroup(let response), .joining(number)): didJoin(response, now: now, chance: chance)
        case (.syncGroup(let response), .syncing(number)): didSync(response, now: now, chance: chance)
        case (.heartbeat(let response), _) where heartbeatNumber == number:
            heartbeatNumber = nil
            if response.errorCode == .none || response.errorCode == .rebalanceInProgress {
                contactAt = max(contactAt, sent)
                search.didServe()
            }
            didReceive(response.errorCode, of: .heartbeat, now: now, chance: chance)
        case (.leaveGroup, .leaving(number, _)): didLeave()
        case (_, .joining(number)), (_, .syncing(number)):
            violated("answered something else than it was asked", now: now, chance: chance)
        // An answer to what nobody waits for any more.
        default: break
        }
    }

    private mutating func didJoin(_ response: JoinGroupResponse, now: MonotonicInstant, chance: Double) {
        if response.errorCode == .memberIdRequired {
            guard memberID.isEmpty, !response.memberID.isEmpty else {
                return violated("wants a member to have an id that it has, or gives none", now: now, chance: chance)
            }
            memberID = response.memberID
            phase = .unjoined
            return
        }
        guard response.errorCode == .none else {
            phase = .unjoined
            return didReceive(response.errorCode, of: .join, now: now, chance: chance)
        }
        let isType = response.protocolType == nil || response.protocolType == ConsumerProtocol.type
        guard let name = response.protocolName, isType, settings.assignors.contains(where: { $0.name == name }) else {
            return violated(
                "chose the strategy \((response.protocolName ?? "null").foreign), which this member did not offer",
                now: now, chance: chance)
        }
        guard response.generationID >= 0, !response.memberID.isEmpty else {
            return violated("answered no generation or no member id", now: now, chance: chance)
        }
        // A static member that comes back gets a new id, and asks without one.
        guard memberID.isEmpty || response.memberID == memberID else {
            return violated("answered the id of another member", now: now, chance: chance)
        }
        memberID = response.memberID
        generation = response.generationID
        protocolName = name
        contactAt = now
        heartbeatAt = now + settings.heartbeatInterval
        search.didServe()
        lead(response, now: now)
    }
}
