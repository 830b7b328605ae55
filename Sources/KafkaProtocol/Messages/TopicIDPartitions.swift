/// Partitions of a topic that is named by its id.
///
/// Source: `TopicPartitions` in the requests and responses of ConsumerGroupHeartbeat (KIP-848) and ShareGroupHeartbeat
/// (KIP-932), and `ForgottenTopic` in `ShareFetchRequest.json`.
package struct TopicIDPartitions: WireStruct {
    package var topicID: KafkaUUID = .zero
    package var partitions: [Int32] = []

    package init() {}

    package init(topicID: KafkaUUID, partitions: [Int32]) {
        self.topicID = topicID
        self.partitions = partitions
    }

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&topicID, "topic_id")
        c.field(&partitions, "partitions")
        c.tags()
    }
}
