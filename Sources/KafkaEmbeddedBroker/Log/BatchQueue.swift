/// The batches of a partition in the order of their offsets: appended behind, dropped in front, found by offset.
struct BatchQueue {
    // Invariant: batches[..<head] are nil, batches[head...] are not.
    private var batches: [StoredBatch?] = []
    private var head = 0
    private(set) var byteCount = 0

    var isEmpty: Bool { head == batches.count }
    var indices: Range<Int> { head..<batches.count }

    /// - Precondition: `index` is one of `indices`.
    subscript(index: Int) -> StoredBatch {
        guard let batch = batches[index] else { preconditionFailure("batch \(index) was dropped") }
        return batch
    }

    mutating func append(_ batch: StoredBatch) {
        batches.append(batch)
        byteCount += batch.byteCount
    }

    /// Amortised constant time.
    mutating func removeFirst() -> StoredBatch? {
        guard !isEmpty, let batch = batches[head] else { return nil }
        batches[head] = nil
        head += 1
        byteCount -= batch.byteCount
        if head >= 64, head * 2 >= batches.count {
            batches.removeFirst(head)
            head = 0
        }
        return batch
    }

    /// The first batch that ends at or behind `offset`; logarithmic.
    func firstIndex(reaching offset: Int64) -> Int? {
        var low = head
        var high = batches.count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].lastOffset < offset { low = middle + 1 } else { high = middle }
        }
        return low < batches.count ? low : nil
    }
}
