/// The records of a chunk that were refused because no batch can hold them.
struct RefusedRecords {
    private(set) var count = 0
    private var first: (index: Int, byteCount: Int)?

    mutating func add(_ index: Int, _ byteCount: Int) {
        count += 1
        first = first ?? (index, byteCount)
    }

    /// Adds the refused records of a part of the chunk.
    ///
    /// - Parameter indices: where the records of the part are in the chunk, in order.
    mutating func add(_ part: RefusedRecords, ofPartAt indices: [Int]) {
        count += part.count
        guard let (index, byteCount) = part.first else { return }
        if let first, first.index < indices[index] { return }
        first = (indices[index], byteCount)
    }

    /// Throws when records were refused. Called when the other records of the chunk are taken.
    func throwIfAny(of total: Int, byteCountMax: Int) throws(KafkaClientError) {
        guard let first else { return }
        throw KafkaClientError(
            .recordTooLarge,
            """
            record \(first.index) of the chunk needs a batch of \(first.byteCount) bytes, the greatest allowed is \
            \(byteCountMax); \(count) of \(total) records were refused, the others were taken. Make batchByteCountMax (and \
            the broker's message.max.bytes) larger, or the record smaller
            """
        ).taking(total - count)
    }
}

extension KafkaClientError {
    /// The error for a chunk during which the builder was finished.
    static func finished(taken count: Int, of total: Int) -> KafkaClientError {
        KafkaClientError(.closed, "the builder was finished; \(count) of \(total) records were taken").taking(count)
    }
}
