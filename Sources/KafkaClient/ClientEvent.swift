public import KafkaProtocol
public import KafkaTransport

/// Something that happened to a client's connections, brokers, topics or batches.
///
/// ``ClusterConfiguration/onEvent`` gets them. They are rare while all is well: none comes per record, and none per batch that
/// is stored at the first attempt.
public struct ClientEvent: Sendable {
    /// What happened. Later versions add cases: a `switch` that names only some of them, with a `default`, goes on compiling.
    public let kind: Kind
    /// When it was noticed.
    public let time: MonotonicInstant

    package init(_ kind: Kind, at time: MonotonicInstant) {
        self.kind = kind
        self.time = time
    }

    /// What happened. Brokers are named by their node ids; those that the client began with have -1.
    public enum Kind: Sendable {
        /// A connection is open: the broker has told its versions, and knows who this client is where it wants to.
        case connected(broker: Int32, endpoint: Endpoint)
        /// A connection was secured: by which version of TLS and which cipher (OpenSSL's name), and whether an earlier session was
        /// resumed.
        case secured(broker: Int32, endpoint: Endpoint, version: String, cipher: String, isResumed: Bool)
        /// A broker was shown who this client is (SASL). The user is nil where the mechanism does not tell it.
        case authenticated(broker: Int32, endpoint: Endpoint, mechanism: String, user: String?)
        /// A broker was shown anew who this client is, before what it had been shown expired (KIP-368).
        case reauthenticated(broker: Int32, endpoint: Endpoint, mechanism: String, user: String?)
        /// A connection could not be opened. It is tried again after a pause.
        case connectFailed(broker: Int32, endpoint: Endpoint, error: KafkaClientError)
        /// A connection that was open was lost.
        case disconnected(broker: Int32, endpoint: Endpoint, error: KafkaClientError)
        /// Another broker leads a partition; -1 for none. The epoch is the new leader's.
        case leaderMoved(topic: String, partition: Int32, from: Int32, to: Int32, epoch: Int32)
        /// A topic has gained partitions.
        case topicGrew(topic: String, from: Int, to: Int)
        /// A topic was deleted, and another one made that has its name. The numbers are of partitions.
        case topicMadeAnew(topic: String, from: Int, to: Int)
        /// A broker does not know a topic that was there before.
        case topicMissing(topic: String)
        /// No broker has known a topic for ten seconds. Its records fail.
        case topicGone(topic: String)
        /// A topic that was missing is there again.
        case topicFound(topic: String)
        /// A broker throttles this client (KIP-219): it gets no request for that time.
        case throttled(broker: Int32, time: Duration)
        /// A batch was not stored, and is tried again.
        case retried(topic: String, partition: Int32, broker: Int32, recordCount: Int, error: KafkaClientError)
        /// A broker found a batch too large, so its halves are sent (KIP-126). The counts are those of the whole.
        case batchSplit(topic: String, partition: Int32, broker: Int32, recordCount: Int, byteCount: Int)
        /// A lane has got a producer id, by which brokers tell its batches from others' (KIP-98).
        case identified(producerID: Int64)
        /// A partition's batches go on in another epoch, or under another producer id, because a number was left out or the
        /// leader has forgotten the producer (KIP-360).
        case epochBumped(topic: String, partition: Int32, producerID: Int64, from: Int16, to: Int16)
        /// The cluster has other brokers than before, or they are elsewhere. The numbers are of brokers.
        case brokersChanged(from: Int, to: Int)
        /// Events of a kind were left out, because they came too fast; see ``ClusterConfiguration/eventsPerSecondMax``.
        case leftOut(name: String, count: Int)
        /// Files of certificates, keys or authorities have changed and can't be used. Connections are secured by what they held
        /// before; the files are read again when they change again.
        case unusableFiles(error: KafkaClientError)
        /// A member of a group goes on after something went wrong: an answer of the coordinator that makes no sense, a commit that
        /// failed, a topic that does not exist, a user that does not ask for batches any more.
        case groupTroubled(group: String, error: KafkaClientError)
        /// A transaction was aborted. The error says why where it was to be committed, or could not be any more; it is nil where the
        /// program has wanted the abort. The duration is that since it was begun.
        case transactionAborted(transactionalID: String, duration: Duration, error: KafkaClientError?)
        /// A producer begins no transactions any more: another one has its transactional id, a broker does not let it, or it is not known
        /// how its last transaction ended.
        case transactionalProducerFailed(transactionalID: String, error: KafkaClientError)
        /// No broker that the cluster named could be asked, so those are that the client began with (KIP-899).
        case rebootstrapped
    }
}
