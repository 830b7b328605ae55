import Testing

@testable import LoadGenerator

@Suite struct SequenceSetTests {
    @Test(arguments: 0..<5 as Range<UInt64>)
    func `it holds what a naive set holds, whatever the order`(seed: UInt64) {
        var chance = SplitMix64(seed: seed)
        var set = SequenceSet()
        var naive: Set<Int64> = []
        let end = Int64.random(in: 1...100_000, using: &chance)
        for number in (0..<end).shuffledNearby(by: 50_000, using: &chance) where chance.next() % 50 > 0 {
            let (isNew, isNewToNaive) = (set.insert(number), naive.insert(number).inserted)
            let isNewAgain = chance.next() % 20 == 0 && set.insert(number)
            if isNew != isNewToNaive || isNewAgain { Issue.record("\(number) is new again, or was never") }
        }
        #expect((0..<end + 100_000).allSatisfy { set.contains($0) == naive.contains($0) })
    }

    @Test func `numbers in order take no more than a page`() {
        var set = SequenceSet()
        var (most, newCount) = (0, 0)
        for number in 0..<300_000 as Range<Int64> {
            if set.insert(number) { newCount += 1 }
            most = max(most, set.byteCount)
        }
        #expect(newCount == 300_000)
        #expect(most == 4096)
        #expect(set.contains(299_999) && !set.contains(300_000))
    }

    @Test func `a gap costs its own page alone`() {
        var set = SequenceSet()
        for number in 0..<300_000 as Range<Int64> where number != 100_000 { _ = set.insert(number) }
        #expect(set.byteCount == 2 * 4096)
        #expect(!set.contains(100_000))
        let (isNew, isNewAgain) = (set.insert(100_000), set.insert(100_000))
        #expect(isNew && !isNewAgain)
        #expect(set.byteCount == 4096)
    }

    @Test func `pages end where they should`() {
        var set = SequenceSet()
        for number in [32_767, 32_768, 65_535, 65_536, 0] as [Int64] {
            #expect(!set.contains(number))
            let isNew = set.insert(number)
            #expect(isNew)
            #expect(set.contains(number))
        }
    }
}

extension Range<Int64> {
    /// The numbers, each at most so far from its place.
    func shuffledNearby(by distance: Int64, using chance: inout SplitMix64) -> [Int64] {
        let places = map { (number: $0, place: $0 + Int64.random(in: 0...distance, using: &chance)) }
        return places.sorted { ($0.place, $0.number) < ($1.place, $1.number) }.map(\.number)
    }
}
