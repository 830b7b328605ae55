import KafkaProtocol

/// What consumers of a classic group say to each other, through a coordinator that does not read it.
///
/// Source: `ConsumerProtocolSubscription` and `ConsumerProtocolAssignment`, versions 0 to 3. The latest is written: fields are added
/// at the end, so older members read it too.
enum ConsumerProtocol {
    /// The `protocol_type` of groups of consumers.
    static let type = "consumer"

    static func subscription(
        topics: [String], userData: [UInt8]?, owned: Set<TopicPartition>, generation: Int32, rack: String?
    ) throws -> [UInt8] {
        var subscription = ConsumerProtocolSubscription()
        subscription.topics = topics
        subscription.userData = userData
        subscription.ownedPartitions = TopicPartition.byTopic(owned.sorted()).map {
            ConsumerProtocolTopicPartition(topic: $0.topic, partitions: $0.partitions)
        }
        subscription.generationID = generation
        subscription.rackID = rack
        return try subscription.encoded()
    }

    /// What a member says. One whose bytes can't be read wants no topics: its mistake is not the group's.
    static func member(_ member: JoinGroupResponse.Member) -> GroupMember {
        let subscription = (try? ConsumerProtocolSubscription.decode(from: member.metadata)) ?? .init()
        return GroupMember(
            id: member.memberID, groupInstanceID: member.groupInstanceID, rack: subscription.rackID,
            topics: subscription.topics, ownedPartitions: partitions(subscription.ownedPartitions),
            generation: subscription.generationID < 0 ? nil : subscription.generationID,
            userData: subscription.userData)
    }

    static func assignment(_ partitions: [TopicPartition], userData: [UInt8]?) throws -> [UInt8] {
        var assignment = ConsumerProtocolAssignment()
        assignment.assignedPartitions = TopicPartition.byTopic(partitions).map {
            ConsumerProtocolTopicPartition(topic: $0.topic, partitions: $0.partitions)
        }
        assignment.userData = userData
        return try assignment.encoded()
    }

    /// What the member was given. No bytes are no partitions: the leader did not know the member.
    static func assignment(_ bytes: [UInt8], generation: Int32) throws -> ReceivedAssignment {
        guard !bytes.isEmpty else { return ReceivedAssignment(partitions: [], generation: generation) }
        let assignment = try ConsumerProtocolAssignment.decode(from: bytes)
        return ReceivedAssignment(
            partitions: partitions(assignment.assignedPartitions), generation: generation,
            userData: assignment.userData)
    }

    private static func partitions(_ topics: [ConsumerProtocolTopicPartition]) -> [TopicPartition] {
        topics.flatMap { topic in topic.partitions.map { TopicPartition(topic.topic, $0) } }
    }
}
