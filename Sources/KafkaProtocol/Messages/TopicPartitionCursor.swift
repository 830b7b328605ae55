/// Where a page of topics and partitions begins (KIP-966).
///
/// Source: `Cursor` in `DescribeTopicPartitionsRequest.json` and `DescribeTopicPartitionsResponse.json`.
package struct TopicPartitionCursor: WireNullableStruct {
    package var topicName: String = ""
    package var partitionIndex: Int32 = 0

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&topicName, "topic_name")
        c.field(&partitionIndex, "partition_index")
        c.tags()
    }
}
