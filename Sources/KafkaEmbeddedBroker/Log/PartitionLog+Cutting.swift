extension PartitionLog {
    /// Deletes the records before an offset; -1 for all there are.
    ///
    /// - Returns: the first offset from now on, and the bytes of the batches that were dropped; nil for an offset that lies behind
    ///   the end.
    func deleteRecords(before offset: Int64) -> (startOffset: Int64, byteCount: Int)? {
        state.withLock { state in
            let offset = offset == -1 ? state.endOffset : offset
            guard offset >= 0, offset <= state.endOffset else { return nil }
            guard offset > state.startOffset else { return (state.startOffset, 0) }
            let before = state.batches.byteCount
            // A batch that holds the offset stays whole; readers pass over what lies before.
            while state.batches.indices.count > 0, state.batches[0].lastOffset < offset {
                _ = state.batches.removeFirst()
            }
            state.startOffset = offset
            state.epochs.drop(before: offset)
            state.transactions.forget(before: offset)
            keptByteCount.store(state.batches.byteCount, ordering: .relaxed)
            return (offset, before - state.batches.byteCount)
        }
    }

    /// Loses the batches from the one on that holds an offset, with the next leader epoch.
    ///
    /// - Returns: the offset behind what is left, and the bytes of the batches that are lost.
    func loseRecords(from offset: Int64) -> (endOffset: Int64, byteCount: Int) {
        let (result, waiters) = state.withLock { state in
            let before = state.batches.byteCount
            var end = max(state.startOffset, min(offset, state.endOffset))
            while state.batches.indices.count > 0 {
                let last = state.batches[state.batches.indices.count - 1]
                if last.lastOffset < offset { break }
                end = max(state.startOffset, min(end, last.baseOffset))
                _ = state.batches.removeLast()
            }
            state.endOffset = end
            state.epochs.cut(from: end)
            let left = state.batches
            state.transactions.cut(from: end, left: left.indices.lazy.map { left[$0].header })
            state.producers.forgetAll()
            state.leaderEpoch += 1
            keptByteCount.store(state.batches.byteCount, ordering: .relaxed)
            return ((end, before - state.batches.byteCount), state.takeWaiters())
        }
        for waiter in waiters { waiter.wake() }
        return result
    }

    /// Where the newest leader epoch ends that is not newer than `epoch`.
    func end(ofEpoch epoch: Int32) -> EpochHistory.End { state.withLock { $0.end(ofEpoch: epoch) } }
}

extension PartitionLog.State {
    func end(ofEpoch epoch: Int32) -> EpochHistory.End {
        epochs.end(of: epoch, current: leaderEpoch, endOffset: endOffset)
    }
}
