/// A stretch of memory that holds batches of one partition, one behind the other. It is filled once, and its memory is used again
/// when no batch in it is kept or being sent any more.
final class LogSegment: @unchecked Sendable {
    // Unchecked: bytes are written where none were taken yet, under the lock of the partition that owns the segment.
    private let slice: MemorySlice
    /// Gets the memory back; nil where it is freed.
    private let pool: SegmentPool?
    private var usedByteCount = 0

    init(_ slice: MemorySlice, of pool: SegmentPool?) {
        self.slice = slice
        self.pool = pool
    }

    deinit { pool?.giveBack(slice) }

    /// Takes memory behind what was taken before; nil when so much is not left.
    func take(_ byteCount: Int) -> UnsafeMutableRawBufferPointer? {
        let memory = slice.memory
        guard memory.count - usedByteCount >= byteCount else { return nil }
        defer { usedByteCount += byteCount }
        return UnsafeMutableRawBufferPointer(rebasing: memory[usedByteCount..<usedByteCount + byteCount])
    }
}

/// The last segment of a partition.
///
/// The first ones are small, so that many partitions with little in them take little; each next one is twice as long.
struct SegmentChain {
    private var last: LogSegment?
    private var nextByteCount = Self.byteCountMin

    private static let byteCountMin = 4 << 10

    /// Takes memory, from another segment when the last one has too little left.
    mutating func take(_ byteCount: Int, from pool: SegmentPool) -> (LogSegment, UnsafeMutableRawBufferPointer) {
        if let last, let memory = last.take(byteCount) { return (last, memory) }
        let segment = pool.makeSegment(max(byteCount, nextByteCount))
        // A batch that is longer than a segment has one of its own.
        if byteCount <= SegmentPool.segmentByteCount {
            last = segment
            nextByteCount = min(2 * nextByteCount, SegmentPool.segmentByteCount)
        }
        return (segment, segment.take(byteCount)!)
    }
}
