import TestSupport
import Testing

@testable import KafkaProtocol

@Suite struct RecordNumbersTests {
    private func expanded(_ numbers: RecordNumbers) -> [Int64] {
        let inRuns = numbers.runs.flatMap { run in (0..<Int64(run.count)).map { run.first + $0 * Int64(run.stride) } }
        return inRuns + numbers.scattered
    }

    @Test func `numbers at even distances are one run, whatever the distance`() {
        var numbers = RecordNumbers()
        for number in stride(from: Int64(5), to: 500, by: 8) { numbers.add(number) }
        #expect(numbers.runs == [.init(first: 5, stride: 8, count: 62)])
        var followed = RecordNumbers()
        followed.add(100, count: 50)
        followed.add(150, count: 1)
        followed.add(151, count: 9)
        #expect(followed.runs == [.init(first: 100, stride: 1, count: 60)])
    }

    @Test func `numbers without any order are all told, in theirs`() {
        let given: [Int64] = [7, 9, 11, 12, 400, 3, 2, 1, 1 << 40, 1 << 41, 0]
        var numbers = RecordNumbers()
        for number in given { numbers.add(number) }
        #expect(expanded(numbers) == given)
        numbers.add(1, count: 4)
        #expect(expanded(numbers) == given + [1, 2, 3, 4])
        for lower in 0...given.count {
            for upper in lower...given.count {
                #expect(expanded(numbers.part(lower..<upper)) == Array(given[lower..<upper]))
            }
        }
    }

    @Test func `numbers that keys scatter are told one by one, and long runs are not`() throws {
        var random = SeededGenerator()
        let places = (0..<1000).filter { _ in Int.random(in: 0..<8, using: &random) == 0 }
        var numbers = RecordNumbers()
        for place in places { numbers.add(Int64(place)) }
        #expect(expanded(numbers) == places.map(Int64.init))
        #expect(numbers.runs.count < 20 && numbers.scattered.count > places.count / 2)
        numbers.add(5000, count: 3)
        #expect(expanded(numbers) == (places + [5000, 5001, 5002]).map(Int64.init))
        for (lower, upper) in [(0, 2), (1, 50), (30, places.count), (places.count, places.count + 3)] {
            #expect(
                expanded(numbers.part(lower..<upper)) == (places + [5000, 5001, 5002])[lower..<upper].map(Int64.init))
        }
        // Of records in turn each chunk's are one run.
        var inTurn = RecordNumbers()
        for chunk in 0..<50 {
            for place in 0..<4 { inTurn.add(Int64(chunk * 1000 + place * 8)) }
        }
        #expect(inTurn.runs.count == 50 && inTurn.scattered.isEmpty)
        // As a chunk that was ordered by its partitions tells them.
        let moved = RecordNumbering(first: 100).selecting([1, 4, 5, 11, 12, 20, 22, 23, 0])
        var ofChunk = RecordNumbers()
        ofChunk.add(moved, 0..<9)
        #expect(expanded(ofChunk) == [101, 104, 105, 111, 112, 120, 122, 123, 100])
        ofChunk.add(RecordNumbering(first: 7), 1..<3)
        #expect(expanded(ofChunk).suffix(2) == [8, 9])
    }

    @Test func `records that are taken from a chunk or ordered anew keep their numbers`() throws {
        var chunk = RecordChunk()
        for number in 0..<6 { try chunk.append(value: [UInt8(number)]) }
        chunk.numbering = RecordNumbering(first: 100)
        let chosen = chunk.selecting([1, 4, 5])
        #expect((0..<3).map { chosen.numbering?[$0] } == [101, 104, 105])
        #expect(chosen.selecting([2, 0]).numbering.map { [$0[0], $0[1]] } == [105, 101])
        let (ordered, _, _) = chunk.grouped(by: [1, 0, 1, 0, 2, 0], count: 3, slots: [0, 0, 0, 0, 0, 0])
        #expect((0..<6).map { ordered.numbering?[$0] } == [101, 103, 105, 100, 102, 104])
        chunk.removeAll()
        #expect(chunk.numbering == nil)
    }
}
