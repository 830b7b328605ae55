import KafkaProtocol

/// What a member of a group says, for tests.
extension RawClient {
    static func join(
        _ group: String, _ member: String = "", instance: String? = nil, protocols: [String] = ["range"],
        sessionTimeoutMs: Int32 = 10_000, rebalanceTimeoutMs: Int32 = 20_000
    ) -> JoinGroupRequest {
        var request = JoinGroupRequest()
        request.groupID = group
        request.memberID = member
        request.groupInstanceID = instance
        request.sessionTimeoutMs = sessionTimeoutMs
        request.rebalanceTimeoutMs = rebalanceTimeoutMs
        request.protocolType = "consumer"
        request.protocols = protocols.map { name in
            var one = JoinGroupRequest.GroupProtocol()
            one.name = name
            one.metadata = (try? Self.subscription.encoded(version: 0)) ?? []
            return one
        }
        return request
    }

    private static var subscription: ConsumerProtocolSubscription {
        var subscription = ConsumerProtocolSubscription()
        subscription.topics = ["t"]
        return subscription
    }

    /// Joins, with an id once there is one.
    func join(
        _ group: String, _ member: String = "", version: Int16 = 9, instance: String? = nil,
        sessionTimeoutMs: Int32 = 10_000
    ) throws -> JoinGroupResponse {
        let request = Self.join(group, member, instance: instance, sessionTimeoutMs: sessionTimeoutMs)
        let response = try call(request, version: version)
        if response.errorCode != .memberIdRequired { return response }
        return try call(
            Self.join(group, response.memberID, instance: instance, sessionTimeoutMs: sessionTimeoutMs),
            version: version)
    }

    static func sync(
        _ group: String, _ joined: JoinGroupResponse, _ assignments: [String: [UInt8]] = [:]
    ) -> SyncGroupRequest {
        var request = SyncGroupRequest()
        request.groupID = group
        request.memberID = joined.memberID
        request.generationID = joined.generationID
        request.assignments = assignments.map { member, bytes in
            var one = SyncGroupRequest.Assignment()
            one.memberID = member
            one.assignment = bytes
            return one
        }
        return request
    }

    func heartbeat(_ group: String, _ joined: JoinGroupResponse) throws -> KafkaErrorCode {
        var request = HeartbeatRequest()
        request.groupID = group
        request.memberID = joined.memberID
        request.generationID = joined.generationID
        return try call(request).errorCode
    }

    func leave(_ group: String, _ members: String...) throws -> [KafkaErrorCode] {
        var request = LeaveGroupRequest()
        request.groupID = group
        request.members = members.map { id in
            var member = LeaveGroupRequest.Member()
            member.memberID = id
            return member
        }
        let response = try call(request)
        return response.errorCode == .none ? response.members.map(\.errorCode) : [response.errorCode]
    }

    static func commit(
        _ group: String, _ offsets: [Int32: Int64], of topic: String = "t", id: KafkaUUID = .zero, member: String = "",
        generation: Int32 = -1, metadata: String? = nil
    ) -> OffsetCommitRequest {
        var request = OffsetCommitRequest()
        request.groupID = group
        request.memberID = member
        request.generationIDOrMemberEpoch = generation
        var asked = OffsetCommitRequest.Topic()
        asked.name = topic
        asked.topicID = id
        asked.partitions = offsets.sorted { $0.key < $1.key }.map { index, offset in
            var partition = OffsetCommitRequest.Partition()
            partition.index = index
            partition.committedOffset = offset
            partition.committedMetadata = metadata
            return partition
        }
        request.topics = [asked]
        return request
    }

    /// Commits by the topic's name, and gives the partitions' codes.
    func commit(
        _ group: String, _ offsets: [Int32: Int64], of topic: String = "t", member: String = "", generation: Int32 = -1,
        metadata: String? = nil
    ) throws -> [KafkaErrorCode] {
        let request = Self.commit(
            group, offsets, of: topic, member: member, generation: generation, metadata: metadata)
        return try call(request, version: 9).topics[0].partitions.map(\.errorCode)
    }

    /// Asks for one offset by the topic's name.
    func committed(_ group: String, _ partition: Int32 = 0, of topic: String = "t") throws -> Int64 {
        var request = OffsetFetchRequest()
        var asked = OffsetFetchRequest.Group()
        asked.groupID = group
        var named = OffsetFetchRequest.Topic()
        named.name = topic
        named.partitionIndexes = [partition]
        asked.topics = [named]
        request.groups = [asked]
        let group = try call(request, version: 9).groups[0]
        return group.errorCode == .none ? group.topics[0].partitions[0].committedOffset : -100
    }

    func describe(_ group: String) throws -> DescribeGroupsResponse.Group {
        var request = DescribeGroupsRequest()
        request.groups = [group]
        return try call(request).groups[0]
    }

    static func beat(_ group: String, _ member: String, epoch: Int32, topics: [String]? = nil)
        -> ConsumerGroupHeartbeatRequest
    {
        var request = ConsumerGroupHeartbeatRequest()
        request.groupID = group
        request.memberID = member
        request.memberEpoch = epoch
        request.subscribedTopicNames = topics
        if epoch == 0 {
            request.rebalanceTimeoutMs = 10_000
            request.topicPartitions = []
        }
        return request
    }
}
