import KafkaProtocol
import Testing

@testable import KafkaClient

/// Which records of an answer are a member's, and what is said of offsets that have none.
@Suite struct ShareReadingTests {
    /// A batch of records whose values are the last digits of their offsets; some offsets may be missing.
    private func batch(_ base: Int64, _ count: Int, without: Set<Int> = [], isControl: Bool = false) -> [UInt8] {
        var body: [UInt8] = []
        let deltas = (0..<count).filter { !without.contains($0) }
        for delta in deltas { body += [14, 0, 0, UInt8(2 * delta), 1, 2, UInt8((Int(base) + delta) % 10), 0] }
        var bytes = [UInt8](repeating: 0, count: RecordBatchHeader.byteCount) + body
        var header = RecordBatchHeader()
        header.batchByteCount = bytes.count
        header.baseOffset = base
        header.lastOffsetDelta = Int32(count - 1)
        header.recordCount = Int32(deltas.count)
        header.attributes.isControl = isControl
        bytes.withUnsafeMutableBytes { header.seal($0) }
        return bytes
    }

    private func acquired(_ ranges: [(Int64, Int64, Int16)]) -> [ShareFetchResponse.AcquiredRecords] {
        ranges.map { first, last, count in
            var acquired = ShareFetchResponse.AcquiredRecords()
            (acquired.firstOffset, acquired.lastOffset, acquired.deliveryCount) = (first, last, count)
            return acquired
        }
    }

    private func read(_ ranges: [(Int64, Int64, Int16)], _ bytes: [UInt8]) throws -> ShareReading {
        ShareReading(
            acquired(ranges), 0..<bytes.count, of: try .of(bytes), FetchSource(topic: "t", partition: 0, slot: 0),
            RecordReader())
    }

    private func said(_ reading: ShareReading) -> [String] {
        reading.others.map { "\($0.firstOffset)-\($0.lastOffset): \($0.acknowledgeTypes)" }
    }

    @Test func `only acquired records are handed out, with how often they were delivered`() throws {
        let reading = try read([(3, 4, 2), (7, 11, 1)], batch(0, 10) + batch(10, 5))
        #expect(reading.records.map(\.record.offset) == [3, 4, 7, 8, 9, 10, 11])
        #expect(reading.records.map(\.deliveryCount) == [2, 2, 1, 1, 1, 1, 1])
        #expect(reading.records.map(\.record.valueBytes) == [[3], [4], [7], [8], [9], [0], [1]])
        #expect(reading.others.isEmpty && reading.error == nil)
    }

    @Test func `acquired offsets that were compacted, or are markers, are gaps`() throws {
        let reading = try read([(0, 12, 1)], batch(2, 4, without: [1]) + batch(8, 1, isControl: true) + batch(9, 4))
        #expect(reading.records.map(\.record.offset) == [2, 4, 5, 9, 10, 11, 12])
        #expect(said(reading) == ["0-1: [0]", "3-3: [0]", "6-8: [0]"])
    }

    @Test func `what can't be read, or did not come, is given back`() throws {
        var damaged = batch(5, 5)
        damaged[damaged.count - 1] ^= 1
        let reading = try read([(0, 19, 1)], batch(0, 5) + damaged + batch(10, 5))
        #expect(reading.records.map(\.record.offset) == Array(0..<5) + Array(10..<15))
        #expect(said(reading) == ["5-9: [2]", "15-19: [2]"])
        #expect(reading.error?.code == .corruptBatch)
        let none = ShareReading(unread: acquired([(4, 9, 1)]))
        #expect(none.records.isEmpty && said(none) == ["4-9: [2]"])
    }

    @Test func `ranges that make no sense are left out`() throws {
        let reading = try read(
            [(7, 3, 1), (0, 1, 1), (1, 2, 1), (-5, 3, 1), (4, 4, -3), (9, .max, 1)], batch(0, 10))
        #expect(reading.records.map(\.record.offset) == [0, 1, 4])
        #expect(reading.records.map(\.deliveryCount) == [1, 1, 1])
        let far = try read([(0, .max - 1, 1)], batch(0, 3))
        #expect(far.records.count == 3 && said(far) == ["3-\(Int64.max - 1): [2]"])
        let cut = try read([(0, 9, 1)], Array(batch(0, 10).dropLast(3)))
        #expect(cut.records.isEmpty && said(cut) == ["0-9: [2]"])
    }
}
