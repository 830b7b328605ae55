import KafkaClient
import KafkaCompression
import KafkaProtocol

/// Record batches as a fetch brings them, read by the code that reads them for a consumer.
///
/// The bytes are read a second time with their checksums put right, because few inputs have right ones.
enum BatchesTarget {
    private static let decompressedByteCountMax = 1 << 18

    static func run(_ bytes: [UInt8]) throws(FuzzTarget.Finding) -> Bool {
        let isUnderstood = try read(bytes)
        _ = try read(withChecksums(bytes))
        try walk(bytes)
        return isUnderstood
    }

    private static func read(_ bytes: [UInt8]) throws(FuzzTarget.Finding) -> Bool {
        var recordByteCount = 0
        var recordCount = 0
        let batches = RecordReader(decompressedByteCountMax: decompressedByteCountMax)
        let isUnderstood: Bool
        do {
            _ = try batches.forEachRecord(in: bytes, from: 0) { record, _ in
                recordCount += 1
                recordByteCount += (record.keyBytes?.count ?? 0) + (record.valueBytes?.count ?? 0)
                for field in record.headers { recordByteCount += field.value?.count ?? 0 }
            }
            isUnderstood = recordCount > 0
        } catch {
            isUnderstood = false
        }
        // Each batch yields at most its own bytes, or what it decompresses to.
        let batchCountMax = bytes.count / RecordBatchHeader.byteCount
        try expect(
            recordByteCount <= bytes.count + batchCountMax * decompressedByteCountMax,
            "\(recordCount) records of \(recordByteCount) bytes were read from \(bytes.count)")
        let claimedCount = claimedRecordCount(bytes)
        try expect(recordCount <= claimedCount, "\(recordCount) records were read, the headers say \(claimedCount)")
        return isUnderstood
    }

    /// Walks from header to header, as a consumer does with an answer.
    private static func walk(_ bytes: [UInt8]) throws(FuzzTarget.Finding) {
        let aborted = AbortedTransactions([.init(producerID: 1, firstOffset: 0)])
        for from: Int64 in [0, 1, .max] {
            let found = PartitionBatches(
                0..<bytes.count, in: bytes.span.bytes, from: FetchPosition(offset: from), aborted: aborted)
            var end = 0
            for run in found.runs {
                try expect(
                    run.range.lowerBound >= end && run.range.upperBound <= bytes.count && !run.range.isEmpty,
                    "a run of batches lies at \(run.range) of \(bytes.count) bytes, behind \(end)")
                try expect(run.firstOffset >= from, "a run begins at offset \(run.firstOffset), asked for was \(from)")
                end = run.range.upperBound
            }
            try expect(found.next.offset >= from, "reading goes back from offset \(from) to \(found.next.offset)")
        }
    }

    /// The records of all batches, as their headers say.
    private static func claimedRecordCount(_ bytes: [UInt8]) -> Int {
        var count = 0
        var position = 0
        while position < bytes.count {
            do {
                let header = try RecordBatchView(bytes.span.bytes.extracting(position...)).header
                count += Int(header.recordCount)
                position += header.batchByteCount
            } catch {
                break
            }
        }
        return count
    }

    private static func withChecksums(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        var position = 0
        while bytes.count - position >= RecordBatchHeader.byteCount {
            let length = bytes[position + 8..<position + 12].reduce(0) { $0 << 8 | Int($1) }
            let end = min(bytes.count, position + 12 + max(length, RecordBatchHeader.byteCount - 12))
            let checksum = bytes[position + 21..<end].withUnsafeBytes { CRC32C.checksum($0) }
            for index in 0..<4 {
                bytes[position + 17 + index] = UInt8(truncatingIfNeeded: checksum >> (24 - 8 * index))
            }
            position = end
        }
        return bytes
    }

    static var seeds: [[UInt8]] {
        var chunk = RecordChunk()
        try! chunk.append(value: Array("plain".utf8))
        try! chunk.append(value: nil, key: Array("key".utf8), timestampMs: 1_699_999_999_000)
        try! chunk.append(value: [], key: [], timestampMs: 1_700_000_000_500)
        try! chunk.append(
            value: String(repeating: "value ", count: 50), key: "key",
            headers: [RecordHeader(key: "a", value: [1, 2, 3]), RecordHeader(key: "none", value: nil)])
        let batches = CompressionType.allCases.map { batch(chunk, Codec(defaultOf: $0)) }
        // A fetch may end within a batch.
        return batches + [batches[0] + batches[1], batches[1] + batches[2].dropLast(9)]
    }

    private static func batch(_ chunk: RecordChunk, _ codec: Codec) -> [UInt8] {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
        defer { memory.deallocate() }
        var open = OpenBatch(in: memory)
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
