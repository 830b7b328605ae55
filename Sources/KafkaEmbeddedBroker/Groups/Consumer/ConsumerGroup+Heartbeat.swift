import KafkaProtocol
import KafkaTransport

extension ConsumerGroup {
    /// Lets a member join, stay or leave, and tells it what it may read.
    ///
    /// Source: `GroupMetadataManager.consumerGroupHeartbeat` of Kafka 4.3.
    mutating func heartbeat(
        _ beat: ConsumerHeartbeat, _ topics: GroupTopics, now: MonotonicInstant
    ) throws(GroupRefusal) -> ConsumerGroupHeartbeatResponse {
        if beat.request.memberEpoch < 0 { return try leave(beat) }
        let former =
            if let instance = beat.request.instanceID {
                try staticMember(instance, beat)
            } else {
                try dynamicMember(beat)
            }
        var member = former ?? ConsumerMember(id: beat.memberID, client: beat.client)
        let isNew = former == nil
        if isNew, members.count >= settings.sizeMax {
            throw GroupRefusal(.groupMaxSizeReached, "the group has \(members.count) members already")
        }
        let hasNewSubscription = Self.update(&member, by: beat) || isNew
        let known = member.assigned
        put(member)
        updateTarget(topics, hasNewSubscription: hasNewSubscription)
        reconcile(&member, owned: beat.owned, now: now)
        put(member)
        touch(member.id, now: now)

        var response = ConsumerGroupHeartbeatResponse()
        response.memberID = member.id
        response.memberEpoch = member.epoch
        response.heartbeatIntervalMs = settings.consumerHeartbeatInterval.milliseconds
        if beat.isFull || member.assigned != known {
            response.assignment = MemberAssignment(topicPartitions: member.assigned.listed)
        }
        return response
    }

    // MARK: Who it is

    private func dynamicMember(_ beat: ConsumerHeartbeat) throws(GroupRefusal) -> ConsumerMember? {
        guard let member = members[beat.memberID] else {
            if beat.isJoining { return nil }
            throw GroupRefusal(.unknownMemberId, "there is no member \(beat.memberID)")
        }
        if !beat.isJoining { try Self.checkEpoch(of: member, beat) }
        return member
    }

    private mutating func staticMember(
        _ instance: String, _ beat: ConsumerHeartbeat
    ) throws(GroupRefusal) -> ConsumerMember? {
        guard let owner = staticMembers[instance], let member = members[owner] else {
            if beat.isJoining { return nil }
            throw GroupRefusal(.unknownMemberId, "there is no member with the instance id \(instance)")
        }
        if beat.isJoining {
            if owner == beat.memberID { return member }
            if member.epoch != ConsumerMember.awayEpoch {
                throw GroupRefusal(.unreleasedInstanceId, "the member \(owner) still has the instance id \(instance)")
            }
            var successor = member
            successor.id = beat.memberID
            successor.epoch = 0
            successor.previousEpoch = -1
            hand(member, to: successor)
            return successor
        }
        if owner != beat.memberID {
            throw GroupRefusal(.fencedInstanceId, "another member has the instance id \(instance)")
        }
        try Self.checkEpoch(of: member, beat)
        return member
    }

    /// A member whose last answer was lost may still be in the epoch before, if it owns no more than it has now.
    private static func checkEpoch(of member: ConsumerMember, _ beat: ConsumerHeartbeat) throws(GroupRefusal) {
        let told = beat.request.memberEpoch
        if told == member.epoch { return }
        if told < member.epoch, told == member.previousEpoch, beat.owned?.isSubset(of: member.assigned) == true {
            return
        }
        throw GroupRefusal(.fencedMemberEpoch, "the member's epoch is \(member.epoch), not \(told)")
    }

    /// Notes what a member says of itself.
    ///
    /// - Returns: whether it reads other topics than before.
    private static func update(_ member: inout ConsumerMember, by beat: ConsumerHeartbeat) -> Bool {
        let request = beat.request
        let names = member.topicNames
        let regex = member.regex
        member.client = beat.client
        if let instance = request.instanceID { member.instanceID = instance }
        if let rack = request.rackID { member.rackID = rack }
        if request.rebalanceTimeoutMs != -1 {
            member.rebalanceTimeout = .milliseconds(Int64(max(0, request.rebalanceTimeoutMs)))
        }
        if let names = request.subscribedTopicNames { member.topicNames = Set(names) }
        if let regex = request.subscribedTopicRegex {
            member.regex = regex.isEmpty ? nil : regex
            member.pattern = beat.pattern
        }
        if beat.assignor != nil { member.assignor = beat.assignor }
        return member.topicNames != names || member.regex != regex
    }

    // MARK: Leaving

    private mutating func leave(_ beat: ConsumerHeartbeat) throws(GroupRefusal) -> ConsumerGroupHeartbeatResponse {
        if let instance = beat.request.instanceID {
            guard let owner = staticMembers[instance] else {
                throw GroupRefusal(.unknownMemberId, "there is no member with the instance id \(instance)")
            }
            if owner != beat.memberID {
                throw GroupRefusal(.fencedInstanceId, "another member has the instance id \(instance)")
            }
        }
        guard var member = members[beat.memberID] else {
            throw GroupRefusal(.unknownMemberId, "there is no member \(beat.memberID)")
        }
        if beat.request.memberEpoch == ConsumerMember.awayEpoch {
            member.epoch = ConsumerMember.awayEpoch
            member.revoked = PartitionSet()
            member.revocationDeadline = .distantFuture
            put(member)
        } else {
            remove(member.id)
        }
        var response = ConsumerGroupHeartbeatResponse()
        response.memberID = beat.memberID
        response.memberEpoch = beat.request.memberEpoch
        return response
    }
}
