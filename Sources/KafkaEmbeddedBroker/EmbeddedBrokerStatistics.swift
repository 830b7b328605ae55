public import KafkaProtocol

/// The counts of what an embedded broker has done since it was started.
///
/// They are read one after the other while requests are served, so that they need not be of exactly the same moment.
public struct EmbeddedBrokerStatistics: Sendable, Equatable {
    /// The number of connections that are open now.
    public var connectionCount = 0
    /// The number of connections that were accepted, those closed since included.
    public var acceptedConnectionCount = 0
    /// The number of connections that each broker has accepted, by its node id, those closed since included. A broker without
    /// any is left out.
    public var acceptedConnectionCounts: [Int32: Int] = [:]
    /// The number of requests whose header could be read.
    public var requestCount = 0
    /// The number of these requests of each API, for the APIs 0 to 127. An API without any is left out.
    public var requestCounts: [ApiKey: Int] = [:]
    /// The number of requests that arrived while their connection was throttled (KIP-219): their first byte was received after
    /// an answer that told the client to wait, and before that time was over. A client may have sent some of them before it
    /// had the answer. At most those in the first 64 KiB or so of a connection's wait are counted; more is not read then.
    public var requestsWhileThrottledCount = 0
    /// The number of frames that could not be served as requests. Each has closed its connection.
    public var malformedRequestCount = 0
    /// The number of connections that could not be secured (TLS), or were not in time.
    public var failedHandshakeCount = 0
    /// How often a client could not show who it is (SASL).
    public var failedAuthenticationCount = 0
    /// The number of record batches that were appended, without duplicates. Topics deleted since are included.
    public var batchCount = 0
    /// The number of records in these batches, as their headers say.
    public var recordCount = 0
    /// The bytes of these batches, as they were sent.
    public var byteCount = 0
    /// The number of batches whose checksum did not match.
    public var checksumFailureCount = 0
    /// The number of batches that repeated an earlier one, by the sequence numbers of their producer (KIP-98).
    public var duplicateBatchCount = 0
    /// The number of batches that were answered with an error, those of scripted faults included.
    public var refusedBatchCount = 0
    /// The bytes of batches that are in the logs now.
    public var keptByteCount = 0
    /// The partitions of each topic, by the topic's name: partition n at index n.
    public var topics: [String: [Partition]] = [:]

    /// The state and the counts of one partition.
    public struct Partition: Sendable, Equatable {
        /// The node id of the leader; -1 without one.
        public var leader: Int32 = -1
        /// The leader's epoch: how often the leader has changed.
        public var leaderEpoch: Int32 = 0
        /// The first offset that can be read.
        public var startOffset: Int64 = 0
        /// The offset that the next record gets.
        public var endOffset: Int64 = 0
        /// The number of record batches that were appended, without duplicates.
        public var batchCount = 0
        /// The number of records in these batches, as their headers say.
        public var recordCount = 0
        /// The bytes of these batches, as they were sent.
        public var byteCount = 0
        /// The bytes of batches that are in the log now.
        public var keptByteCount = 0
    }
}
