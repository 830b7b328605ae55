import KafkaClient
import KafkaCompression
import KafkaProtocol

/// Record batches as a fetch brings them, read by what reads them for a consumer.
///
/// Checksums are put right first, or few bytes would come further than them.
enum BatchesTarget {
    private static let decompressedByteCountMax = 1 << 18

    static func run(_ bytes: [UInt8]) throws(FuzzTarget.Finding) {
        try read(bytes)
        try read(withChecksums(bytes))
    }

    private static func read(_ bytes: [UInt8]) throws(FuzzTarget.Finding) {
        var recordByteCount = 0
        var recordCount = 0
        var claimedCount = 0
        var lastBase: Int64?
        let batches = FetchedBatches(decompressedByteCountMax: decompressedByteCountMax)
        _ = try? batches.forEachRecord(in: bytes, from: 0) { record, header in
            if header.baseOffset != lastBase { claimedCount += Int(header.recordCount) }
            lastBase = header.baseOffset
            recordCount += 1
            recordByteCount += (record.keyBytes?.count ?? 0) + (record.valueBytes?.count ?? 0)
            for field in record.headers { recordByteCount += field.value?.count ?? 0 }
        }
        // Each batch yields at most its own bytes, or what it decompresses to.
        let batchCountMax = bytes.count / RecordBatchHeader.byteCount
        try expect(
            recordByteCount <= bytes.count + batchCountMax * decompressedByteCountMax,
            "\(recordCount) records of \(recordByteCount) bytes were read from \(bytes.count)")
    }

    private static func withChecksums(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        var position = 0
        while bytes.count - position >= RecordBatchHeader.byteCount {
            let length = bytes[position + 8..<position + 12].reduce(0) { $0 << 8 | Int($1) }
            let end = min(bytes.count, position + 12 + max(length, RecordBatchHeader.byteCount - 12))
            let checksum = bytes[position + 21..<end].withUnsafeBytes { CRC32C.checksum($0) }
            for place in 0..<4 {
                bytes[position + 17 + place] = UInt8(truncatingIfNeeded: checksum >> (24 - 8 * place))
            }
            position = end
        }
        return bytes
    }

    static var seeds: [[UInt8]] {
        var chunk = RecordChunk()
        chunk.append(key: nil as [UInt8]?, value: Array("plain".utf8))
        chunk.append(key: Array("key".utf8), value: nil, timestampMs: 1_699_999_999_000)
        chunk.append(key: [], value: [], timestampMs: 1_700_000_000_500)
        chunk.append(
            key: "key", value: String(repeating: "value ", count: 50),
            headers: [RecordHeader(key: "a", value: [1, 2, 3]), RecordHeader(key: "none", value: nil)])
        let batches = CompressionType.allCases.map { batch(chunk, Codec(defaultOf: $0)) }
        return batches + [batches[0] + batches[1], Array(batches[2].dropLast(9))]
    }

    private static func batch(_ chunk: RecordChunk, _ codec: Codec) -> [UInt8] {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
        defer { memory.deallocate() }
        var open = OpenBatch(in: memory, nowNs: 0)
        precondition(open.append(chunk, nowMs: 1_700_000_000_000))
        let records = CodecFuzzing(codec.type).compressed(Array(open.records), codec)
        var bytes = [UInt8](repeating: 0, count: RecordBatchHeader.byteCount) + records
        var header = open.header
        header.attributes = RecordBatchAttributes(compression: codec.type)
        header.batchByteCount = bytes.count
        bytes.withUnsafeMutableBytes { header.seal($0) }
        return bytes
    }
}
