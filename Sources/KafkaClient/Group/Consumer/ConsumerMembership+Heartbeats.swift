// What the member tells the coordinator, and what that answers.

import KafkaProtocol
import KafkaTransport

extension ConsumerMembership {
    /// Everything for a member that joins, and after a failure; otherwise what has changed.
    mutating func heartbeat() -> ConsumerGroupHeartbeatRequest {
        var request = ConsumerGroupHeartbeatRequest()
        request.groupID = settings.groupID
        request.memberID = memberID
        request.memberEpoch = epoch
        request.instanceID = settings.groupInstanceID
        let isFull = told == nil || epoch == 0
        if isFull {
            request.rackID = settings.rack
            request.rebalanceTimeoutMs = settings.maxPollInterval.milliseconds
            request.serverAssignor = settings.serverAssignor
        }
        if isFull || told?.subscription != subscription {
            request.subscribedTopicNames = subscription.sorted(by: precedesInJava)
        }
        if isFull {
            request.subscribedTopicRegex = regex
        } else if told?.regex != regex {
            // An empty one takes back the last.
            request.subscribedTopicRegex = regex ?? ""
        }
        if isFull || mustAcknowledge || told?.owned != ownedByID {
            request.topicPartitions = ownedByID.filter { !$0.value.isEmpty }
                .map { TopicIDPartitions(topicID: $0.key, partitions: $0.value.sorted()) }
                .sorted { ($0.topicID.high, $0.topicID.low) < ($1.topicID.high, $1.topicID.low) }
        }
        mustAcknowledge = false
        told = Told(subscription: subscription, regex: regex, owned: ownedByID)
        return request
    }

    /// Everything for a member that joins, and after a failure; otherwise what has changed. A share group is not told what a member has.
    mutating func shareHeartbeat() -> ShareGroupHeartbeatRequest {
        var request = ShareGroupHeartbeatRequest()
        request.groupID = settings.groupID
        request.memberID = memberID
        request.memberEpoch = epoch
        let isFull = told == nil || epoch == 0
        if isFull { request.rackID = settings.rack }
        if isFull || told?.subscription != subscription {
            request.subscribedTopicNames = subscription.sorted(by: precedesInJava)
        }
        mustAcknowledge = false
        told = Told(subscription: subscription, regex: nil, owned: [:])
        return request
    }

    /// What heartbeats of both kinds are answered.
    private struct Answer {
        var errorCode: KafkaErrorCode
        var errorMessage: String?
        var memberID: String?
        var memberEpoch: Int32
        var heartbeatIntervalMs: Int32
        var assignment: [TopicIDPartitions]?

        init?(_ answer: GroupAnswer, isShare: Bool) {
            switch answer {
            case .consumerHeartbeat(let response) where !isShare:
                errorCode = response.errorCode
                errorMessage = response.errorMessage
                memberID = response.memberID
                memberEpoch = response.memberEpoch
                heartbeatIntervalMs = response.heartbeatIntervalMs
                assignment = response.assignment?.topicPartitions
            case .shareHeartbeat(let response) where isShare:
                errorCode = response.errorCode
                errorMessage = response.errorMessage
                memberID = response.memberID
                memberEpoch = response.memberEpoch
                heartbeatIntervalMs = response.heartbeatIntervalMs
                assignment = response.assignment?.topicPartitions
            default: return nil
            }
        }
    }

    mutating func didReceive(_ answer: GroupAnswer, _ number: Int, now: MonotonicInstant, chance: Double) {
        if case .leaving(number, _) = phase { return didLeave() }
        guard heartbeatNumber == number else { return }
        heartbeatNumber = nil
        let wasJoining = if case .joining = phase { true } else { false }
        guard let response = Answer(answer, isShare: isShare) else {
            return violated("answered something else than it was asked", now: now, chance: chance)
        }
        guard response.errorCode == .none else {
            if wasJoining { phase = .unjoined }
            return didReceive(response.errorCode, response.errorMessage, now: now, chance: chance)
        }
        if let id = response.memberID, !id.isEmpty, id != memberID {
            guard memberID.isEmpty else {
                return violated("answered the id of another member", now: now, chance: chance)
            }
            memberID = id
        }
        guard response.memberEpoch >= max(1, epoch) else {
            return violated(
                "answered epoch \(response.memberEpoch) to a member at epoch \(epoch)", now: now, chance: chance)
        }
        epoch = response.memberEpoch
        if wasJoining {
            phase = .stable
            firstInterval = Self.firstIntervalMin
        }
        contactAt = sentAt
        if response.heartbeatIntervalMs > 0 { interval = .milliseconds(max(10, response.heartbeatIntervalMs)) }
        if response.assignment?.contains(where: { !$0.partitions.isEmpty }) == true { firstInterval = nil }
        heartbeatAt = nextHeartbeat(now: now)
        failureCount = 0
        search.didServe()
        guard let assignment = response.assignment else {
            violationCount = 0
            return
        }
        guard assignment.allSatisfy({ $0.topicID != .zero && $0.partitions.allSatisfy { $0 >= 0 } })
        else { return violated("assigned partitions that can't be", now: now, chance: chance) }
        violationCount = 0
        mustAcknowledge = !isShare
        target = assignment.reduce(into: [:]) { target, topic in
            if !topic.partitions.isEmpty { target[topic.topicID, default: []].formUnion(topic.partitions) }
        }
    }

    private mutating func nextHeartbeat(now: MonotonicInstant) -> MonotonicInstant {
        guard let pause = firstInterval, pause < interval else { return sentAt + interval }
        firstInterval = pause * 2
        return now + pause
    }

    private mutating func didReceive(
        _ code: KafkaErrorCode, _ message: String?, now: MonotonicInstant, chance: Double
    ) {
        told = nil
        let error = KafkaClientError(
            refusing: code, "group \(settings.groupID) refused a heartbeat", message,
            kind: isShare ? "share" : "consumer")
        switch code {
        case .unknownMemberId, .fencedMemberEpoch:
            lose(error)
            retry(now: now, chance: chance)
        case .notCoordinator, .coordinatorNotAvailable:
            search.forget(now: now, chance: chance)
            retry(now: now, chance: chance)
        default:
            guard code.isRetriable else { return fail(error) }
            retry(now: now, chance: chance)
        }
    }

    mutating func didFail(_ number: Int, _ error: KafkaClientError, now: MonotonicInstant, chance: Double) {
        if case .leaving(number, _) = phase { return didLeave() }
        guard heartbeatNumber == number else { return }
        heartbeatNumber = nil
        told = nil
        if case .joining = phase { phase = .unjoined }
        if error.code == .protocolViolation { return violated("sent no answer: \(error)", now: now, chance: chance) }
        guard error.isRetriable || error.code == .closed else { return fail(error) }
        search.forget(now: now, chance: chance)
        retry(now: now, chance: chance)
    }

    mutating func didCommit(_ used: MemberIdentity, _ code: KafkaErrorCode, now: MonotonicInstant, chance: Double) {
        guard used == identity else { return }
        switch code {
        case .unknownMemberId, .fencedMemberEpoch, .fencedInstanceId:
            didReceive(code, nil, now: now, chance: chance)
        case .notCoordinator, .coordinatorNotAvailable: search.forget(now: now, chance: chance)
        // Others are about the commit. One with an epoch that is over is made again with the new one.
        default: break
        }
    }

    /// The next heartbeat comes after a pause; the first time there is none.
    private mutating func retry(now: MonotonicInstant, chance: Double) {
        isUrgent = true
        if failureCount > 0 {
            notBefore = now.advanced(byNanoseconds: settings.backoff.delayNs(attempt: failureCount, chance: chance))
        }
        failureCount += 1
    }

    /// Takes note of an answer that no coordinator gives: the member joins anew, and fails when that goes on.
    private mutating func violated(_ what: String, now: MonotonicInstant, chance: Double) {
        violationCount += 1
        let error = KafkaClientError(.protocolViolation, "the coordinator of group \(settings.groupID) \(what)")
        if violationCount >= Self.violationCountMax { return fail(error) }
        actions.append(.warn(error))
        lose(error)
        failureCount = max(1, failureCount)
        retry(now: now, chance: chance)
    }
}
