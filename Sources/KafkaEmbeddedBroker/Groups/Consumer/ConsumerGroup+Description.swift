import KafkaProtocol

extension ConsumerGroup {
    /// The names of the topics that members read.
    var subscribedTopics: Set<String> { members.isEmpty ? [] : Set(readTopics.values.map(\.name)) }

    /// Why offsets are not committed; nil when they are.
    ///
    /// Source: `ConsumerGroup.validateOffsetCommit` of Kafka 4.3.
    func commitRefusal(_ request: OffsetCommitRequest, version: Int16) -> KafkaErrorCode? {
        let epoch = request.generationIDOrMemberEpoch
        if epoch < 0, members.isEmpty { return nil }
        guard let member = members[request.memberID] else { return .unknownMemberId }
        if version < 9 { return .unsupportedVersion }
        return member.epoch == epoch ? nil : .staleMemberEpoch
    }

    /// Why offsets are not told; nil when they are.
    func fetchRefusal(memberID: String?, epoch: Int32) -> KafkaErrorCode? {
        guard let memberID, epoch >= 0 else { return nil }
        guard let member = members[memberID] else { return .unknownMemberId }
        return member.epoch == epoch ? nil : .staleMemberEpoch
    }

    /// What ConsumerGroupDescribe says of it.
    func describe(_ topics: GroupTopics) -> ConsumerGroupDescribeResponse.Group {
        var group = ConsumerGroupDescribeResponse.Group()
        group.groupState = state.rawValue
        group.groupEpoch = epoch
        group.assignmentEpoch = targetEpoch
        group.assignorName = assignor.rawValue
        group.members = members.values.sorted { $0.id < $1.id }.map { member in
            var described = ConsumerGroupDescribeResponse.Member()
            described.memberID = member.id
            described.instanceID = member.instanceID
            described.rackID = member.rackID
            described.memberEpoch = member.epoch
            described.clientID = member.client.id
            described.clientHost = member.client.host
            described.subscribedTopicNames = member.topicNames.sorted()
            described.subscribedTopicRegex = member.regex
            described.assignment = DescribedAssignment(member.assigned, topics)
            described.targetAssignment = DescribedAssignment(target[member.id] ?? PartitionSet(), topics)
            described.memberType = 1
            return described
        }
        return group
    }
}

extension DescribedAssignment {
    /// A topic that is gone is left out.
    init(_ partitions: PartitionSet, _ topics: GroupTopics) {
        self.init()
        topicPartitions = partitions.listed.compactMap { listed in
            guard let topic = topics[listed.topicID] else { return nil }
            var described = TopicPartitions()
            described.topicID = topic.id
            described.topicName = topic.name
            described.partitions = listed.partitions
            return described
        }
    }
}
