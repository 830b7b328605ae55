import Testing

@testable import LoadGenerator

@Suite struct RecordSizeSamplingTests {
    private static func sample(_ text: String, seed: UInt64 = 1) throws -> [Int] {
        var chance = SplitMix64(seed: seed)
        return try RecordSize(parsing: text).sample(1009, using: &chance)
    }

    @Test(arguments: [("uniform:100:1000", 550.0), ("list:100=9,1000=1", 190.0), ("lognormal:200:0.5", 226.6)])
    func `the mean of the sizes is that of the distribution`(text: String, mean: Double) throws {
        let sizes = try Self.sample(text)
        #expect(abs(Double(sizes.reduce(0, +)) / 1009 / mean - 1) < 0.01)
        #expect(Double(try RecordSize(parsing: text).meanByteCount) - mean < 1.5)
    }

    @Test func `every part of the distribution is there`() throws {
        let uniform = try Self.sample("uniform:1:3")
        #expect([1, 2, 3].map { size in uniform.count { $0 == size } } == [336, 337, 336])
        #expect(try Self.sample("list:5=1,7=3").count { $0 == 5 } == 252)
        let sizes = try Self.sample("lognormal:200:0.5").sorted()
        #expect(sizes[504] == 200)
        // e^(0.5 × 1.2816) = 1.898: a tenth lies above.
        #expect(abs(sizes[908] - 380) <= 2)
        #expect(try Self.sample("lognormal:1:0.1").allSatisfy { $0 >= 1 })
    }

    @Test func `the largest is what the plan reckons with`() throws {
        for text in ["uniform:100:1000", "lognormal:200:0.5", "lognormal:1000:4", "list:3=1,9=1"] {
            let bound = try RecordSize(parsing: text).maximumByteCount
            #expect(try #require(try Self.sample(text).max()) <= bound)
        }
        #expect(try RecordSize(parsing: "lognormal:1000:4").maximumByteCount < 1 << 20)
    }

    @Test func `the seed decides the order`() throws {
        #expect(try Self.sample("uniform:1:1000") == Self.sample("uniform:1:1000"))
        #expect(try Self.sample("uniform:1:1000") != Self.sample("uniform:1:1000", seed: 2))
        #expect(try Self.sample("uniform:1:1000") != Self.sample("uniform:1:1000").sorted())
    }
}
