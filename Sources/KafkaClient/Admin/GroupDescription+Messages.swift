import KafkaProtocol

extension GroupDescription {
    init(_ group: ConsumerGroupDescribeResponse.Group, coordinator: Int32) {
        id = group.groupID
        type = .consumer
        state = GroupState(rawValue: group.groupState)
        protocolType = "consumer"
        assignor = group.assignorName
        epochs = Epochs(group: group.groupEpoch, assignment: group.assignmentEpoch)
        self.coordinator = coordinator
        members = group.members.map(DescribedMember.init).sorted { $0.id < $1.id }
    }

    init(_ group: DescribeGroupsResponse.Group, coordinator: Int32) {
        id = group.groupID
        type = .classic
        state = GroupState(rawValue: group.groupState)
        protocolType = group.protocolType
        assignor = group.protocolData
        epochs = nil
        self.coordinator = coordinator
        let areConsumers = group.protocolType == "consumer"
        members = group.members.map { DescribedMember($0, isConsumer: areConsumers) }.sorted { $0.id < $1.id }
    }
}

extension DescribedMember {
    fileprivate init(_ member: ConsumerGroupDescribeResponse.Member) {
        id = member.memberID
        groupInstanceID = member.instanceID
        rack = member.rackID
        clientID = member.clientID
        host = member.clientHost
        topics = Set(member.subscribedTopicNames)
        topicPattern = member.subscribedTopicRegex.flatMap { $0.isEmpty ? nil : $0 }
        assignment = member.assignment.partitions
        target = member.targetAssignment.partitions
        epoch = member.memberEpoch
    }

    /// What members say to each other is decoded where they are consumers; what can't be read is nil.
    fileprivate init(_ member: DescribeGroupsResponse.Member, isConsumer: Bool) {
        id = member.memberID
        groupInstanceID = member.groupInstanceID
        clientID = member.clientID
        host = member.clientHost
        topicPattern = nil
        target = nil
        epoch = nil
        let subscription =
            isConsumer && !member.memberMetadata.isEmpty
            ? try? ConsumerProtocolSubscription.decode(from: member.memberMetadata) : nil
        topics = subscription.map { Set($0.topics) }
        rack = subscription?.rackID
        guard isConsumer else {
            assignment = nil
            return
        }
        // Empty while the group is not stable, and for a member that gets nothing.
        let decoded =
            member.memberAssignment.isEmpty
            ? ConsumerProtocolAssignment() : try? ConsumerProtocolAssignment.decode(from: member.memberAssignment)
        assignment = decoded.map { decoded in
            Set(
                decoded.assignedPartitions.flatMap { topic in
                    topic.partitions.map { TopicPartition(topic.topic, $0) }
                })
        }
    }
}

extension DescribedAssignment {
    fileprivate var partitions: Set<TopicPartition> {
        Set(topicPartitions.flatMap { topic in topic.partitions.map { TopicPartition(topic.topicName, $0) } })
    }
}
