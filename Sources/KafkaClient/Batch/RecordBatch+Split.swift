// A broker may accept less than a builder was allowed to make. The batch is then sent in two halves, as Kafka's Java client
// does: smaller batches, the same records.

import KafkaCompression
import KafkaProtocol

extension RecordBatch {
    /// Two batches with the records of this one, in order. Their memory is taken beyond the pool's bound: it must not wait for
    /// what others hold.
    ///
    /// - Returns: nil for a batch of one record.
    /// - Throws: `KafkaClientError` when the codec can't read what it has written.
    func split() throws -> [RecordBatch]? {
        guard let pool, recordCount > 1 else { return nil }
        let half = recordCount / 2
        var chunks = [RecordChunk(capacity: half), RecordChunk(capacity: recordCount - half)]
        let reader = RecordReader(
            codecs: CodecTable(overriding: [pool.codec]), decompressedByteCountMax: uncompressedByteCount)
        _ = try reader.forEachRecord(in: copiedBytes, from: 0) { record, _ in
            try chunks[record.offset < half ? 0 : 1].append(
                value: record.value, key: record.key, headers: record.headers, timestampMs: record.timestampMs)
        }
        guard chunks[0].count == half, chunks[1].count == recordCount - half else {
            throw KafkaClientError(.corruptBatch, "a batch to be split does not hold its \(recordCount) records")
        }
        let sealer = try BatchSealer(pool.codec, pool: pool)
        return [
            seal(chunks[0], 0..<half, sealer, pool),
            seal(chunks[1], half..<recordCount, sealer, pool),
        ]
    }

    private func seal(
        _ chunk: RecordChunk, _ range: Range<Int>, _ sealer: BatchSealer, _ pool: BatchMemoryPool
    ) -> RecordBatch {
        // The timestamps may count from another base, which changes the length of each by some bytes.
        let byteCount = uncompressedByteCount + chunk.count * Self.timestampGrowthMax
        let memory = pool.takeBeyondBound(byteCount)
        var open = OpenBatch(in: memory)
        let isWhole = open.append(chunk, nowMs: 0)
        precondition(isWhole, "half of a batch has outgrown the whole")
        return sealer.seal(
            open, in: memory, topic: topic, partition: partition, marks: marks(in: range),
            numbers: numbers.part(range), firstAppend: times.firstAppend, sealed: times.sealed)
    }

    /// The longest varint.
    private static let timestampGrowthMax = 10

    private func marks(in range: Range<Int>) -> [BatchMark] {
        marks.compactMap { run in
            let part = (run.first..<run.first + run.count).clamped(to: range)
            if part.isEmpty { return nil }
            return BatchMark(mark: run.mark, first: part.lowerBound - range.lowerBound, count: part.count)
        }
    }
}
