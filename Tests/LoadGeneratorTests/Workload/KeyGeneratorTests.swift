import Testing

@testable import LoadGenerator

@Suite struct KeyGeneratorTests {
    private static func keys(
        _ distribution: KeyDistribution, byteCount: Int = 8, seed: UInt64 = 1, first: Int64 = 0, count: Int
    ) throws -> [[UInt8]] {
        let generator = try #require(KeyGenerator(distribution, byteCount: byteCount, seed: seed))
        var bytes = [UInt8](repeating: 0, count: count * byteCount)
        bytes.withUnsafeMutableBytes { generator.write(first: first, to: $0) }
        return stride(from: 0, to: bytes.count, by: byteCount).map { Array(bytes[$0..<$0 + byteCount]) }
    }

    private static func numbers(_ keys: [[UInt8]]) -> [UInt64] {
        keys.map { $0.suffix(8).reduce(0) { $0 << 8 | UInt64($1) } }
    }

    @Test func `sequential keys come in turn, big-endian, in as many bytes as asked for`() throws {
        #expect(
            try Self.keys(.sequential(count: 3), byteCount: 2, first: 5, count: 4) == [
                [0, 2], [0, 0], [0, 1], [0, 2],
            ])
        #expect(
            try Self.keys(.sequential(count: 1 << 40), byteCount: 9, first: 0x1_0203_0405, count: 1)
                == [[0, 0, 0, 0, 1, 2, 3, 4, 5]])
        #expect(KeyGenerator(.none, byteCount: 8, seed: 1) == nil)
    }

    @Test(arguments: [
        KeyDistribution.sequential(count: 7), .uniform(count: 1000), .zipf(count: 1_000_000, exponent: 1.1),
    ])
    func `a record's key depends on its number and the seed alone`(distribution: KeyDistribution) throws {
        let all = try Self.keys(distribution, count: 1000)
        let parts = try [0, 1, 300, 999].map { try Self.keys(distribution, first: $0, count: 1)[0] }
        #expect(parts == [0, 1, 300, 999].map { all[$0] })
        if case .sequential = distribution { return }
        #expect(try Self.keys(distribution, seed: 2, count: 1000) != all)
    }

    @Test func `uniform keys are all there and none is favoured`() throws {
        let numbers = Self.numbers(try Self.keys(.uniform(count: 10), count: 100_000))
        let counts = numbers.reduce(into: [Int](repeating: 0, count: 10)) { $0[Int($1)] += 1 }
        // Five deviations of a binomial one: 5 × √(100000 × 0.1 × 0.9).
        #expect(counts.allSatisfy { abs($0 - 10_000) < 475 })
    }

    @Test(arguments: [0.5, 0.99, 1, 1.1, 2, 5])
    func `zipf keys are as frequent as their rank says`(exponent: Double) throws {
        let count = 200_000
        let keys = try Self.keys(.zipf(count: 1000, exponent: exponent), count: count)
        let counts = Self.numbers(keys).reduce(into: [Int](repeating: 0, count: 1000)) { $0[Int($1)] += 1 }
        let weights = (1...1000).map { 1 / Self.power(Double($0), exponent) }
        let sum = weights.reduce(0, +)
        for rank in [0, 1, 2, 9, 99] {
            let share = weights[rank] / sum
            let expected = Double(count) * share
            #expect(
                abs(Double(counts[rank]) - expected) < 5 * (expected * (1 - share)).squareRoot() + 1, "rank \(rank)")
        }
    }

    @Test func `of the most keys there can be, and with the steepest law, each is one of them`() throws {
        let most = Self.numbers(try Self.keys(.zipf(count: .max, exponent: 0.01), count: 10_000))
        #expect(most.allSatisfy { $0 < UInt64(Int64.max) } && Set(most).count > 9_900)
        #expect(Set(Self.numbers(try Self.keys(.zipf(count: 1, exponent: 10), count: 100))) == [0])
    }

    private static func power(_ base: Double, _ exponent: Double) -> Double {
        // Halves, wholes and hundredths by what the standard library has.
        var result = 1.0
        var hundredths = Int((exponent * 100).rounded())
        while hundredths >= 100 { (result, hundredths) = (result * base, hundredths - 100) }
        var root = base
        var value = 50
        // The binary digits of the rest, by square roots: 50, 25, 12.5, … hundredths.
        var rest = Double(hundredths)
        var step = Double(value)
        value = 0
        for _ in 0..<40 {
            root = root.squareRoot()
            if rest >= step { (result, rest) = (result * root, rest - step) }
            step /= 2
        }
        return result
    }
}
