// The leader's assignment, and each member's own.

import KafkaProtocol
import KafkaTransport

extension ClassicMembership {
    /// How long a leader waits for what it does not know of topics. Others wait for it meanwhile.
    private var learningTime: Duration { min(.seconds(10), settings.maxPollInterval / 4) }

    /// Goes on to the assignment; a leader makes it.
    mutating func lead(_ response: JoinGroupResponse, now: MonotonicInstant) {
        ledTopics = nil
        ledSnapshot = [:]
        guard response.leader == memberID else { return sync([], now: now) }
        let members = response.members.map(ConsumerProtocol.member)
        let wanted = members.reduce(into: subscription) { $0.formUnion($1.topics) }
        ledTopics = wanted
        ledSnapshot = snapshot(of: wanted)
        if response.skipAssignment { return sync([], now: now) }
        let unknown = wanted.filter { !topics.knows($0) }
        phase = .learning(Learning(members: members, until: unknown.isEmpty ? now : now + learningTime))
        if !unknown.isEmpty { actions.append(.learn(topics: unknown, ids: [])) }
    }

    mutating func assignIfDue(_ learning: Learning, now: MonotonicInstant) {
        guard let wanted = ledTopics else { return }
        guard now >= learning.until || wanted.allSatisfy({ topics.knows($0) }) else { return }
        ledSnapshot = snapshot(of: wanted)
        guard let assignor = settings.assignors.first(where: { $0.name == protocolName }) else { return }
        do {
            let assignments = try LeaderAssignment(
                GroupSubscription(members: learning.members, topics: ledSnapshot), by: assignor
            ).encoded()
            sync(assignments, now: now)
        } catch {
            fail(
                KafkaClientError(
                    .handlerFailed,
                    "the strategy \(assignor.name) could not assign the partitions of group \(settings.groupID)",
                    underlying: error))
        }
    }

    private mutating func sync(_ assignments: [SyncGroupRequest.Assignment], now: MonotonicInstant) {
        var request = SyncGroupRequest()
        request.groupID = settings.groupID
        request.generationID = generation
        request.memberID = memberID
        request.groupInstanceID = settings.groupInstanceID
        request.protocolType = ConsumerProtocol.type
        request.protocolName = protocolName
        request.assignments = assignments
        heartbeatNumber = nil
        // The leader may take its time.
        phase = .syncing(send(.syncGroup(request), timeout: settings.maxPollInterval + .seconds(5), now: now))
    }

    mutating func didSync(_ response: SyncGroupResponse, now: MonotonicInstant, chance: Double) {
        guard response.errorCode == .none else {
            phase = .unjoined
            return didReceive(response.errorCode, of: .sync, now: now, chance: chance)
        }
        let isType = response.protocolType == nil || response.protocolType == ConsumerProtocol.type
        guard isType, response.protocolName == nil || response.protocolName == protocolName else {
            return violated("answered the assignment of another strategy", now: now, chance: chance)
        }
        let assignment: ReceivedAssignment
        do {
            assignment = try ConsumerProtocol.assignment(response.assignment, generation: generation)
        } catch {
            return violated("sent an assignment that can't be read: \(error)", now: now, chance: chance)
        }
        guard assignment.partitions.allSatisfy({ $0.partition >= 0 }) else {
            return violated("assigned partitions that can't be", now: now, chance: chance)
        }
        if let stray = assignment.partitions.first(where: { !joinedSubscription.contains($0.topic) }) {
            return mismatched(stray, now: now, chance: chance)
        }
        contactAt = now
        heartbeatAt = now + settings.heartbeatInterval
        retryAt = .distantPast
        failureCount = 0
        violationCount = 0
        last = assignment
        settings.assignors.first { $0.name == protocolName }?.didReceive(assignment)
        take(Set(assignment.partitions))
    }

    private mutating func take(_ given: Set<TopicPartition>) {
        learnStale(given)
        let added = given.subtracting(owned)
        let removed = owned.subtracting(given)
        phase = .stable
        if removed.isEmpty {
            owned = given
            actions.append(.assign(added, all: owned))
        } else {
            revoke(removed, then: .assignAndJoin(added))
        }
    }

    /// Asks for topics that have fewer partitions, as far as is known, than were assigned.
    private mutating func learnStale(_ given: Set<TopicPartition>) {
        let stale = given.filter { Int($0.partition) >= topics.known[$0.topic]?.partitionCount ?? 0 }
        if !stale.isEmpty { actions.append(.learn(topics: Set(stale.map(\.topic)), ids: [])) }
    }
}
