import Testing

@testable import KafkaProtocol

@Suite("WireWriter")
struct WireWriterTests {
    @Test("keeps everything while it grows far beyond its capacity")
    func growth() {
        var writer = WireWriter(capacity: 1)
        for number in 0..<10_000 as Range<Int32> {
            writer.int32(number)
        }
        read(writer.content) { reader in
            for number in 0..<10_000 as Range<Int32> where reader.int32() != number {
                Issue.record("\(number) is lost")
            }
            #expect(reader.remainingByteCount == 0)
        }
    }

    @Test("notes where external bytes belong, and counts them")
    func splices() {
        var writer = WireWriter()
        writer.int8(1)
        writer.spliceExternal(byteCount: 100)
        writer.spliceExternal(byteCount: 0)
        writer.spliceExternal(byteCount: 50)
        writer.int8(2)
        #expect(writer.splices.map(\.position) == [1, 1])
        #expect(writer.splices.map(\.byteCount) == [100, 50])
        var pieces: [[UInt8]] = []
        writer.forEachPiece {
            pieces.append(Array($0))
        } external: {
            pieces.append([UInt8](repeating: 0, count: $0))
        }
        #expect(pieces.map(\.count) == [1, 100, 50, 1] && pieces[0] == [1] && pieces[3] == [2])
        #expect(writer.ownByteCount == 2 && writer.externalByteCount == 150 && writer.frameByteCount == 152)
        writer.reset()
        #expect(writer.frameByteCount == 0 && writer.splices == [])
    }

    @Test("moves splices along when a size is put before them")
    func sizeBeforeSplice() {
        var writer = WireWriter()
        writer.int8(1)
        let mark = writer.mark()
        writer.int8(2)
        writer.spliceExternal(byteCount: 300)
        writer.int8(3)
        writer.prependSize(since: mark)
        #expect(writer.content == [1, 0xae, 0x02, 2, 3])
        #expect(writer.splices.map(\.position) == [4])
    }

    @Test("refuses a string longer than Kafka allows", arguments: [true, false])
    func longString(compact: Bool) {
        var writer = WireWriter()
        writer.string(String(repeating: "a", count: 32_767), compact: compact)
        #expect(writer.hasFailed == false)
        writer.string(String(repeating: "a", count: 32_768), compact: compact)
        #expect(writer.hasFailed == true)
    }

    @Test("writes what the reader reads: null and present, compact and not", arguments: [true, false])
    func roundTrip(compact: Bool) {
        var writer = WireWriter()
        let long = String(repeating: "é", count: 200)
        writer.string(long, compact: compact)
        writer.nullableString(nil, compact: compact)
        writer.bytes([1, 2, 3], compact: compact)
        writer.nullableBytes(nil, compact: compact)
        writer.arrayCount(nil, compact: compact)
        writer.float64(-0.5)
        writer.uint16(65_535)
        writer.uuid(KafkaUUID(high: 1, low: .max))
        read(writer.content) { reader in
            #expect(reader.string(compact: compact) == long)
            #expect(reader.nullableString(compact: compact) == nil)
            #expect(reader.bytes(compact: compact) == [1, 2, 3])
            #expect(reader.nullableBytes(compact: compact) == nil)
            #expect(reader.arrayCount(compact: compact) == nil)
            #expect(reader.float64() == -0.5)
            #expect(reader.uint16() == 65_535)
            #expect(reader.uuid() == KafkaUUID(high: 1, low: .max))
            #expect(reader.remainingByteCount == 0 && reader.error == nil)
        }
    }
}
