// Payloads are made before the clock starts. Record i of a run has the payload i mod N of the pool, whoever sends it:
// the seed alone decides what the records are.

import KafkaClient

/// The payloads of a workload, as a ring of records that chunks are cut from.
///
/// A lane that takes its records from `RecordRuns` goes round the ring without a break. So a batch never holds a payload
/// twice, neither of consecutive records nor of those that a rotation over partitions gives to one of them.
package struct PayloadPool: Sendable {
    /// Records of a chunk: 8 KiB of entries stay in the first-level cache.
    package static let chunkRecordCount = 256

    private let arena: RecordArena
    private let ring: RecordChunk
    /// Different payloads, no fewer than a batch has records; few, because they lie in a core's own cache. A prime, so
    /// that no stride over partitions meets the same few. Cores, builder and concurrency have no part in it.
    package let payloadCount: Int
    /// Records that a lane is given at once: whole rounds, as few as make the giving cheap.
    package let runRecordCount: Int

    /// What a run has at least, unless its bytes are enough.
    private static let runRecordCountMin = 1024
    private static let runByteCountMin = 256 << 10

    /// More bytes a ring doesn't take to keep apart what lanes share.
    private static let sharedByteCountMax = 8 << 20

    /// - Parameters:
    ///   - recordSize: bytes of each payload.
    ///   - compressibility: share of each payload, 0 … 1, that is the same byte over and over.
    ///   - batchByteCount: no batch of this size holds the same payload twice.
    ///   - partitions: over which records may be rotated, at least 1.
    ///   - isShared: lanes don't take whole rounds but whatever comes next. What lies in a batch is then as far apart as
    ///     all open batches together hold, and twice that where lanes are not equally fast.
    package init(
        recordSize: Int, compressibility: Double, seed: UInt64, batchByteCount: Int, partitions: Int = 1,
        isShared: Bool = false
    ) {
        precondition(partitions > 0)
        // No record takes fewer bytes than its value and seven fields of one byte.
        let recordsPerBatch = batchByteCount / (recordSize + 7) + 2
        let sharedCount = min(2 * partitions * recordsPerBatch, Self.sharedByteCountMax / max(1, recordSize))
        payloadCount = Self.prime(
            atLeast: isShared ? max(recordsPerBatch, sharedCount) : recordsPerBatch, notDividing: partitions)
        let runMin = min(Self.runRecordCountMin, Self.runByteCountMin / max(1, recordSize))
        runRecordCount = max(1, (runMin + payloadCount - 1) / payloadCount) * payloadCount
        var generator = SplitMix64(seed: seed)
        let fillerCount = Int((Double(recordSize) * compressibility).rounded())
        var bytes: [UInt8] = []
        bytes.reserveCapacity(payloadCount * recordSize)
        for _ in 0..<payloadCount {
            generator.appendBytes(recordSize - fillerCount, to: &bytes)
            bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: fillerCount))
        }
        arena = RecordArena(bytes: bytes.span.bytes)
        var ring = RecordChunk(sharing: arena, capacity: payloadCount + Self.chunkRecordCount)
        for index in 0..<payloadCount + Self.chunkRecordCount {
            let start = index % payloadCount * recordSize
            ring.append(keyAt: nil, valueAt: start..<start + recordSize)
        }
        self.ring = ring
    }

    /// A chunk to be filled by `fill`, again and again.
    package func makeChunk() -> RecordChunk { RecordChunk(sharing: arena, capacity: Self.chunkRecordCount) }

    /// Puts records `first` to `first + count - 1` of the run into a chunk.
    ///
    /// - Precondition: at most `chunkRecordCount` records; the chunk came from `makeChunk`.
    package func fill(_ chunk: inout RecordChunk, first: Int64, count: Int) {
        chunk.replaceAll(with: positions(first: first, count: count), of: ring)
    }

    /// Puts the first records of `run` into a chunk, as many as it holds, and takes them off the run.
    ///
    /// - Precondition: the chunk came from `makeChunk`.
    package func fill(_ chunk: inout RecordChunk, from run: inout Range<Int64>) {
        let count = min(run.count, Self.chunkRecordCount)
        fill(&chunk, first: run.lowerBound, count: count)
        run = run.dropFirst(count)
    }

    /// Where records lie in the ring; those from `payloadCount` on are the first ones once more.
    func positions(first: Int64, count: Int) -> Range<Int> {
        precondition(count <= Self.chunkRecordCount)
        let start = Int(first % Int64(payloadCount))
        return start..<start + count
    }

    private static func prime(atLeast bound: Int, notDividing multiple: Int) -> Int {
        var candidate = bound | 1
        while !isPrime(candidate) || multiple.isMultiple(of: candidate) { candidate += 2 }
        return candidate
    }

    private static func isPrime(_ odd: Int) -> Bool {
        var divisor = 3
        while divisor * divisor <= odd {
            if odd % divisor == 0 { return false }
            divisor += 2
        }
        return odd > 1
    }
}
