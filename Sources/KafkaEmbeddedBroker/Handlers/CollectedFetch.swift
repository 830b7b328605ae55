import KafkaProtocol

/// What a fetch has found so far.
struct CollectedFetch {
    var response = FetchResponse()
    /// The batches of all partitions, in the order of the response.
    private(set) var batches: [StoredBatch] = []
    /// Whether a partition is led by another node, which the client is then told of (KIP-951).
    private(set) var hasMoved = false
    private let minByteCount: Int
    private let byteCountMax: Int
    private let hintsAtLeaders: Bool
    private var byteCount = 0
    private var hasErrors = false

    /// - Parameter hintsAtLeaders: whether the answer names new leaders.
    init(minByteCount: Int, byteCountMax: Int, hintsAtLeaders: Bool) {
        self.hintsAtLeaders = hintsAtLeaders
        self.minByteCount = minByteCount
        self.byteCountMax = byteCountMax
    }

    var byteCountLeft: Int { max(0, byteCountMax - byteCount) }

    /// The bytes that are waited for.
    var missingByteCount: Int { max(1, minByteCount - byteCount) }

    /// Whether there is no reason to wait: bytes enough, or an error to tell.
    var isEnough: Bool { hasErrors || byteCount >= minByteCount }

    mutating func add(_ found: PartitionLog.Fetched, _ index: Int32) -> FetchResponse.Partition {
        var answer = FetchResponse.Partition()
        answer.index = index
        answer.errorCode = found.errorCode
        answer.highWatermark = found.endOffset
        answer.lastStableOffset = found.lastStableOffset
        answer.logStartOffset = found.startOffset
        answer.abortedTransactions = found.aborted.map { aborted in
            aborted.map { transaction in
                var listed = FetchResponse.AbortedTransaction()
                listed.producerID = transaction.producerID
                listed.firstOffset = transaction.firstOffset
                return listed
            }
        }
        // Kafka gives no records as zero bytes, not as null.
        answer.records = found.byteCount > 0 ? .external(byteCount: found.byteCount) : .bytes([])
        batches.append(contentsOf: found.batches)
        byteCount += found.byteCount
        if found.errorCode != .none || found.diverging != nil { hasErrors = true }
        if let diverging = found.diverging {
            answer.divergingEpoch.epoch = diverging.epoch
            answer.divergingEpoch.endOffset = diverging.offset
        }
        if found.errorCode == .notLeaderOrFollower, hintsAtLeaders, found.leadership.leaderID >= 0 {
            answer.currentLeader = found.leadership
            hasMoved = true
        }
        return answer
    }
}
