import KafkaProtocol

/// Tells batches of aborted transactions from others, in the order of their offsets.
///
/// An answer lists the aborted transactions that overlap it: who produced, and where the transaction began. It ended at that
/// producer's next ABORT marker.
///
/// Source: Fetch, API key 1, field `AbortedTransactions`; KIP-98.
package struct AbortedTransactions {
    /// By first offset, the next one last.
    private var coming: [FetchResponse.AbortedTransaction]
    private var open: Set<Int64> = []

    package init(_ listed: [FetchResponse.AbortedTransaction]) {
        coming = listed.sorted { $0.firstOffset > $1.firstOffset }
    }

    /// Whether the next batch belongs to an aborted transaction. It must be asked for each batch in turn.
    ///
    /// - Parameter isAbort: whether it is a marker that aborts; asked for markers only.
    mutating func isAborted(_ header: RecordBatchHeader, isAbort: @autoclosure () -> Bool) -> Bool {
        if coming.isEmpty, open.isEmpty { return false }
        while let next = coming.last, next.firstOffset < header.nextOffset {
            open.insert(next.producerID)
            coming.removeLast()
        }
        guard header.attributes.isTransactional, open.contains(header.producerID) else { return false }
        if header.attributes.isControl {
            if isAbort() { open.remove(header.producerID) }
            return false
        }
        return true
    }
}
