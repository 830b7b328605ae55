import KafkaProtocol

/// The transactions that have batches in a partition: those that are open, and where those were that have been aborted.
///
/// Source: `ProducerStateManager` of Apache Kafka; KIP-98.
struct PartitionTransactions {
    private struct Open {
        let epoch: Int16
        /// Nil before the first batch.
        var firstOffset: Int64?
    }

    /// A transaction that was aborted.
    struct Aborted: Equatable {
        let producerID: Int64
        let firstOffset: Int64
        /// That of the marker.
        let lastOffset: Int64
    }

    private var open: [Int64: Open] = [:]
    /// In the order of their ends.
    private var aborted: [Aborted] = []

    /// The offset before which all transactions have ended.
    func lastStableOffset(_ endOffset: Int64) -> Int64 {
        open.values.reduce(endOffset) { min($0, $1.firstOffset ?? endOffset) }
    }

    func isOpen(_ producerID: Int64, _ epoch: Int16) -> Bool { open[producerID]?.epoch == epoch }

    /// Whether there are batches of a transaction that is open.
    func hasBatches(of producerID: Int64) -> Bool { open[producerID]?.firstOffset != nil }

    /// The first offset of a producer's open transaction; nil without one.
    func firstOffset(of producerID: Int64) -> Int64? { open[producerID]?.firstOffset }

    /// Takes batches of a transaction from now on.
    mutating func begin(_ producerID: Int64, _ epoch: Int16) {
        if isOpen(producerID, epoch) { return }
        open[producerID] = Open(epoch: epoch, firstOffset: open[producerID]?.firstOffset)
    }

    mutating func append(_ producerID: Int64, at offset: Int64) {
        if open[producerID]?.firstOffset == nil { open[producerID]?.firstOffset = offset }
    }

    /// Notes a marker.
    mutating func end(_ producerID: Int64, commit: Bool, at offset: Int64) {
        guard let first = open.removeValue(forKey: producerID)?.firstOffset, !commit else { return }
        aborted.append(Aborted(producerID: producerID, firstOffset: first, lastOffset: offset))
    }

    /// The aborted transactions that overlap a range of offsets.
    func aborted(in range: Range<Int64>) -> [Aborted] {
        aborted.filter { $0.lastOffset >= range.lowerBound && $0.firstOffset < range.upperBound }
    }

    /// Goes back to what was at an offset, because the records from there on are lost. Transactions whose markers are among them are
    /// open again, as in Kafka, which reads what is left anew; a later marker of their producer ends them.
    ///
    /// - Parameter left: the headers of all batches that are left, in their order.
    mutating func cut(from offset: Int64, left: some Sequence<RecordBatchHeader>) {
        aborted.removeAll { $0.lastOffset >= offset }
        for (producerID, transaction) in open where transaction.firstOffset ?? -1 >= offset {
            open[producerID]?.firstOffset = nil
        }
        var unended: [Int64: (epoch: Int16, firstOffset: Int64)] = [:]
        for batch in left where batch.attributes.isTransactional {
            if batch.attributes.isControl {
                unended[batch.producerID] = nil
            } else if unended[batch.producerID] == nil {
                unended[batch.producerID] = (batch.producerEpoch, batch.baseOffset)
            }
        }
        for (producerID, transaction) in unended where open[producerID]?.firstOffset == nil {
            let epoch = open[producerID]?.epoch ?? transaction.epoch
            open[producerID] = Open(epoch: epoch, firstOffset: transaction.firstOffset)
        }
    }

    /// Forgets those that have ended before an offset.
    mutating func forget(before offset: Int64) {
        while let first = aborted.first, first.lastOffset < offset { aborted.removeFirst() }
    }
}
