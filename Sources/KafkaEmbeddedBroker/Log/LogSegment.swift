/// A stretch of memory that holds batches of one partition, one behind the other. It is filled once, and its memory is used again
/// when no batch in it is kept or being sent any more.
final class LogSegment: @unchecked Sendable {
    // Unchecked: bytes are written where none were taken yet, under the lock of the partition, or of the pool, that owns the segment.
    private let slice: MemorySlice
    /// Gets the memory back; nil where it is freed, belongs to `whole`, or the pool is gone. Weak, because a pool keeps a segment.
    private weak var pool: SegmentPool?
    /// The segment that this one is a part of.
    private let whole: LogSegment?
    private var usedByteCount = 0

    init(_ slice: MemorySlice, of pool: SegmentPool?, within whole: LogSegment? = nil) {
        self.slice = slice
        self.pool = pool
        self.whole = whole
    }

    deinit { pool?.giveBack(slice) }

    /// Takes memory behind what was taken before; nil when so much is not left.
    func take(_ byteCount: Int) -> UnsafeMutableRawBufferPointer? {
        let memory = slice.memory
        guard memory.count - usedByteCount >= byteCount else { return nil }
        defer { usedByteCount += byteCount }
        return UnsafeMutableRawBufferPointer(rebasing: memory[usedByteCount..<usedByteCount + byteCount])
    }

    /// Makes a segment of memory behind what was taken before; nil when so much is not left.
    func takeSegment(_ byteCount: Int) -> LogSegment? {
        guard slice.range.count - usedByteCount >= byteCount else { return nil }
        defer { usedByteCount += byteCount }
        let begin = slice.range.lowerBound + usedByteCount
        return LogSegment(
            MemorySlice(region: slice.region, range: begin..<begin + byteCount), of: nil, within: self)
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
