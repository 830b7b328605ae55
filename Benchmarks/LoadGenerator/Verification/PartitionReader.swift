import KafkaClient
import KafkaProtocol

/// Looks at fetched batches, record by record.
struct PartitionReader {
    private let stamps: StampReader
    /// Of what was sent before the clock started: such records don't count.
    private let warmUp: StampReader
    private let batches = RecordReader()
    var records: StoredRecords

    init(stamps: StampReader, warmUp: StampReader, partitionCount: Int) {
        self.stamps = stamps
        self.warmUp = warmUp
        records = StoredRecords(partitionCount: partitionCount)
    }

    /// Notes the records from offset `start` on, and before `end`.
    ///
    /// A batch that is damaged, so that its records can't be read, counts as that many corrupted records.
    ///
    /// - Parameter bytes: batches, the last of which may be cut off.
    /// - Returns: the offset to go on with.
    /// - Throws: `RunError` when the bytes are no batches.
    mutating func read(_ bytes: RawSpan, of partition: Int, from start: Int64, to end: Int64) throws(RunError) -> Int64
    {
        var next = start
        var position = 0
        while position < bytes.byteCount, next < end {
            let rest = bytes.extracting(position...)
            let view: RecordBatchView
            do throws(RecordBatchError) {
                view = try RecordBatchView(rest, verifyingChecksum: false)
            } catch {
                if error.kind == .truncated { break }
                throw RunError("partition \(partition) has bytes at offset \(next) that are no batch: \(error)")
            }
            let after = view.header.baseOffset &+ Int64(view.header.lastOffsetDelta) &+ 1
            let batch = rest.extracting(0..<view.header.batchByteCount)
            if after > next { next = read(batch: batch, of: partition, from: next, to: min(after, end)) }
            position += batch.byteCount
        }
        return next
    }

    private mutating func read(batch: RawSpan, of partition: Int, from start: Int64, to end: Int64) -> Int64 {
        var next = start
        do {
            _ = try batches.forEachRecord(in: batch, from: start) { record, _ in
                // The last ones came after the end was asked for.
                if record.offset >= end { return }
                if record.offset > next { records.noteGap(next..<record.offset, in: partition) }
                next = record.offset + 1
                switch stamps.read(record) {
                case .intact(let stamp): records.note(stamp, in: partition, at: record.offset)
                case .corrupted: records.noteCorrupted(in: partition, at: record.offset)
                case .foreign:
                    if warmUp.read(record) == .foreign { records.noteForeign(in: partition, at: record.offset) }
                }
            }
            if next < end { records.noteGap(next..<end, in: partition) }
        } catch {
            for offset in next..<max(next, end) { records.noteCorrupted(in: partition, at: offset) }
        }
        return end
    }
}
