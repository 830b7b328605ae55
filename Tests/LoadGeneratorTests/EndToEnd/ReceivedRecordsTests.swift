import KafkaTransport
import Testing

@testable import LoadGenerator

@Suite struct ReceivedRecordsTests {
    private func found(_ numbers: some Sequence<Int64>, run: UInt32 = 1) -> [ReceivedRecords.Found] {
        numbers.map { .init(run: run, number: $0, latencyNs: $0) }
    }

    @Test func `each record counts once, and what comes again has no latency`() {
        let received = ReceivedRecords(of: 1)
        var first = found(0..<100)
        received.take(&first, others: .init())
        #expect(first.count == 100)
        var again = found([50, 100, 100, 7])
        received.take(&again, others: .init(warmUp: 3, foreign: 2, elsewhere: 1))
        #expect(again.map(\.number) == [100])
        #expect(
            received.counts
                == .init(distinct: 101, duplicated: 3, warmUp: 3, foreign: 2, elsewhere: 1))
        #expect(received.distinctCount == 101 && received.warmUpCount == 3)
    }

    @Test func `runs have numbers of their own`() {
        let received = ReceivedRecords(of: nil)
        var batch = found(0..<10, run: 1) + found(0..<10, run: 2)
        received.take(&batch, others: .init())
        #expect(batch.count == 20 && received.distinctCount == 20 && received.counts.duplicated == 0)
    }

    @Test func `a number that no run can have takes no memory`() {
        let received = ReceivedRecords(of: nil)
        var batch = found([1 << 47, 5])
        received.take(&batch, others: .init())
        #expect(batch.map(\.number) == [5])
        #expect(received.counts == .init(distinct: 1, foreign: 1))
    }

    @Test func `only the run that is waited for is expected`() {
        let stamp = EndToEndStamps(run: 3)
        var bytes = [UInt8](repeating: 0, count: 24)
        bytes.withUnsafeMutableBytes { stamp.stamp($0, number: 1, due: .now) }
        let read = EndToEndStamp(bytes.span.bytes)
        #expect(read.map(ReceivedRecords(of: 3).isExpected) == true)
        #expect(read.map(ReceivedRecords(of: 4).isExpected) == false)
        #expect(read.map(ReceivedRecords(of: nil).isExpected) == true)
    }

    @Test func `what is missing, and what another clock has stamped, is a problem`() {
        func report(_ counts: ReceivedRecords.Counts, _ expected: Int64?) -> ReceiptReport {
            ReceiptReport(counts: counts, expected: expected, notPositive: 0, growthNs: 0, failure: nil)
        }
        #expect(report(.init(distinct: 10), 10).problems.isEmpty)
        #expect(report(.init(distinct: 10, foreign: 5), nil).problems.isEmpty)
        let missing = report(.init(distinct: 7), 10)
        #expect(missing.lost == 3 && missing.problems.count == 1)
        #expect(missing.problems.first?.contains("3 of 10 records were not received") == true)
        #expect(report(.init(distinct: 12), 10).lost == 0)
        let elsewhere = report(.init(distinct: 10, elsewhere: 1), 10)
        #expect(elsewhere.problems.first?.contains("1 record bear the time of another machine's clock") == true)
    }
}
