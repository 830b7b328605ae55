import KafkaClient
import KafkaTransport
import Testing

@testable import LoadGenerator

@Suite struct EndToEndStampTests {
    private static let stamps = EndToEndStamps(run: 0xFEDC_BA98, origin: 77)

    private func written(_ stamps: EndToEndStamps, _ byteCount: Int, number: Int64, due: Int64) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xEE, count: byteCount)
        bytes.withUnsafeMutableBytes { stamps.stamp($0, number: number, due: MonotonicInstant(nanoseconds: due)) }
        return bytes
    }

    @Test(arguments: [0, 1, 1 << 40, 1 << 48 - 1] as [Int64])
    func `a stamp says what was written`(number: Int64) throws {
        for due in [0, 1, -5, .max] as [Int64] {
            let bytes = written(Self.stamps, 30, number: number, due: due)
            let stamp = try #require(read(bytes))
            #expect(stamp.run == 0xFEDC_BA98 && stamp.origin == 77 && stamp.number == number && !stamp.isWarmUp)
            #expect(stamp.due.nanoseconds == due)
            #expect(bytes[24...] == [0xEE, 0xEE, 0xEE, 0xEE, 0xEE, 0xEE])
            let warmUp = try #require(
                read(written(Self.stamps.warmUp, 24, number: number, due: due)))
            #expect(warmUp.isWarmUp && warmUp.number == number && warmUp.run == stamp.run)
        }
    }

    @Test func `its bytes are those that the format says`() {
        let bytes = written(Self.stamps, 24, number: 0x0102, due: 0x0304)
        #expect(
            bytes == [
                0xFE, 0xDC, 0xBA, 0x98, 0, 0, 0, 77, 0x6B, 0x62, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 3, 4,
            ])
    }

    @Test func `what is too short or something else is no stamp`() {
        let bytes = written(Self.stamps, 24, number: 5, due: 5)
        #expect(read(Array(bytes[..<23])) == nil)
        #expect(read([]) == nil)
        for place in 8...9 {
            var other = bytes
            other[place] ^= 1
            #expect(read(other) == nil)
        }
    }

    @Test(arguments: [0, 3])
    func `a stamped record is the pool's, but for its stamp, and is due when its schedule says`(headers: Int) throws {
        var configuration = RunConfiguration()
        configuration.recordSize = .uniform(24, 90)
        (configuration.keys, configuration.keySize) = (.uniform(count: 1000), 12)
        (configuration.headerCount, configuration.headerSize) = (headers, headers == 0 ? 0 : 9)
        let pool = try PayloadPool(configuration)
        let schedule = OpenLoopSchedule(rate: 1000, total: 100_000, begin: MonotonicInstant(nanoseconds: 12_345))
        for scheduled in [schedule, nil] {
            var stamper = RecordStamper(pool, Self.stamps, dueBy: scheduled)
            var (chunk, plain) = (pool.makeChunk(), pool.makeChunk())
            let before = MonotonicInstant.now
            try stamper.fill(&chunk, first: 1000, count: 30)
            let after = MonotonicInstant.now
            pool.fill(&plain, first: 1000, count: 30)
            for index in 0..<30 {
                let (value, original) = (bytes(chunk.value(at: index)), bytes(plain.value(at: index)))
                #expect(bytes(chunk.key(at: index)) == bytes(plain.key(at: index)))
                #expect(value.count == original.count && value.dropFirst(24) == original.dropFirst(24))
                let stamp = try #require(read(value))
                #expect(stamp.number == 1000 + Int64(index))
                if scheduled == nil {
                    #expect(stamp.due >= before && stamp.due <= after)
                } else {
                    #expect(stamp.due == schedule.intended(stamp.number))
                }
            }
        }
    }

    @Test func `processes of this machine have one origin, and other machines another`() {
        #expect(ClockOrigin.own == ClockOrigin.own && ClockOrigin.own != 0)
        #expect(ClockOrigin.number(of: "a") != ClockOrigin.number(of: "b"))
        // FNV-1a's own test vector.
        #expect(ClockOrigin.number(of: "foobar") == 0xBF9C_F968)
    }

    private func read(_ bytes: [UInt8]) -> EndToEndStamp? { EndToEndStamp(bytes.span.bytes) }

    private func bytes(_ span: RawSpan?) -> [UInt8] {
        guard let span else { return [] }
        return span.withUnsafeBytes { Array($0) }
    }
}
