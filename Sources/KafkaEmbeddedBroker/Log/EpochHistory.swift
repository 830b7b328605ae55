/// At which offset each leader of a partition began to append (KIP-101). A value, without locks.
struct EpochHistory: Sendable {
    /// The end of an epoch; -1 and -1 when none is known.
    struct End: Equatable {
        var epoch: Int32 = -1
        /// The first offset behind the epoch.
        var offset: Int64 = -1
    }

    /// By ascending epoch and offset.
    private var begins: [(epoch: Int32, offset: Int64)] = []

    /// Notes that a leader appends at an offset.
    mutating func append(_ epoch: Int32, at offset: Int64) {
        if let last = begins.last, last.epoch >= epoch { return }
        begins.append((epoch, offset))
    }

    /// Forgets epochs that began at or behind an offset.
    mutating func cut(from offset: Int64) { begins.removeAll { $0.offset >= offset } }

    /// Forgets epochs that ended at or before an offset.
    mutating func drop(before offset: Int64) {
        while begins.count > 1, begins[1].offset <= offset { begins.removeFirst() }
    }

    /// Where the newest epoch ends that is not newer than `epoch`.
    ///
    /// Source: `LeaderEpochFileCache.endOffsetFor` of Kafka.
    ///
    /// - Parameters:
    ///   - current: the leader's own epoch.
    ///   - endOffset: the offset behind the last record.
    func end(of epoch: Int32, current: Int32, endOffset: Int64) -> End {
        if epoch == current { return End(epoch: epoch, offset: endOffset) }
        guard epoch >= 0, epoch < current else { return End() }
        let next = begins.first { $0.epoch > epoch }
        guard let last = begins.last(where: { $0.epoch <= epoch }) else {
            // All that is known is newer: what the client has read lies before it.
            return begins.isEmpty ? End() : End(epoch: epoch, offset: begins[0].offset)
        }
        return End(epoch: last.epoch, offset: next?.offset ?? endOffset)
    }
}
