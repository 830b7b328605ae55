import KafkaClient
import Testing

@testable import LoadGenerator

@Suite struct PayloadPoolTests {
    /// What lanes get when one is slow and chance decides whose turn it is: payloads by number, in each lane's order.
    private static func streams(of pool: PayloadPool, records: Int64, lanes: Int, seed: UInt64) -> [[Int]] {
        let source = RecordStretches(total: records, of: pool)
        var chance = SplitMix64(seed: seed)
        var streams = [[Int]](repeating: [], count: lanes)
        while true {
            // The lowest lane has by far the most turns.
            let lane = (0..<lanes - 1).first { _ in Int.random(in: 0..<4, using: &chance) > 0 } ?? lanes - 1
            guard let stretch = source.take() else { return streams }
            streams[lane] += stretch.map { pool.positions(first: $0, count: 1).lowerBound }
        }
    }

    @Test(arguments: [1, 2, 3, 8], [(100, 16 << 10), (100, 256 << 10), (1000, 16 << 10), (1, 1000)])
    func aBatchNeverHoldsAPayloadTwiceHoweverLanesTakeTurns(lanes: Int, sizes: (record: Int, batch: Int)) throws {
        let pool = try PayloadPool(
            recordSize: .fixed(sizes.record), compressibility: 0.5, seed: 1, batchByteCount: sizes.batch)
        let inBatch = sizes.batch / (sizes.record + 7)
        #expect(pool.payloadCount >= inBatch)
        for seed in 0..<10 as Range<UInt64> {
            let streams = Self.streams(of: pool, records: 50_000, lanes: lanes, seed: seed)
            #expect(streams.reduce(0) { $0 + $1.count } == 50_000, "seed \(seed)")
            for stream in streams {
                // Consecutive numbers all the way, so that no window of `payloadCount` has one twice.
                #expect(
                    zip(stream, stream.dropFirst()).allSatisfy { ($0 + 1) % pool.payloadCount == $1 }, "seed \(seed)")
            }
        }
    }

    @Test(arguments: [2, 64, 157, 314])
    func aBatchOfARotationOverPartitionsNeverHoldsAPayloadTwice(partitions: Int) throws {
        let pool = try PayloadPool(
            recordSize: .fixed(100), compressibility: 0.5, seed: 1, batchByteCount: 16 << 10, partitions: partitions)
        let inBatch = (16 << 10) / 107
        let payloads = (0..<Int64(inBatch)).map { pool.positions(first: $0 * Int64(partitions), count: 1).lowerBound }
        #expect(Set(payloads).count == inBatch)
    }

    @Test func everyRecordIsHandedOutOnce() throws {
        let pool = try PayloadPool(recordSize: .fixed(100), compressibility: 0.5, seed: 1, batchByteCount: 16 << 10)
        for total in [1, 1098, 1099, 1100, 10_000] as [Int64] {
            let source = RecordStretches(total: total, of: pool)
            var expected: Int64 = 0
            while let stretch = source.take() {
                #expect(stretch.lowerBound == expected)
                expected = stretch.upperBound
            }
            #expect(expected == total)
        }
    }

    @Test func aStretchIsCutIntoChunks() throws {
        let pool = try PayloadPool(recordSize: .fixed(100), compressibility: 0.5, seed: 1, batchByteCount: 16 << 10)
        var chunk = pool.makeChunk()
        var stretch: Range<Int64> = 1000..<1600
        var counts: [Int] = []
        while !stretch.isEmpty {
            pool.fill(&chunk, from: &stretch)
            counts.append(chunk.count)
        }
        #expect(counts == [256, 256, 88])
    }

    @Test func thePoolIsSmallAndLargeRecordsAreHandedOutSingly() throws {
        let usual = try PayloadPool(recordSize: .fixed(100), compressibility: 0.5, seed: 1, batchByteCount: 16 << 10)
        #expect(usual.payloadCount == 157)
        #expect(usual.stretchRecordCount == 7 * 157)
        let large = try PayloadPool(
            recordSize: .fixed(1 << 20), compressibility: 0.5, seed: 1, batchByteCount: 1_052_672)
        #expect(large.payloadCount == 3)
        #expect(large.stretchRecordCount == 3)
    }
}
