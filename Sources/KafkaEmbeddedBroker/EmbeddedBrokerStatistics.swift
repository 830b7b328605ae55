/// What the broker has done so far: a snapshot, its parts taken one after the other.
public struct EmbeddedBrokerStatistics: Sendable, Equatable {
    /// Open now.
    public var connectionCount = 0
    /// Ever accepted.
    public var acceptedConnectionCount = 0
    /// Requests whose header could be read.
    public var requestCount = 0
    /// Frames that are not requests served here; each closed its connection.
    public var malformedRequestCount = 0
    /// Record batches appended, duplicates not counted; those of topics deleted since are.
    public var batchCount = 0
    /// Records of these batches, as their headers say.
    public var recordCount = 0
    /// Bytes of these batches, as they came.
    public var byteCount = 0
    /// Batches whose CRC-32C did not match.
    public var checksumFailureCount = 0
    /// Batches that repeat an earlier one, by their producer's sequence numbers.
    public var duplicateBatchCount = 0
    /// Batches refused, for whatever reason; scripted errors too.
    public var refusedBatchCount = 0
    /// Bytes in the logs now.
    public var keptByteCount = 0
    /// Partitions of each topic, by their index.
    public var topics: [String: [Partition]] = [:]

    public struct Partition: Sendable, Equatable {
        /// The node id of the leader, -1 without one.
        public var leader: Int32 = -1
        public var leaderEpoch: Int32 = 0
        /// The first offset that can be read.
        public var startOffset: Int64 = 0
        /// The offset of the next record.
        public var endOffset: Int64 = 0
        public var batchCount = 0
        public var recordCount = 0
        public var byteCount = 0
        /// Bytes in the log now.
        public var keptByteCount = 0
    }
}
