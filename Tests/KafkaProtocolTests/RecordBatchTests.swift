import TestSupport
import Testing

@testable import KafkaProtocol

/// One record as a test expects it.
struct PlainRecord: Equatable {
    var offset: Int64
    var timestampMs: Int64
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [RecordHeader] = []
}

/// Encodes a chunk into one batch of its own memory.
func encodeBatch(_ chunk: RecordChunk, capacity: Int = 1 << 20, _ change: (inout RecordBatchHeader) -> Void = { _ in })
    -> [UInt8]
{
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
    defer { memory.deallocate() }
    var open = [OpenBatch(in: memory)]
    let slots = [Int32](repeating: 0, count: chunk.count)
    let end = open.withUnsafeMutableBufferPointer {
        OpenBatch.append(chunk, 0..<chunk.count, .each(slots), to: $0.baseAddress!, nowMs: 1_700_000_000_000)
    }
    #expect(end == chunk.count)
    var header = open[0].header
    change(&header)
    let batch = UnsafeMutableRawBufferPointer(rebasing: memory[0..<open[0].byteCount])
    header.seal(batch)
    return [UInt8](batch)
}

func checksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBytes { CRC32C.checksum($0) }
}

func decodeBatch(_ bytes: [UInt8]) throws -> [PlainRecord] {
    let view = try RecordBatchView(bytes.span.bytes)
    var cursor = view.cursor(over: view.recordBytes)
    var result: [PlainRecord] = []
    while let record = try cursor.next() {
        result.append(
            PlainRecord(
                offset: record.offset, timestampMs: record.timestampMs,
                key: record.keyBytes, value: record.valueBytes, headers: record.headers))
    }
    return result
}

@Suite struct RecordBatchTests {
    static func sampleChunk() -> RecordChunk {
        var chunk = RecordChunk()
        try! chunk.append(value: Array("plain".utf8))
        try! chunk.append(value: nil, key: Array("key".utf8), timestampMs: 1_699_999_999_000)
        try! chunk.append(value: [], key: [], timestampMs: 1_700_000_000_500)
        try! chunk.append(
            value: String(repeating: "x", count: 700), key: "with headers",
            headers: [
                RecordHeader(key: "a", value: [1, 2, 3]), RecordHeader(key: "none", value: nil),
                RecordHeader(key: "", value: []),
            ])
        return chunk
    }

    @Test func `records come back with null and empty keys, tombstones, headers and times`() throws {
        let records = try decodeBatch(encodeBatch(Self.sampleChunk()) { $0.baseOffset = 40 })
        #expect(
            records == [
                PlainRecord(offset: 40, timestampMs: 1_700_000_000_000, key: nil, value: Array("plain".utf8)),
                PlainRecord(offset: 41, timestampMs: 1_699_999_999_000, key: Array("key".utf8), value: nil),
                PlainRecord(offset: 42, timestampMs: 1_700_000_000_500, key: [], value: []),
                PlainRecord(
                    offset: 43, timestampMs: 1_700_000_000_000, key: Array("with headers".utf8),
                    value: [UInt8](repeating: 120, count: 700),
                    headers: [
                        RecordHeader(key: "a", value: [1, 2, 3]), RecordHeader(key: "none", value: nil),
                        RecordHeader(key: "", value: []),
                    ]),
            ])
    }

    @Test func `the header says what the records are`() throws {
        let bytes = encodeBatch(Self.sampleChunk())
        let header = try RecordBatchView(bytes.span.bytes).header
        #expect(header.batchByteCount == bytes.count)
        #expect(header.recordCount == 4)
        #expect(header.lastOffsetDelta == 3)
        #expect(header.baseTimestampMs == 1_700_000_000_000)
        #expect(header.maxTimestampMs == 1_700_000_000_500)
        #expect(header.producerID == -1)
    }

    @Test(arguments: [0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 511, 512, 513, 8191, 8192, 70_000])
    func `a value of every length around a boundary comes back whole`(count: Int) throws {
        let value = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
        var chunk = RecordChunk()
        try chunk.append(value: value, key: value, timestampMs: 5)
        let records = try decodeBatch(encodeBatch(chunk))
        #expect(records == [PlainRecord(offset: 0, timestampMs: 5, key: value, value: value)])
    }

    @Test(arguments: [Int64.min + 1, -1 << 40, -65, -64, -1, 0, 1, 63, 64, 8191, 8192, 1 << 40])
    func `a time any distance from the first comes back`(delta: Int64) throws {
        var chunk = RecordChunk()
        let first = max(0, -delta)
        try chunk.append(value: [1], timestampMs: first)
        try chunk.append(value: [2], timestampMs: first + delta)
        #expect(try decodeBatch(encodeBatch(chunk)).map(\.timestampMs) == [first, first + delta])
    }

    @Test func `a record that does not fit is left out and the batch stays whole`() throws {
        var chunk = RecordChunk()
        for _ in 0..<3 { try chunk.append(value: [UInt8](repeating: 1, count: 100), timestampMs: 1) }
        // A header and two records of 109 bytes; one byte less than a third needs.
        for spare in [0, 1, 108] {
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 61 + 2 * 109 + spare, alignment: 16)
            defer { memory.deallocate() }
            var open = [OpenBatch(in: memory)]
            let end = open.withUnsafeMutableBufferPointer {
                OpenBatch.append(chunk, 0..<3, .each([0, 0, 0]), to: $0.baseAddress!, nowMs: 1)
            }
            #expect(end == 2)
            #expect(open[0].byteCount == 61 + 2 * 109)
            #expect(open[0].recordCount == 2)
        }
    }

    @Test func `records with the broker's time carry the time of the batch`() throws {
        let bytes = encodeBatch(Self.sampleChunk()) {
            $0.attributes.isLogAppendTime = true
            $0.maxTimestampMs = 99
        }
        #expect(try decodeBatch(bytes).map(\.timestampMs) == [99, 99, 99, 99])
    }

    @Test func `attributes are told apart`() throws {
        var attributes = RecordBatchAttributes(compression: .zstd)
        attributes.isControl = true
        attributes.hasDeleteHorizon = true
        #expect(attributes.rawValue == 0b110_0100)
        attributes.isControl = false
        attributes.isTransactional = true
        #expect(attributes.rawValue == 0b101_0100)
        #expect(attributes.compression == .zstd)
        #expect(RecordBatchAttributes(rawValue: 7).compression == nil)
    }

    @Test func `CRC-32C agrees with the vectors of RFC 3720`() {
        #expect(checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(checksum((0..<32).map { UInt8($0) }) == 0x46DD_794E)
        #expect(checksum([]) == 0)
    }
}

@Suite struct HostileRecordBatchTests {
    /// The error that decoding ends in.
    private func failure(_ bytes: [UInt8]) -> RecordBatchError? {
        do {
            _ = try decodeBatch(bytes)
            return nil
        } catch {
            return error as? RecordBatchError
        }
    }

    @Test func `a batch cut at any byte is truncated`() {
        let bytes = encodeBatch(RecordBatchTests.sampleChunk())
        for count in 0..<bytes.count {
            let error = failure(Array(bytes[..<count]))
            #expect(error?.kind == .truncated && error?.position == count, "\(count) bytes")
        }
    }

    @Test func `any flipped bit from the checksum on is seen`() {
        let bytes = encodeBatch(RecordBatchTests.sampleChunk())
        for index in 17..<bytes.count {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[index] ^= 1 << bit
                guard case .checksumMismatch = failure(flipped)?.kind else {
                    Issue.record("bit \(bit) of byte \(index)")
                    continue
                }
            }
        }
    }

    @Test func `bytes changed under a good checksum are an error, or as many records as the header says`() throws {
        let bytes = encodeBatch(RecordBatchTests.sampleChunk())
        var random = SeededGenerator()
        var readCount = 0
        for _ in 0..<20_000 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                changed[Int.random(in: 21..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let crc = checksum(Array(changed[21...]))
            changed.withUnsafeMutableBytes { $0.storeBigEndian(crc, at: 17) }
            do throws(RecordBatchError) {
                let view = try RecordBatchView(changed.span.bytes)
                var cursor = view.cursor(over: view.recordBytes)
                var count = 0
                while let record = try cursor.next() {
                    count += 1
                    #expect(record.headers.count == record.headerCount, "\(TestSeed.hint), \(changed)")
                }
                #expect(count == view.header.recordCount, "\(TestSeed.hint), \(changed)")
                readCount += 1
            } catch {
                let isExpected =
                    switch error.kind {
                    case .malformed, .unknownCompression: true
                    default: false
                    }
                #expect(isExpected, "\(error), \(TestSeed.hint), \(changed)")
            }
        }
        #expect((1..<20_000).contains(readCount), "\(TestSeed.hint)")
    }

    @Test func `older formats are named, not misread`() {
        var bytes = encodeBatch(RecordBatchTests.sampleChunk())
        bytes[16] = 1
        #expect(throws: RecordBatchError(.unsupportedMagic(1), at: 16, "magic is 1, only 2 is supported")) {
            try decodeBatch(bytes)
        }
    }

    @Test(arguments: [Int32.max, -1, 1_000_000]) func `a count of records that can't be there is refused`(count: Int32)
    {
        let error = failure(encodeBatch(RecordBatchTests.sampleChunk()) { $0.recordCount = count })
        #expect(error?.kind == .malformed && error?.position == 57)
    }

    @Test func `one record fewer than there are is refused`() {
        let chunk = RecordBatchTests.sampleChunk()
        let error = failure(encodeBatch(chunk) { $0.recordCount = 3 })
        #expect(error?.kind == .malformed)
        #expect(error?.detail.contains("left behind the last record") == true)
    }
}
