/// A batch that is being filled: the address of its memory, and how much of it is used. The code that opened the batch owns
/// the memory.
package struct OpenBatch: BitwiseCopyable {
    /// The begin of the memory; nil when no batch is open.
    package private(set) var base: UnsafeMutableRawPointer?
    /// The address of the next record.
    fileprivate var cursor: UnsafeMutableRawPointer
    fileprivate var limit: UnsafeMutableRawPointer
    package fileprivate(set) var recordCount: Int32
    fileprivate var baseTimestampMs: Int64
    fileprivate var maxTimestampMs: Int64

    /// No batch. No record fits in it.
    package init() {
        // Never written through: cursor and limit are equal, so no record fits.
        let nowhere = UnsafeMutableRawPointer(bitPattern: 1 << 12)!
        base = nil
        cursor = nowhere
        limit = nowhere
        recordCount = 0
        baseTimestampMs = 0
        maxTimestampMs = .min
    }

    /// An empty batch.
    ///
    /// - Parameter memory: as long as the batch may become, its header included; at least 61 bytes.
    package init(in memory: UnsafeMutableRawBufferPointer) {
        precondition(memory.count >= RecordBatchHeader.byteCount)
        base = memory.baseAddress!
        cursor = base! + RecordBatchHeader.byteCount
        limit = base! + memory.count
        recordCount = 0
        baseTimestampMs = 0
        maxTimestampMs = .min
    }

    package var isOpen: Bool { base != nil }

    /// Bytes of the batch as it stands, header included.
    package var byteCount: Int { base.map { cursor - $0 } ?? 0 }

    /// The records so far, uncompressed.
    package var records: UnsafeRawBufferPointer {
        guard let base else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(
            start: base + RecordBatchHeader.byteCount, count: byteCount - RecordBatchHeader.byteCount)
    }

    /// The header for the records so far. Sealing sets its attributes and, after compression, its length.
    package var header: RecordBatchHeader {
        var header = RecordBatchHeader()
        header.batchByteCount = byteCount
        header.lastOffsetDelta = recordCount - 1
        header.baseTimestampMs = baseTimestampMs
        header.maxTimestampMs = maxTimestampMs
        header.recordCount = recordCount
        return header
    }

    /// Adds one record if it fits.
    @inline(__always)
    fileprivate mutating func append(_ entry: RecordChunk.Entry, nowMs: Int64, bases: RecordChunk.Bases) -> Bool {
        let timestampMs = entry.timestampMs == RecordChunk.unsetTimestamp ? nowMs : entry.timestampMs
        let baseMs = recordCount == 0 ? timestampMs : baseTimestampMs
        let timestampDelta = timestampMs &- baseMs
        let bodyByteCount = RecordEncoding.bodyByteCount(
            entry, timestampDelta: timestampDelta, offsetDelta: recordCount)
        let byteCount = RecordEncoding.varintByteCount(Int64(bodyByteCount)) + bodyByteCount
        if byteCount > limit - cursor { return false }
        let end = RecordEncoding.write(
            entry, bodyByteCount: bodyByteCount, timestampDelta: timestampDelta, offsetDelta: recordCount, bases: bases,
            to: cursor)
        assert(end - cursor == byteCount, "a record was written longer or shorter than it was predicted")
        cursor = end
        baseTimestampMs = baseMs
        if timestampMs > maxTimestampMs { maxTimestampMs = timestampMs }
        recordCount &+= 1
        return true
    }
}

extension OpenBatch {
    /// Appends the records of a chunk to the open batches of their partitions, in order, until one finds no room.
    ///
    /// - Parameters:
    ///   - targets: the slots in `batches` that the records of the chunk go to.
    ///   - batches: the slot of partition 0 in a table that has a slot for every partition named. Slot -1 is for records
    ///     that may go to any partition.
    ///   - nowMs: the timestamp of records that have none of their own, in milliseconds since 1970.
    /// - Returns: the index of the first record that found no room; `range.upperBound` when all went in.
    package static func append(
        _ chunk: RecordChunk, _ range: Range<Int>, _ targets: RecordTargets,
        to batches: UnsafeMutablePointer<OpenBatch>, nowMs: Int64
    ) -> Int {
        switch targets {
        case .all(let slot): append(chunk, range, to: &batches[Int(slot)], nowMs: nowMs)
        case .each(let slots):
            slots.withUnsafeBufferPointer { append(chunk, range, slots: $0, to: batches, nowMs: nowMs) }
        }
    }

    private static func append(
        _ chunk: RecordChunk, _ range: Range<Int>, slots: UnsafeBufferPointer<Int32>,
        to batches: UnsafeMutablePointer<OpenBatch>, nowMs: Int64
    ) -> Int {
        chunk.withEntries { entries, count, bases in
            precondition(range.upperBound <= count && range.upperBound <= slots.count)
            for index in range {
                let batch = batches + Int(slots[index])
                if !batch.pointee.append(entries[index], nowMs: nowMs, bases: bases) { return index }
            }
            return range.upperBound
        }
    }

    private static func append(
        _ chunk: RecordChunk, _ range: Range<Int>, to target: inout OpenBatch, nowMs: Int64
    ) -> Int {
        chunk.withEntries { entries, count, bases in
            precondition(range.upperBound <= count)
            // A copy, so that it stays in registers.
            var batch = target
            defer { target = batch }
            for index in range {
                if !batch.append(entries[index], nowMs: nowMs, bases: bases) { return index }
            }
            return range.upperBound
        }
    }

    /// Appends all records of a chunk to this batch, or as many as find room; true when all did.
    package mutating func append(_ chunk: RecordChunk, nowMs: Int64) -> Bool {
        OpenBatch.append(chunk, 0..<chunk.count, to: &self, nowMs: nowMs) == chunk.count
    }

    /// Appends consecutive records of a chunk to this batch until one finds no room.
    ///
    /// - Returns: the index of the first record that did not go in.
    package mutating func append(_ chunk: RecordChunk, _ range: Range<Int>, nowMs: Int64) -> Int {
        OpenBatch.append(chunk, range, to: &self, nowMs: nowMs)
    }

    /// Appends records chosen by index to this batch until one finds no room; gives how many of the indices went in.
    package mutating func append(_ chunk: RecordChunk, indices: UnsafeBufferPointer<UInt32>, nowMs: Int64) -> Int {
        chunk.withEntries { entries, count, bases in
            var batch = self
            defer { self = batch }
            for (position, index) in indices.enumerated() {
                precondition(Int(index) < count)
                if !batch.append(entries[Int(index)], nowMs: nowMs, bases: bases) { return position }
            }
            return indices.count
        }
    }
}
