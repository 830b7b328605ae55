import KafkaClient

/// Makes the chunks of one generator, with stamps or without.
struct ChunkMaker {
    private let pool: PayloadPool
    private var stamper: RecordStamper?
    /// Whether the door takes headers record by record.
    private let needsHeaders: Bool
    /// Whether records have the numbers that they have in the run.
    private let numbersRecords: Bool
    /// The last one that was made.
    private(set) var chunk: RecordChunk
    /// Of the records of the last chunk.
    private(set) var headers = ChunkHeaders()
    /// Records of a chunk, at most.
    let recordCountMax: Int

    /// Stamped records are copied: so many bytes a chunk may have, unless one record has more.
    private static let stampedByteCount = 256 << 10

    /// - Parameter stamper: nil for records without stamps.
    init(_ pool: PayloadPool, _ stamper: RecordStamper?, needsHeaders: Bool, numbersRecords: Bool = false) {
        self.pool = pool
        self.stamper = stamper
        self.needsHeaders = needsHeaders
        self.numbersRecords = numbersRecords
        chunk = pool.makeChunk()
        let mean = max(1, Int(pool.bytesPerRecord))
        recordCountMax =
            stamper == nil
            ? PayloadPool.chunkRecordCount : max(1, min(PayloadPool.chunkRecordCount, Self.stampedByteCount / mean))
    }

    /// Makes a chunk of records `first` to `first + count - 1` of the run.
    ///
    /// - Precondition: at most `recordCountMax` records.
    mutating func make(first: Int64, count: Int) throws(KafkaClientError) {
        headers.first = first
        if stamper == nil {
            pool.fill(&chunk, first: first, count: count)
        } else {
            try stamper?.fill(&chunk, first: first, count: count)
            if needsHeaders { headers.stamps = stamper?.headerStamps() ?? [] }
        }
        if numbersRecords { chunk.numbering = RecordNumbering(first: first) }
    }

    /// Makes a chunk of the first records of `stretch`, as many as it may have, and takes them off the stretch.
    mutating func make(from stretch: inout Range<Int64>) throws(KafkaClientError) {
        let count = min(stretch.count, recordCountMax)
        try make(first: stretch.lowerBound, count: count)
        stretch = stretch.dropFirst(count)
    }
}

/// The headers of the records of a chunk, for doors that take them as values.
struct ChunkHeaders {
    /// The number in the run of the first record.
    fileprivate(set) var first: Int64 = 0
    /// By record; empty when no stamp lies in a header.
    fileprivate var stamps: [[UInt8]?] = []

    func of(_ index: Int, in pool: PayloadPool) -> [RecordHeader] {
        let own = pool.headers(of: first + Int64(index))
        guard !stamps.isEmpty, let stamp = stamps[index] else { return own }
        return own + [RecordHeader(key: RecordStamp.headerKey, value: stamp)]
    }
}
