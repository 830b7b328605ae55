/// Where the reading of a partition begins.
///
/// Source: ListOffsets, API key 2, the special values of field `Timestamp`.
public enum StartOffset: Sendable, Hashable {
    /// At the first record that is still in the log.
    case earliest
    /// Behind the last record: with the next one that is appended.
    case latest
    /// At the first record with this timestamp or a later one, in milliseconds since 1970; behind the last record when there is
    /// none.
    case timestampMs(Int64)
    /// At the record with this offset; below zero at the first record that is still in the log.
    case offset(Int64)
}

/// A partition of a topic.
public struct TopicPartition: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The topic's name.
    public var topic: String
    /// The partition, from 0 on.
    public var partition: Int32

    /// A partition of a topic.
    public init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    /// By topic, then by partition.
    public static func < (left: Self, right: Self) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }

    /// As Kafka writes it: `topic-partition`.
    public var description: String { "\(topic)-\(partition)" }
}
