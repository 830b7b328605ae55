/// The partitions of a member, in the description of its group.
///
/// Source: `Assignment` in `ConsumerGroupDescribeResponse.json` (KIP-848) and `ShareGroupDescribeResponse.json` (KIP-932).
package struct DescribedAssignment: WireStruct {
    package var topicPartitions: [TopicPartitions] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&topicPartitions, "topic_partitions")
        c.tags()
    }
}

extension DescribedAssignment {
    package struct TopicPartitions: WireStruct {
        package var topicID: KafkaUUID = .zero
        package var topicName: String = ""
        package var partitions: [Int32] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&topicID, "topic_id")
            c.field(&topicName, "topic_name")
            c.field(&partitions, "partitions")
            c.tags()
        }
    }
}
