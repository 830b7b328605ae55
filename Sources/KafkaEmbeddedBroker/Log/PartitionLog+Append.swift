import KafkaProtocol

extension PartitionLog {
    /// The result of an append.
    struct Appended {
        var errorCode = KafkaErrorCode.none
        /// -1 after an error.
        var baseOffset: Int64 = -1
        /// Told of a duplicate only, as Kafka does: the newest timestamp of the batch that it repeats. Otherwise -1, because the
        /// records keep their own timestamps.
        var logAppendTimeMs: Int64 = -1
        /// -1 unless the partition was reached.
        var startOffset: Int64 = -1
        /// The current leader and its epoch.
        var leadership = LeaderIDAndEpoch()
        /// False when nothing was put into the log: an error, or a duplicate.
        var isNew = false
    }

    /// Appends a checked batch.
    ///
    /// - Parameters:
    ///   - node: the node that received the request; only the leader appends.
    ///   - pool: memory for a copy of the batch, nil when it is not kept.
    func append(
        _ header: RecordBatchHeader, _ records: UnsafeRawBufferPointer, keptIn pool: SegmentPool?, node: Int32
    ) -> Appended {
        var waiters: [FetchWaiter] = []
        let result = state.withLock { state -> Appended in
            let result = state.append(header, records, keptIn: pool, node: node)
            if pool != nil, result.isNew {
                keptByteCount.store(state.batches.byteCount, ordering: .relaxed)
                if !state.waiters.isEmpty { waiters = state.takeWaiters(forGrowthBy: records.count) }
            }
            return result
        }
        for waiter in waiters { waiter.wake() }
        return result
    }
}

extension PartitionLog.State {
    fileprivate mutating func append(
        _ header: RecordBatchHeader, _ records: UnsafeRawBufferPointer, keptIn pool: SegmentPool?, node: Int32
    ) -> PartitionLog.Appended {
        var result = PartitionLog.Appended(leadership: leadership)
        if let code = refusal(node: node, epoch: -1) {
            result.errorCode = code
            return result
        }
        if header.producerID >= 0 {
            switch producers.check(header) {
            case .next: break
            case .refused(let code):
                result.errorCode = code
                result.startOffset = startOffset
                return result
            case .duplicate(let baseOffset, let maxTimestampMs):
                duplicateCount += 1
                result.baseOffset = baseOffset
                result.logAppendTimeMs = maxTimestampMs
                result.startOffset = startOffset
                return result
            }
            if let code = transactionRefusal(header) {
                result.errorCode = code
                result.startOffset = startOffset
                return result
            }
            producers.append(header, at: endOffset)
            if header.attributes.isTransactional { transactions.append(header.producerID, at: endOffset) }
        }
        result.isNew = true
        result.baseOffset = endOffset
        epochs.append(leaderEpoch, at: endOffset)
        endOffset += Int64(header.lastOffsetDelta) + 1
        batchCount += 1
        recordCount += Int(header.recordCount)
        byteCount += records.count
        keep(records, header, baseOffset: result.baseOffset, in: pool)
        if pool == nil {
            startOffset = endOffset
            epochs.drop(before: startOffset)
            transactions.forget(before: startOffset)
        }
        result.startOffset = startOffset
        return result
    }

    /// Why a batch of a producer that is known does not fit the transaction of that producer; nil when it does.
    private func transactionRefusal(_ header: RecordBatchHeader) -> KafkaErrorCode? {
        let fits =
            header.attributes.isTransactional
            ? transactions.isOpen(header.producerID, header.producerEpoch)
            : !transactions.hasBatches(of: header.producerID)
        return fits ? nil : .invalidTxnState
    }

    /// Puts a copy of a batch behind those that are kept.
    ///
    /// - Parameter pool: memory for it, nil when it is not kept.
    mutating func keep(
        _ bytes: UnsafeRawBufferPointer, _ header: RecordBatchHeader, baseOffset: Int64, in pool: SegmentPool?
    ) {
        guard let pool else { return }
        let (segment, memory) = segments.take(bytes.count, from: pool)
        batches.append(
            StoredBatch(
                copying: bytes, header, baseOffset: baseOffset, leaderEpoch: leaderEpoch, to: memory, of: segment))
    }
}
