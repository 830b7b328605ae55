import Testing

@testable import LoadGenerator

@Suite struct OffsetTallyTests {
    @Test func `a tally counts all and tells the first ten`() {
        var tally = OffsetTally()
        for offset in 5..<30 as Range<Int64> { tally.note(offset) }
        #expect(tally.count == 25)
        #expect(tally.first == Array(5..<15))
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `ranges hold what a naive set holds, and tell what comes twice`(seed: UInt64) {
        var chance = SplitMix64(seed: seed)
        var ranges = OffsetRanges()
        var naive: Set<Int64> = []
        for _ in 0..<100 {
            let start = Int64.random(in: 0..<1000, using: &chance)
            let offsets = start..<start + Int64.random(in: 0..<20, using: &chance)
            let twice = ranges.add(offsets).flatMap(Array.init)
            #expect(twice == offsets.filter(naive.contains), "seed \(seed)")
            naive.formUnion(offsets)
            #expect(ranges.ranges.flatMap(Array.init) == naive.sorted(), "seed \(seed)")
            #expect(zip(ranges.ranges, ranges.ranges.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound })
        }
        #expect(ranges.firstOffsets == Array(naive.sorted().prefix(10)))
    }

    @Test func `an intersection has what both have`() {
        var (first, second) = (OffsetRanges(), OffsetRanges())
        for range in [0..<10, 20..<30, 40..<50] as [Range<Int64>] { first.add(range) }
        for range in [5..<25, 28..<29, 50..<60] as [Range<Int64>] { second.add(range) }
        #expect(first.intersection(second).ranges == [5..<10, 20..<25, 28..<29])
    }

    @Test func `memory is bounded`() {
        var ranges = OffsetRanges()
        for offset in 0..<Int64(10_000) { ranges.add(2 * offset..<2 * offset + 1) }
        #expect(ranges.ranges.count == OffsetRanges.rangesMax)
    }
}
