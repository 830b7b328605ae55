import Testing

@testable import KafkaProtocol

@Suite struct RecordNumbersTests {
    private func expanded(_ numbers: RecordNumbers) -> [Int64] {
        numbers.runs.flatMap { run in (0..<Int64(run.count)).map { run.first + $0 * Int64(run.stride) } }
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
