import KafkaClient
import KafkaTransport
import Testing

@testable import LoadGenerator

@Suite struct VerificationReportTests {
    private static let stamps = StampReader(stamps: RunStamps(run: 1), isInHeaders: false)

    /// What is found of one lane's records: a list of sequences for each partition.
    private func records(_ logs: [[Int64]]) -> StoredRecords {
        var records = StoredRecords(partitionCount: logs.count)
        for (partition, log) in logs.enumerated() {
            for (offset, sequence) in log.enumerated() {
                records.note(RecordStamp(lane: 0, sequence: sequence), in: partition, at: Int64(offset))
            }
        }
        return records
    }

    /// Acknowledgements, each of a partition, a first offset and a count.
    private func ledger(_ acknowledged: [(partition: Int, offset: Int64, count: Int64)]) -> DeliveryLedger {
        let ledger = DeliveryLedger(Self.stamps)
        for (partition, offset, count) in acknowledged { ledger.acknowledge(count, at: offset, in: partition) }
        return ledger
    }

    private func report(_ logs: [[Int64]], _ ledger: DeliveryLedger, isComplete: Bool = true) -> VerificationReport {
        VerificationReport(
            records(logs), ledger, starts: logs.map { _ in 0 }, ends: logs.map { Int64($0.count) },
            isComplete: isComplete)
    }

    @Test func `nothing is wrong where everything is there`() {
        let report = report([[0, 1, 3], [2, 4]], ledger([(0, 0, 2), (1, 0, 2), (0, 2, 1)]))
        #expect(report.verdict == nil)
        #expect(report.totals.read == 5)
        #expect(report.totals.wrong == .init(lost: 0, duplicated: 0, reordered: 0, corrupted: 0))
    }

    @Test func `offsets of lost records are those acknowledged twice, and those behind the end`() {
        // Of the batches 0–1, 2–3, 4–5 and 6–7 the second and the last one are not stored.
        let report = report([[0, 1, 4, 5]], ledger([(0, 0, 2), (0, 2, 2), (0, 2, 2), (0, 4, 2)]))
        #expect(report.partitions[0].lost == OffsetTally(count: 4, first: [2, 3, 4, 5]))
        #expect(report.verdict?.explanation.contains("4 records lost (partition 0, first at offset 2)") == true)
    }

    @Test func `offsets without a record are lost where they were acknowledged`() {
        var records = records([[0, 1]])
        records.noteGap(2..<4, in: 0)
        let report = VerificationReport(records, ledger([(0, 0, 3)]), starts: [0], ends: [4], isComplete: true)
        #expect(report.partitions[0].lost == OffsetTally(count: 1, first: [2]))
    }

    @Test func `a batch that was tried again in another partition is duplicated, not lost`() {
        let report = report([[0, 1, 2], [1, 2]], ledger([(0, 0, 1), (1, 0, 2)]))
        #expect(report.totals.wrong == .init(lost: 0, duplicated: 2, reordered: 0, corrupted: 0))
        #expect(report.partitions[1].duplicated.count == 2)
    }

    @Test func `a corrupted record is not lost too`() {
        var records = records([[0, 1]])
        records.noteCorrupted(in: 0, at: 2)
        let report = VerificationReport(records, ledger([(0, 0, 3)]), starts: [0], ends: [3], isComplete: true)
        #expect(report.totals.wrong == .init(lost: 0, duplicated: 0, reordered: 0, corrupted: 1))
        #expect(report.totals.read == 3)
    }

    @Test func `records of others are told, and are no fault of the broker`() {
        var records = records([[0]])
        records.noteForeign(in: 0, at: 1)
        let report = VerificationReport(records, ledger([(0, 0, 1)]), starts: [0], ends: [2], isComplete: true)
        #expect(report.totals.wrong == .init(lost: 0, duplicated: 0, reordered: 0, corrupted: 0))
        #expect(report.verdict?.explanation.contains("1 record of others (partition 0, first at offset 1)") == true)
    }

    @Test func `nothing counts as lost where not everything was read`() {
        var report = report([[0]], ledger([(0, 0, 5)]), isComplete: false)
        report.failure = "the log begins at offset 3"
        #expect(report.partitions[0].lost.count == 0)
        #expect(report.totals.wrong == nil)
        #expect(report.verdict?.explanation == "not everything could be read back: the log begins at offset 3")
    }
}
