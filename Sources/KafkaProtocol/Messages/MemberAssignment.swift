/// The partitions that a heartbeat's answer assigns to a member.
///
/// Source: `Assignment` in `ConsumerGroupHeartbeatResponse.json` (KIP-848) and `ShareGroupHeartbeatResponse.json` (KIP-932).
package struct MemberAssignment: WireNullableStruct {
    package var topicPartitions: [TopicIDPartitions] = []

    package init() {}

    package init(topicPartitions: [TopicIDPartitions]) {
        self.topicPartitions = topicPartitions
    }

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&topicPartitions, "topic_partitions")
        c.tags()
    }
}
