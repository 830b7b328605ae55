import KafkaProtocol
import Testing

@testable import KafkaClient

/// What is handed out of an answer, and where reading goes on.
@Suite struct PartitionBatchesTests {
    /// A batch without records in its bytes, of which the walk sees the header only.
    private func batch(
        _ base: Int64, _ count: Int32, producer: Int64 = -1, isTransactional: Bool = false, marker: Int16? = nil,
        epoch: Int32 = 0
    ) -> [UInt8] {
        var body: [UInt8] = []
        if let marker {
            let key: [UInt8] = [0, 0, 0, UInt8(marker)]
            let fields: [UInt8] = [0, 0, 0, 8] + key + [12] + [UInt8](repeating: 0, count: 6) + [0]
            body = [UInt8(fields.count * 2)] + fields
        } else {
            body = [UInt8](repeating: 0, count: Int(count) * 7)
        }
        var bytes = [UInt8](repeating: 0, count: RecordBatchHeader.byteCount) + body
        var header = RecordBatchHeader()
        header.batchByteCount = bytes.count
        header.baseOffset = base
        header.lastOffsetDelta = count - 1
        header.recordCount = count
        header.producerID = producer
        header.partitionLeaderEpoch = epoch
        header.attributes.isTransactional = isTransactional || marker != nil
        header.attributes.isControl = marker != nil
        bytes.withUnsafeMutableBytes { header.seal($0) }
        return bytes
    }

    private func walk(
        _ batches: [[UInt8]], from offset: Int64, aborted: [FetchResponse.AbortedTransaction]? = nil
    ) -> PartitionBatches {
        let bytes = batches.flatMap { $0 }
        return PartitionBatches(
            0..<bytes.count, in: bytes.span.bytes, from: FetchPosition(offset: offset),
            aborted: aborted.map(AbortedTransactions.init))
    }

    /// Where each run begins: its first byte, by number of batch, and its first offset.
    private func begins(_ found: PartitionBatches, _ batches: [[UInt8]]) -> [[Int]] {
        found.runs.map { run in
            var byteCount = 0
            var first = -1
            var last = -1
            for (index, batch) in batches.enumerated() {
                if byteCount == run.range.lowerBound { first = index }
                byteCount += batch.count
                if byteCount == run.range.upperBound { last = index }
            }
            return [first, last, Int(run.firstOffset)]
        }
    }

    @Test func `batches are one run, from the offset that was asked for`() {
        let batches = [batch(10, 5), batch(15, 5), batch(20, 1, epoch: 3)]
        let found = walk(batches, from: 12)
        #expect(begins(found, batches) == [[0, 2, 12]])
        #expect(found.next == FetchPosition(offset: 21, epoch: 3) && found.problem == nil)
    }

    @Test func `batches before the offset are left out`() {
        let batches = [batch(0, 5), batch(5, 5)]
        #expect(begins(walk(batches, from: 5), batches) == [[1, 1, 5]])
        let none = walk(batches, from: 10)
        #expect(none.runs.isEmpty && none.next == FetchPosition(offset: 10))
    }

    @Test func `gaps of compaction are passed over`() {
        let batches = [batch(3, 1), batch(900, 2)]
        let found = walk(batches, from: 0)
        #expect(begins(found, batches) == [[0, 1, 0]] && found.next.offset == 902)
    }

    @Test func `markers are not handed out, and reading goes on behind them`() {
        let batches = [
            batch(0, 2, producer: 1, isTransactional: true), batch(2, 1, producer: 1, marker: 1), batch(3, 1),
        ]
        let found = walk(batches, from: 0)
        #expect(begins(found, batches) == [[0, 0, 0], [2, 2, 3]] && found.next.offset == 4)
        #expect(walk(Array(batches.prefix(2)), from: 0).next.offset == 3)
    }

    @Test func `aborted transactions are left out, and others of the same producer are not`() {
        let batches = [
            batch(0, 1, producer: 1, isTransactional: true), batch(1, 1, producer: 2, isTransactional: true),
            batch(2, 1, producer: 1, marker: 0), batch(3, 1, producer: 1, isTransactional: true),
            batch(4, 1, producer: 1, marker: 1),
            batch(5, 1, producer: 2, marker: 0), batch(6, 1, producer: 2, isTransactional: true),
        ]
        let aborted: [FetchResponse.AbortedTransaction] = [
            .init(producerID: 2, firstOffset: 1), .init(producerID: 1, firstOffset: 0),
        ]
        let found = walk(batches, from: 0, aborted: aborted)
        #expect(begins(found, batches) == [[3, 3, 3], [6, 6, 6]] && found.next.offset == 7)
        // Without isolation all of them are read.
        #expect(begins(walk(batches, from: 0), batches).map { $0[0] } == [0, 3, 6])
    }

    @Test func `an aborted transaction that began before the answer is left out`() {
        let batches = [
            batch(50, 1, producer: 1, isTransactional: true), batch(51, 1, producer: 1, marker: 0), batch(52, 1),
        ]
        let found = walk(batches, from: 50, aborted: [.init(producerID: 1, firstOffset: 7)])
        #expect(begins(found, batches) == [[2, 2, 52]])
    }

    @Test func `a batch that is cut off is left for the next answer`() {
        let whole = batch(0, 3)
        let cut = Array(batch(3, 9).dropLast(5))
        let found = walk([whole, cut], from: 0)
        #expect(found.next.offset == 3 && found.problem == nil && found.cutByteCount == nil)
        let alone = walk([cut], from: 3)
        #expect(alone.runs.isEmpty && alone.cutByteCount == cut.count + 5)
    }

    @Test func `a batch that is not understood is a problem, behind those before it`() {
        var strange = batch(3, 1)
        strange[16] = 1
        var found = walk([batch(0, 3), strange], from: 0)
        #expect(found.next.offset == 3 && found.runs.count == 1 && found.problem == .corruptBatch(next: nil))
        // Of one with a codec that is not known the end is known, if its checksum is right.
        var unknown = batch(3, 1)
        var header = RecordBatchHeader(unchecked: unknown.span.bytes)
        header.attributes = RecordBatchAttributes(rawValue: 7)
        unknown.withUnsafeMutableBytes { header.seal($0) }
        found = walk([unknown], from: 3)
        #expect(found.problem == .corruptBatch(next: 4) && found.next.offset == 3)
    }
}
