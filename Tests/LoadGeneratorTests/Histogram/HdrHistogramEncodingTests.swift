import KafkaSecurity
import Testing

@testable import LoadGenerator

@Suite struct HdrHistogramEncodingTests {
    /// Encoded by PyPI's hdrhistogram 0.10: 64 … 3.6e12, three digits; the values below, and 777777 2^40 times.
    private static let encodedByPython = """
        HISTFAAAADt4nJNpmSzMwMAgwwABzFDaAch0M9ixgMH+A0SAiYVNnKOa67MMz0nNBhBweMjG15gpcP4ToxAAS+QN5g==
        """
    private static let values: [Int64] = [1, 127, 128, 1000, 5000, 123_456, 1_000_000, 98_765_432, 3_599_999_999_999]

    private static func histogram() -> HdrHistogram {
        var histogram = HdrHistogram.latencyNs()
        for (position, value) in values.enumerated() { histogram.record(value, count: UInt64(position + 1)) }
        histogram.record(777_777, count: 1 << 40)
        return histogram
    }

    @Test func decodesWhatPythonEncoded() throws {
        let decoded = try HdrHistogram(encodedBase64: Self.encodedByPython)
        #expect(decoded.counts == Self.histogram().counts)
        #expect(decoded.totalCount == 1_099_511_627_821)
        #expect(decoded.valueAtPercentile(50) == 778_239)
    }

    @Test func encodesTheVeryPayloadThatPythonEncodes() throws {
        // zlib's output may differ between libraries; what is inside may not. Eight bytes are the outer header.
        let bytes = try #require(Base64.decode(Self.encodedByPython))
        #expect(try HdrHistogram.zlibDecompressed(Array(bytes.dropFirst(8))) == Self.histogram().encodedPayload())
        let again = try HdrHistogram(encodedBase64: Self.histogram().encodedBase64())
        #expect(again.counts == Self.histogram().counts)
    }

    @Test func encodesHeaderAndZeroRunsByteForByte() {
        var histogram = HdrHistogram(
            lowestDiscernibleValue: 1, highestTrackableValue: 3_600_000_000, significantDigits: 3)
        histogram.record(0, count: 1)
        histogram.record(2, count: 64)
        histogram.record(6, count: 3)
        let header: [UInt8] = [
            0x1c, 0x84, 0x93, 0x13, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1,
            0, 0, 0, 0, 0xd6, 0x93, 0xa4, 0, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0,
        ]
        // 1 → 2; a single zero → 0; 64 → 128 in two bytes; three zeros → -3 → 5; 3 → 6.
        #expect(histogram.encodedPayload() == header + [2, 0, 0x80, 1, 5, 6])
    }

    @Test(arguments: [1, 63, 64, 8191, 8192, 1 << 55, 1 << 56, 1 << 62, UInt64(Int64.max)] as [UInt64])
    func everyLengthOfCountComesBack(count: UInt64) throws {
        var histogram = HdrHistogram.latencyNs()
        histogram.record(1000, count: count)
        let decoded = try HdrHistogram(encodedBase64: histogram.encodedBase64())
        #expect(decoded.counts == histogram.counts)
    }

    @Test func anEmptyHistogramAndAClampedOneComeBack() throws {
        #expect(try HdrHistogram(encodedBase64: HdrHistogram.latencyNs().encodedBase64()) == .latencyNs())
        var clamped = HdrHistogram.latencyNs()
        clamped.record(.max)
        #expect(try HdrHistogram(encodedBase64: clamped.encodedBase64()).totalCount == 1)
    }

    @Test func truncatedEncodingsAreRefused() {
        let text = Self.encodedByPython
        for length in 0..<text.count {
            #expect(throws: HdrDecodingError.self) { try HdrHistogram(encodedBase64: text.prefix(length)) }
        }
    }

    @Test(arguments: [11, 12, 13] as [UInt64])
    func anAlteredHeaderIsRefusedOrMeansTheSameWhenSaidAgain(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let payload = Self.histogram().encodedPayload()
        var (refused, understood) = (0, 0)
        for _ in 0..<300 {
            var bytes = payload
            let position = Int.random(in: 0..<24, using: &generator)
            bytes[position] ^= UInt8.random(in: 1...255, using: &generator)
            // Lengths, digits and bounds out of range are errors; others are histograms of another range.
            guard let decoded = try? HdrHistogram(payload: bytes) else {
                refused += 1
                continue
            }
            #expect(
                try HdrHistogram(payload: decoded.encodedPayload()) == decoded, "seed \(seed): \(bytes.prefix(40))")
            understood += 1
        }
        #expect(refused > 50 && understood > 0, "seed \(seed): \(refused) refused, \(understood) understood")
    }

    @Test(
        arguments: [
            ([], ""), ([0], "AA=="), ([0, 255], "AP8="), ([1, 2, 3], "AQID"), ([251, 239, 190, 62], "++++Pg=="),
        ]
            as [([UInt8], String)])
    func base64IsPaddedBothWays(bytes: [UInt8], text: String) {
        #expect(Base64.encode(bytes) == text)
        #expect(Base64.decode(text) == bytes)
    }

    @Test(arguments: ["A", "AA=", "AA", "A===", "AA*=", "=AAA", "AA=A"]) func whatIsNotBase64IsRefused(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
