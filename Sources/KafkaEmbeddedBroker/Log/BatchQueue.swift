import KafkaQueues

/// The batches of a partition in the order of their offsets: appended behind, dropped in front, found by offset.
struct BatchQueue {
    private var batches = RingBuffer<StoredBatch>()
    private(set) var byteCount = 0

    var indices: Range<Int> { 0..<batches.count }

    /// - Precondition: `index` is one of `indices`.
    subscript(index: Int) -> StoredBatch { batches[index] }

    mutating func append(_ batch: StoredBatch) {
        batches.append(batch)
        byteCount += batch.byteCount
    }

    mutating func removeFirst() -> StoredBatch? {
        guard let batch = batches.popFirst() else { return nil }
        byteCount -= batch.byteCount
        return batch
    }

    mutating func removeLast() -> StoredBatch? {
        guard let batch = batches.popLast() else { return nil }
        byteCount -= batch.byteCount
        return batch
    }

    /// The first batch that ends at or behind `offset`; logarithmic.
    func firstIndex(reaching offset: Int64) -> Int? {
        var low = 0
        var high = batches.count
        while low < high {
            let middle = (low + high) / 2
            if batches[middle].lastOffset < offset { low = middle + 1 } else { high = middle }
        }
        return low < batches.count ? low : nil
    }
}
