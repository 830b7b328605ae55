public import KafkaProtocol

/// What a member of a share group says of a record that it has acquired (KIP-932).
///
/// Source: field `AcknowledgeTypes` of ShareFetch, API key 78, and ShareAcknowledge, API key 79.
public enum Acknowledgement: Int8, Sendable, Hashable, CaseIterable {
    /// It was processed: nobody gets it again.
    case accept = 1
    /// It was not: some member gets it again, unless it was delivered too often already (`group.share.delivery.count.limit`).
    case release = 2
    /// It can't be processed: nobody gets it again.
    case reject = 3
    /// It is still being processed: its lock begins anew, and it is to be acknowledged later. Kafka 4.2 and newer (KIP-1222).
    case renew = 4
}

/// What became of acknowledgements of one partition.
public struct AcknowledgementResult: Sendable {
    /// The partition.
    public let partition: TopicPartition
    /// The offsets of the records, ascending.
    public let offsets: [ClosedRange<Int64>]
    /// Why the broker has not taken them, or may not have; nil when it has. Other members may get these records, or this one again.
    ///
    /// Its ``KafkaClientError/brokerError`` is `INVALID_RECORD_STATE` where the lock was over, and
    /// `NOT_LEADER_OR_FOLLOWER` or `FENCED_LEADER_EPOCH` where the partition's leader has changed.
    ///
    /// A broker takes the acknowledgements of a partition in one request together or not at all. When one of them is wrong, they are told
    /// again in smaller parts, and only those are told here that are wrong by themselves. (When 32 parts in a row were refused, and none
    /// taken, the rest is not tried.)
    ///
    /// What a broker refuses for another reason than the locks is told again as long as these hold: in another session when it knows the
    /// session no more (`SHARE_SESSION_NOT_FOUND`, `INVALID_SHARE_SESSION_EPOCH`), and after pauses when it can't have it kept for the
    /// moment, such as with `COORDINATOR_NOT_AVAILABLE`. When the locks are over first, that is here, and the broker's reason is the cause.
    public let error: KafkaClientError?
}
