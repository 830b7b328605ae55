// Payloads are made before the clock starts. Record i of a run has the payload i mod N of the pool, whoever sends it:
// the seed alone decides what the records are.

import KafkaClient

/// The payloads of a workload, as a ring of records that chunks are cut from.
package struct PayloadPool: Sendable {
    /// Records of a chunk: 8 KiB of entries stay in the first-level cache.
    package static let chunkRecordCount = 256

    private let arena: RecordArena
    private let ring: RecordChunk
    /// Different payloads. A prime, so that no stride over partitions meets the same few.
    package let payloadCount: Int

    /// - Parameters:
    ///   - recordSize: bytes of each payload.
    ///   - compressibility: share of each payload, 0 … 1, that is the same byte over and over.
    ///   - batchByteCount: no batch of this size holds the same payload twice.
    package init(recordSize: Int, compressibility: Double, seed: UInt64, batchByteCount: Int) {
        let recordsPerBatch = batchByteCount / max(1, recordSize + 7) + 2
        payloadCount = Self.prime(atLeast: max(2, recordsPerBatch))
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
        precondition(count <= Self.chunkRecordCount)
        let start = Int(first % Int64(payloadCount))
        chunk.replaceAll(with: start..<start + count, of: ring)
    }

    private static func prime(atLeast bound: Int) -> Int {
        var candidate = bound | 1
        while !isPrime(candidate) { candidate += 2 }
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
