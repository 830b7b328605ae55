/// Partitions of a topic, in what members of a classic group say to each other.
///
/// Source: `TopicPartition` in `ConsumerProtocolSubscription.json` and `ConsumerProtocolAssignment.json`.
package struct ConsumerProtocolTopicPartition: WireStruct {
    package var topic: String = ""
    package var partitions: [Int32] = []

    package init() {}

    package init(topic: String, partitions: [Int32]) {
        self.topic = topic
        self.partitions = partitions
    }

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&topic, "topic")
        c.field(&partitions, "partitions")
        c.tags()
    }
}
