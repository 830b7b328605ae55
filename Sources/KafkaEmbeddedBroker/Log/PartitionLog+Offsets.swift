import KafkaProtocol

extension PartitionLog {
    /// An offset and the timestamp it was found by; -1 and -1 when there is none.
    struct TimedOffset: Equatable {
        var offset: Int64 = -1
        var timestampMs: Int64 = -1
    }

    /// The offset at a timestamp or at one of the special values.
    ///
    /// Exact to the record in batches without compression; in compressed ones the first offset of the batch, from which
    /// a reader reaches the record too.
    ///
    /// Source: `ListOffsetsRequest.json`; -1 latest, -2 earliest, -3 that of the maximum timestamp, -4 earliest local,
    /// -5 latest tiered, -6 earliest pending upload. Nothing here is tiered.
    ///
    /// - Parameter isCommitted: whether the latest is the one before which all transactions have ended.
    func offset(at timestampMs: Int64, isCommitted: Bool = false) -> TimedOffset {
        state.withLock { state in
            switch timestampMs {
            case -1: return TimedOffset(offset: isCommitted ? state.lastStableOffset : state.endOffset)
            case -2, -4: return TimedOffset(offset: state.startOffset)
            case -3:
                var latest: StoredBatch?
                for index in state.batches.indices {
                    let batch = state.batches[index]
                    if batch.maxTimestampMs > latest?.maxTimestampMs ?? -1 { latest = batch }
                }
                return latest?.offset(atOrAfter: latest?.maxTimestampMs ?? -1, from: state.startOffset) ?? TimedOffset()
            case ..<0: return TimedOffset()
            default:
                for index in state.batches.indices where state.batches[index].maxTimestampMs >= timestampMs {
                    let found = state.batches[index].offset(atOrAfter: timestampMs, from: state.startOffset)
                    if let found { return found }
                }
                return TimedOffset()
            }
        }
    }
}

extension StoredBatch {
    /// - Parameter startOffset: records before it are deleted.
    /// - Returns: nil when all records of that time are deleted.
    /// - Precondition: `timestampMs` is at most `maxTimestampMs`.
    fileprivate func offset(atOrAfter timestampMs: Int64, from startOffset: Int64) -> PartitionLog.TimedOffset? {
        let whole = PartitionLog.TimedOffset(offset: max(baseOffset, startOffset), timestampMs: maxTimestampMs)
        guard let view = try? RecordBatchView(buffer.bytes, verifyingChecksum: false), view.compression == .none else {
            return whole
        }
        var cursor = view.cursor(over: view.recordBytes)
        // Records are not read when they are appended, so they may contradict their header. The answer is then the batch's.
        do {
            while let record = try cursor.next() {
                if record.timestampMs >= timestampMs, record.offset >= startOffset {
                    return PartitionLog.TimedOffset(offset: record.offset, timestampMs: record.timestampMs)
                }
            }
        } catch {
            return whole
        }
        return startOffset > baseOffset ? nil : whole
    }
}
