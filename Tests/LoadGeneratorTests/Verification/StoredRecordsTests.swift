import Testing

@testable import LoadGenerator

@Suite struct StoredRecordsTests {
    /// What happened to the records of a run, said naively.
    private struct Model {
        var duplicated: [[Int64]]
        var reordered: [[Int64]]
        var distinct: [Int64]

        init(_ logs: [[RecordStamp]]) {
            duplicated = logs.map { _ in [] }
            reordered = logs.map { _ in [] }
            distinct = logs.map { _ in 0 }
            var seen: [RecordStamp] = []
            for (partition, log) in logs.enumerated() {
                var before: [RecordStamp] = []
                for (offset, stamp) in log.enumerated() {
                    if seen.contains(stamp) {
                        duplicated[partition].append(Int64(offset))
                        continue
                    }
                    seen.append(stamp)
                    distinct[partition] += 1
                    if before.contains(where: { $0.lane == stamp.lane && $0.sequence > stamp.sequence }) {
                        reordered[partition].append(Int64(offset))
                    }
                    before.append(stamp)
                }
            }
        }
    }

    /// Lanes that write in turn to some partitions, whose broker loses, doubles and swaps.
    private static func logs(_ chance: inout SplitMix64) -> [[RecordStamp]] {
        let partitions = Int.random(in: 1...4, using: &chance)
        var logs = [[RecordStamp]](repeating: [], count: partitions)
        var next = [Int64](repeating: 0, count: Int.random(in: 1...3, using: &chance))
        for _ in 0..<300 {
            let lane = Int.random(in: 0..<next.count, using: &chance)
            let partition = Int.random(in: 0..<partitions, using: &chance)
            let stamp = RecordStamp(lane: UInt16(lane), sequence: next[lane])
            next[lane] += 1
            switch chance.next() % 20 {
            case 0: break
            case 1: logs[partition] += [stamp, stamp]
            case 2 where !logs[partition].isEmpty: logs[partition].insert(stamp, at: logs[partition].count - 1)
            case 3:
                logs[partition].append(stamp)
                logs[Int.random(in: 0..<partitions, using: &chance)].append(stamp)
            default: logs[partition].append(stamp)
            }
        }
        return logs
    }

    @Test(arguments: 0..<30 as Range<UInt64>)
    func `loss, duplicates and disorder are found as a naive reader finds them`(seed: UInt64) {
        var chance = SplitMix64(seed: seed)
        let logs = Self.logs(&chance)
        var records = StoredRecords(partitionCount: 0)
        records.grow(to: logs.count)
        for (partition, log) in logs.enumerated() {
            for (offset, stamp) in log.enumerated() { records.note(stamp, in: partition, at: Int64(offset)) }
        }
        let model = Model(logs)
        for (partition, found) in records.partitions.enumerated() {
            #expect(found.distinct == model.distinct[partition], "seed \(seed)")
            #expect(found.duplicated == tally(model.duplicated[partition]), "seed \(seed)")
            #expect(found.reordered == tally(model.reordered[partition]), "seed \(seed)")
            #expect(found.read == Int64(logs[partition].count), "seed \(seed)")
        }
        let stored = Set(logs.joined().map { [Int64($0.lane), $0.sequence] })
        for lane in 0..<3 as Range<UInt16> {
            for sequence in 0..<310 as Range<Int64> {
                let isThere = records.contains(RecordStamp(lane: lane, sequence: sequence))
                if isThere != stored.contains([Int64(lane), sequence]) {
                    Issue.record("\(lane) \(sequence), seed \(seed)")
                }
            }
        }
    }

    private func tally(_ offsets: [Int64]) -> OffsetTally { OffsetTally(count: Int64(offsets.count), first: offsets) }

    @Test func `a lane's order is told partition by partition, and lanes have no order between them`() {
        var records = StoredRecords(partitionCount: 2)
        records.note(RecordStamp(lane: 0, sequence: 5), in: 0, at: 0)
        records.note(RecordStamp(lane: 0, sequence: 3), in: 1, at: 0)
        records.note(RecordStamp(lane: 1, sequence: 0), in: 0, at: 1)
        records.note(RecordStamp(lane: 0, sequence: 4), in: 0, at: 2)
        #expect(records.partitions.map(\.reordered.count) == [1, 0])
        #expect(records.partitions[0].reordered.first == [2])
    }
}
