import KafkaProtocol

extension PartitionLog {
    /// What a fetch finds in a partition.
    struct Fetched {
        var errorCode = KafkaErrorCode.none
        var startOffset: Int64 = -1
        var endOffset: Int64 = -1
        var lastStableOffset: Int64 = -1
        var leadership = LeaderIDAndEpoch()
        var batches: [StoredBatch] = []
        /// Where the log differs from what the client has read (KIP-595); nil when it does not.
        var diverging: EpochHistory.End?
        var byteCount = 0
        /// The aborted transactions among the batches; nil when they were not asked for.
        var aborted: [PartitionTransactions.Aborted]?
    }

    /// The batches from the one that holds `offset` on.
    ///
    /// - Parameters:
    ///   - byteCountMax: the most bytes to give, except for the first batch.
    ///   - takesFirst: whether the first batch is given even if it is longer (KIP-74).
    ///   - epoch: the leader's epoch that the client knows, -1 when it knows none.
    ///   - lastEpoch: the epoch of the record that the client has read last, -1 when it does not say.
    ///   - isCommitted: whether only what lies before the last stable offset is given.
    func read(
        from offset: Int64, byteCountMax: Int, takesFirst: Bool, node: Int32, epoch: Int32, lastEpoch: Int32 = -1,
        isCommitted: Bool = false
    ) -> Fetched {
        var result = Fetched()
        state.withLock { state in
            if let code = state.refusal(node: node, epoch: epoch) {
                result.errorCode = code
                result.leadership = state.leadership
                return
            }
            result.startOffset = state.startOffset
            result.endOffset = state.endOffset
            result.lastStableOffset = state.lastStableOffset
            if isCommitted { result.aborted = [] }
            if lastEpoch >= 0 {
                let end = state.end(ofEpoch: lastEpoch)
                if end.epoch >= 0, end.epoch < lastEpoch || end.offset < offset {
                    result.diverging = end
                    return
                }
            }
            guard offset >= state.startOffset, offset <= state.endOffset else {
                result.errorCode = .offsetOutOfRange
                return
            }
            guard let first = state.batches.firstIndex(reaching: offset) else { return }
            for index in first..<state.batches.indices.upperBound {
                let batch = state.batches[index]
                if isCommitted, batch.baseOffset >= result.lastStableOffset { break }
                guard result.byteCount + batch.byteCount <= byteCountMax || (takesFirst && result.byteCount == 0) else {
                    break
                }
                result.batches.append(batch)
                result.byteCount += batch.byteCount
            }
            if isCommitted, let last = result.batches.last {
                result.aborted = state.transactions.aborted(in: offset..<last.lastOffset + 1)
            }
        }
        return result
    }

    /// Wakes a parked fetch when something is appended.
    func notify(_ waiter: FetchWaiter) {
        state.withLock { state in
            state.waiters.removeAll { $0.isDone }
            state.waiters.append(waiter)
        }
    }
}
