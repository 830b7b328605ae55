import KafkaQueues

/// What decoders take is on its way: it is handed out when it is decompressed, if nothing was dropped meanwhile.
extension FetchedQueue {
    /// Takes the next batch for a decoder.
    func takeForDecoding() -> Next {
        take { state, batch in
            while state.decoding.count <= batch.source.slot { state.decoding.append(RingBuffer()) }
            state.decoding[batch.source.slot].append(batch)
            state.decodingCount += 1
        }
    }

    /// Hands a batch out that a decoder has taken. Those of a partition must come in the order in which they were taken.
    ///
    /// - Returns: whether it is wanted still: false when its partition was sought, paused or removed meanwhile.
    func deliver(_ batch: FetchedBatch) -> Bool {
        state.withLock { state in
            let slot = batch.source.slot
            guard slot < state.decoding.count, let first = state.decoding[slot].first,
                first.answer === batch.answer, first.position == batch.position
            else { return false }
            _ = state.decoding[slot].popFirst()
            state.decodingCount -= 1
            state.hand(out: batch, tracks: tracks)
            return true
        }
    }

    /// Puts what was not handed out in front of what waits. No decoder takes any more.
    func takeBackFromDecoding() {
        let waiters = state.withLock { state -> [Waiter<Void>] in
            for slot in state.decoding.indices {
                while let batch = state.decoding[slot].popLast() {
                    state.runs.prepend(FetchedRun(of: batch))
                    state.waitingByteCounts[slot] += batch.byteCount
                }
            }
            (state.decoding, state.decodingCount) = ([], 0)
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume() }
    }
}

extension FetchedQueue.State {
    /// Drops what decoders have of a partition.
    ///
    /// - Returns: the offset of the first record that was dropped; nil when there was none.
    mutating func dropDecoding(_ slot: Int) -> Int64? {
        guard slot < decoding.count, let first = decoding[slot].first else { return nil }
        decodingCount -= decoding[slot].count
        decoding[slot] = RingBuffer()
        return first.firstOffset
    }
}

extension FetchedRun {
    fileprivate init(of batch: FetchedBatch) {
        self.init(
            answer: batch.answer, source: batch.source, position: batch.position, end: batch.position + batch.byteCount,
            firstOffset: batch.firstOffset)
    }
}
