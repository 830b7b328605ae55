import KafkaProtocol
import KafkaTransport

/// A record that a member of a share group has acquired. It is this member's alone until it is acknowledged, or its lock is over.
///
/// It may be kept and sent to other tasks. Its bytes stay as long as it does.
public struct ShareRecord: Sendable {
    /// The record: its key, value, headers, offset and time.
    public let record: ConsumedRecord
    /// How often the record was handed to members of the group, this time included; from 1 on.
    public let deliveryCount: Int
    let acquisition: Acquisition
    let index: Int

    /// The topic.
    public var topic: String { acquisition.source.topic }
    /// The partition, from 0 on.
    public var partition: Int32 { acquisition.source.partition }
    /// The record's offset in its partition.
    public var offset: Int64 { record.offset }
    /// A copy of the key; nil for a record without one.
    public var keyBytes: [UInt8]? { record.keyBytes }
    /// A copy of the value; nil for a tombstone.
    public var valueBytes: [UInt8]? { record.valueBytes }

    /// How long the record stays this member's, at most; zero when it is not any more. Renewals that were answered count.
    public var lockTimeLeft: Duration {
        let nanoseconds = acquisition.with { records in
            records.stages[index] == .ended ? 0 : records.lockEnd(index).nanoseconds(since: .now)
        }
        return .nanoseconds(max(0, nanoseconds))
    }
}
