import Testing

@testable import LoadGenerator

@Suite struct QuantityTests {
    @Test(
        arguments: [
            ("0", 0), ("5000", 5000), ("10k", 10_000), ("10K", 10_000), ("10M", 10_000_000), ("2G", 2_000_000_000),
            ("0.5M", 500_000), (".5k", 500), ("1e6", 1_000_000), ("2.5e+3", 2500), ("0.3k", 300), ("1.1M", 1_100_000),
            ("9223372036854775.807k", .max), ("900000000000000000", 900_000_000_000_000_000), ("5 M", 5_000_000),
        ] as [(String, Int64?)])
    func countsTakePowersOfAThousandExactly(text: String, expected: Int64?) {
        #expect((try? Quantity.count(text)) == expected)
    }

    @Test(
        arguments: [
            ("100", 100), ("100B", 100), ("16KiB", 16_384), ("1.5 KiB", 1536), ("1MiB", 1 << 20), ("1GiB", 1 << 30),
            ("16kB", 16_000), ("1MB", 1_000_000), ("1GB", 1_000_000_000), ("16K", 16_384), ("16k", 16_384),
            ("1M", 1 << 20),
            ("1G", 1 << 30),
        ] as [(String, Int64)])
    func aBareLetterOnASizeCountsIn1024(text: String, expected: Int64) throws {
        #expect(try Quantity.byteCount(text) == expected)
    }

    @Test(
        arguments: [
            ("0", 0), ("7ns", 7), ("3us", 3000), ("3µs", 3000), ("5ms", 5_000_000), ("0.5s", 500_000_000),
            ("30s", 30_000_000_000), ("2m", 120_000_000_000), ("1.5h", 5_400_000_000_000),
        ] as [(String, Int64)])
    func durationsTakeTheirUnit(text: String, expected: Int64) throws {
        #expect(try Quantity.durationNs(text) == expected)
    }

    @Test(arguments: [("0.5", 0.5), ("500k", 500_000), ("1.25M", 1_250_000), ("0.1", 0.1)] as [(String, Double)])
    func ratesNeedNotBeWhole(text: String, expected: Double) throws {
        #expect(try Quantity.rate(text) == expected)
    }

    @Test(arguments: [
        "", " ", "k", ".", "-", "x", "1x", "1m", "1T", "10 000", "1,000", "1_000", "1.2.3", "nan", "NaN", "inf", "0x10",
        "1e", "1e99", "1e-99", "+5", "5kk", "٣", "1.5", "1e-3", "0.0005k", "12345678901234567890",
        "9223372036854775808",
        "18446744073709551616",
        "-5", "-1k", "1e18k", "10G ", "1e18G",
    ])
    func whatIsNotACountIsRefused(text: String) {
        #expect(throws: ValueError.self) { try Quantity.count(text) }
    }

    @Test(arguments: ["1KB", "1kib", "1TiB", "0.3KiB", "-1", "1e18GiB", "nan", "", "16KiBs"])
    func whatIsNotASizeIsRefused(text: String) {
        #expect(throws: ValueError.self) { try Quantity.byteCount(text) }
    }

    @Test(arguments: ["5", "5M", "5sec", "-5ms", "0.1ns", "1e12h", "", "ms"])
    func whatIsNotADurationIsRefused(text: String) {
        #expect(throws: ValueError.self) { try Quantity.durationNs(text) }
    }

    @Test func errorsSayWhatWasGivenAndWhatIsAccepted() {
        func message(_ body: () throws -> Int64) -> String {
            do { return "\(try body())" } catch { return "\(error)" }
        }
        #expect(
            message { try Quantity.count("-5") }
                == "'-5' is negative; accepted is a whole number, also with k, M or G, like 5000, 250k, 10M, 1e6")
        #expect(
            message { try Quantity.durationNs("5") }
                == "'5' has no unit; accepted is a duration with its unit, like 5ms, 0.5s, 30s, 10m, 1h")
        #expect(message { try Quantity.byteCount("9e18G") } == "'9e18G' is too large; the most is 9223372036854775807")
    }

    @Test func whatIsFormattedIsReadBackAsTheSame() throws {
        for value in [0, 1, 999, 1000, 1500, 10_000_000, 1_234_567, 2_500_000_000, .max] as [Int64] {
            #expect(try Quantity.count(Quantity.formatCount(value)) == value)
            #expect(try Quantity.byteCount(Quantity.formatBytes(value)) == value)
            #expect(try Quantity.durationNs(Quantity.formatDuration(ns: value)) == value)
        }
    }

    @Test func formatsForPeople() {
        #expect(Quantity.formatCount(10_000_000) == "10M")
        #expect(Quantity.formatCount(1_234_567) == "1234567")
        #expect(Quantity.formatBytes(16_384) == "16 KiB")
        #expect(Quantity.formatBytes(1000) == "1000 B")
        #expect(Quantity.formatDuration(ns: 5_000_000) == "5 ms")
        #expect(Quantity.formatDuration(ns: 90_000_000_000) == "1.5 m")
        #expect(Quantity.formatRate(0.5) == "0.5")
        #expect(Quantity.approximate(20_345_678) == "20.3M")
        #expect(Quantity.approximate(999_960) == "1M")
        #expect(Quantity.approximate(0) == "0")
        #expect(Quantity.approximateBytes(100_000_000) == "95.4 MiB")
        #expect(Quantity.approximateDuration(ns: 1_234_567) == "1.23 ms")
        #expect(Quantity.approximateDuration(ns: 5_400_000_000_000) == "1.5 h")
        #expect(Quantity.approximate(.nan) == "?")
    }
}
