import TestSupport
import Testing

@testable import LoadGenerator

@Suite struct HandedRecordsTests {
    /// Records of the run, one by one.
    private func take(_ handed: HandedRecords, _ first: Int64, stride: Int64 = 1, count: Int64) -> [Int64] {
        var records: [Int64] = []
        let missing = handed.take(first, stride: stride, count: count) { record, stride, count in
            for place in 0..<count { records.append(record + place * stride) }
        }
        #expect(missing == count - Int64(records.count))
        return records
    }

    @Test func `a place in the door's order is found as a record of the run`() {
        let handed = HandedRecords()
        handed.add(1000, count: 200)
        handed.add(1400, count: 256)
        handed.add(1656, count: 4)
        #expect(handed.entryCount == 2)
        #expect(take(handed, 0, count: 3) == [1000, 1001, 1002])
        #expect(take(handed, 198, count: 4) == [1198, 1199, 1400, 1401])
        #expect(take(handed, 190, stride: 8, count: 4) == [1190, 1198, 1406, 1414])
        #expect(take(handed, 459, count: 1) == [1659])
        #expect(take(handed, 459, stride: -259, count: 2) == [1659, 1400])
        #expect(take(handed, 460, count: 5) == [])
    }

    @Test func `places that follow no order are found as well`() {
        let handed = HandedRecords()
        handed.add(1000, count: 200)
        handed.add(1400, count: 256)
        handed.add(5000, count: 1)
        var records: [Int64] = []
        handed.take([77_000, 77_199, 77_455, 77_200, 77_456, 78_000][...], numberedFrom: 77_000, into: &records)
        #expect(records == [1000, 1199, 1655, 1400, 5000])
        let rest = (0..<456).filter { ![0, 199, 455, 200].contains($0) }.map(Int64.init)
        handed.take(rest[...], numberedFrom: 0, into: &records)
        #expect(records.count == 457 && Set(records).count == 457)
        #expect(handed.entryCount == 1)
    }

    @Test func `what batches of any order and partition have is found, and then forgotten`() {
        let handed = HandedRecords()
        var random = SeededGenerator()
        var (records, next) = ([Int64](), Int64(0))
        while records.count < 40_000 {
            next += Int64.random(in: 0...300, using: &random)
            let count = Int64.random(in: 1...256, using: &random)
            handed.add(next, count: count)
            records += (next..<next + count)
            next += count
        }
        // Batches of eight partitions that records go to in turn, acknowledged in any order.
        var batches: [(first: Int, count: Int)] = []
        for partition in 0..<8 {
            var first = partition
            while first < records.count {
                let count = min(Int.random(in: 1...40, using: &random), (records.count - first + 7) / 8)
                batches.append((first, count))
                first += 8 * count
            }
        }
        for batch in batches.shuffled(using: &random) {
            let expected = (0..<batch.count).map { records[batch.first + 8 * $0] }
            #expect(take(handed, Int64(batch.first), stride: 8, count: Int64(batch.count)) == expected)
        }
        #expect(handed.entryCount == 1)
    }
}
