import KafkaClient

/// Looks at fetched batches, record by record.
struct PartitionReader {
    private let stamps: StampReader
    /// Of what was sent before the clock started: such records don't count.
    private let warmUp: StampReader
    private let batches = RecordReader()
    private(set) var records: StoredRecords
    /// Of each partition, offsets of damaged batches that lie behind what was looked at, in order.
    private var damaged: [Int: [Range<Int64>]] = [:]

    init(stamps: StampReader, warmUp: StampReader, partitionCount: Int) {
        self.stamps = stamps
        self.warmUp = warmUp
        records = StoredRecords(partitionCount: partitionCount)
    }

    /// Takes the partitions that a topic has gained.
    mutating func grow(to partitionCount: Int) { records.grow(to: partitionCount) }

    /// Notes that a batch is damaged, so that its records can't be read: each of its offsets counts as a corrupted record, once what
    /// lies before them was looked at.
    mutating func addDamaged(_ offsets: Range<Int64>, in partition: Int) {
        damaged[partition, default: []].append(offsets)
    }

    /// Notes the damaged batches that nothing came behind.
    mutating func noteDamaged() {
        for partition in damaged.keys { _ = noteDamaged(partition, from: 0, to: .max) }
    }

    /// Notes the records of a batch from offset `start` on, and before `end`, and the damaged batches before it.
    ///
    /// - Returns: the offset to go on with.
    mutating func read(_ batch: FetchedBatch, of partition: Int, from start: Int64, to end: Int64) -> Int64 {
        var next = start
        if !damaged.isEmpty { next = noteDamaged(partition, from: next, to: min(batch.firstOffset, end)) }
        guard batch.nextOffset > next, next < end else { return next }
        return read(records: batch, of: partition, from: next, to: min(batch.nextOffset, end))
    }

    /// Notes that nothing but damaged batches comes before `end`.
    ///
    /// - Returns: the offset to go on with.
    mutating func skip(_ partition: Int, from start: Int64, to end: Int64) -> Int64 {
        let next = noteDamaged(partition, from: start, to: end)
        if next < end { records.noteGap(next..<end, in: partition) }
        return max(next, end)
    }

    /// - Returns: the offset behind the last damaged batch before `end`.
    private mutating func noteDamaged(_ partition: Int, from start: Int64, to end: Int64) -> Int64 {
        var next = start
        guard var ranges = damaged[partition] else { return next }
        while let range = ranges.first, range.lowerBound < end {
            ranges.removeFirst()
            let corrupted = max(range.lowerBound, next)..<max(range.lowerBound, next, min(range.upperBound, end))
            if corrupted.isEmpty { continue }
            if corrupted.lowerBound > next, next > 0 { records.noteGap(next..<corrupted.lowerBound, in: partition) }
            for offset in corrupted { records.noteCorrupted(in: partition, at: offset) }
            next = corrupted.upperBound
        }
        damaged[partition] = ranges.isEmpty ? nil : ranges
        return next
    }

    private mutating func read(
        records batch: FetchedBatch, of partition: Int, from start: Int64, to end: Int64
    ) -> Int64 {
        var next = start
        do {
            try batches.forEachRecord(in: batch) { record in
                // The last ones came after the end was asked for.
                if record.offset >= end || record.offset < next { return }
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
