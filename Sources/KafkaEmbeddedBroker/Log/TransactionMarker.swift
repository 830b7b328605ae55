import KafkaProtocol
import KafkaTransport

/// The batch that ends a transaction in a partition. Its one record says how.
///
/// Source: `MemoryRecords.writeEndTransactionalMarker` of Apache Kafka; KIP-98.
struct TransactionMarker {
    let header: RecordBatchHeader
    let bytes: [UInt8]
    let isCommit: Bool

    init(_ ending: TransactionEnding) {
        isCommit = ending.isCommit
        let record = Self.record(isCommit: ending.isCommit)
        var header = RecordBatchHeader()
        header.batchByteCount = RecordBatchHeader.byteCount + record.count
        header.attributes.isTransactional = true
        header.attributes.isControl = true
        header.baseTimestampMs = WallTime.now.millisecondsSince1970
        header.maxTimestampMs = header.baseTimestampMs
        header.producerID = ending.producerID
        header.producerEpoch = ending.epoch
        header.recordCount = 1
        var bytes = [UInt8](repeating: 0, count: RecordBatchHeader.byteCount) + record
        bytes.withUnsafeMutableBytes { header.seal($0) }
        self.bytes = bytes
        self.header = header
    }

    /// A record without headers at the batch's own time. All its lengths fit one byte of a varint.
    private static func record(isCommit: Bool) -> [UInt8] {
        // The structures have no fields that a version could lack.
        let key = try! ControlRecordKey(type: isCommit ? .commit : .abort).encoded()
        let value = try! EndTransactionMarker(coordinatorEpoch: 0).encoded()
        let body = [0, 0, 0, UInt8(2 * key.count)] + key + [UInt8(2 * value.count)] + value + [0]
        return [UInt8(2 * body.count)] + body
    }
}

extension PartitionLog {
    /// Lets a producer append batches of its transaction.
    func openTransaction(of producerID: Int64, _ epoch: Int16) {
        state.withLock { $0.transactions.begin(producerID, epoch) }
    }

    func hasOpenTransaction(of producerID: Int64, _ epoch: Int16) -> Bool {
        state.withLock { $0.transactions.isOpen(producerID, epoch) }
    }

    /// The offset before which all transactions have ended.
    var lastStableOffset: Int64 { state.withLock { $0.lastStableOffset } }

    /// Appends the marker that ends a transaction.
    ///
    /// - Parameter pool: memory for a copy, nil when it is not kept.
    func append(_ marker: TransactionMarker, keptIn pool: SegmentPool?) {
        let waiters = state.withLock { state -> [FetchWaiter] in
            if state.isDeleted { return [] }
            marker.bytes.withUnsafeBytes { state.append(marker, $0, keptIn: pool) }
            keptByteCount.store(state.batches.byteCount, ordering: .relaxed)
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.wake() }
    }
}

extension PartitionLog.State {
    /// Not before the log's own begin, though records of an open transaction may have been deleted.
    var lastStableOffset: Int64 { max(startOffset, transactions.lastStableOffset(endOffset)) }

    fileprivate mutating func append(
        _ marker: TransactionMarker, _ bytes: UnsafeRawBufferPointer, keptIn pool: SegmentPool?
    ) {
        let header = marker.header
        producers.note(marker: header)
        transactions.end(header.producerID, commit: marker.isCommit, at: endOffset)
        keep(bytes, header, baseOffset: endOffset, in: pool)
        epochs.append(leaderEpoch, at: endOffset)
        endOffset += 1
        batchCount += 1
        byteCount += bytes.count
        if pool == nil {
            startOffset = endOffset
            epochs.drop(before: startOffset)
            transactions.forget(before: startOffset)
        }
    }
}
