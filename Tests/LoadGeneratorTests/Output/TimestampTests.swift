import Testing

@testable import LoadGenerator

@Suite struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_827_696_789, "2000-02-29T12:34:56.789Z"),
            (1_767_225_599_999, "2025-12-31T23:59:59.999Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func isWrittenInUTC(epochMs: Int64, text: String) {
        #expect(Timestamp(epochMs: epochMs).iso8601 == text)
    }

    @Test func namesAFolder() {
        #expect(Timestamp(epochMs: 951_827_696_789).compact == "20000229T123456Z")
    }

    @Test(
        arguments: [
            (0, 3, "0"), (5, 3, "5"), (0.5, 3, "0.5"), (1.0005, 2, "1"), (-0.25, 2, "-0.25"),
            (1e15, 3, "1000000000000000"),
            (123.456789, 6, "123.456789"), (0.000001, 6, "0.000001"), (10, 0, "10"), (100, 1, "100"),
        ] as [(Double, Int, String)])
    func numbersAreWrittenWithoutExponents(value: Double, decimals: Int, text: String) {
        #expect(Decimal.shortText(value, decimals: decimals) == text)
    }
}
