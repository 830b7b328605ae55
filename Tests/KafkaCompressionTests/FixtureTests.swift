import KafkaCompression
import KafkaProtocol
import Testing

/// What other programs wrote, and the bytes that they rely on in what we write.
@Suite struct FixtureTests {
    @Test(arguments: Fixture.all)
    func `What other programs wrote is read`(fixture: Fixture) throws {
        let decompressors = Decompressors()
        let content = fixture.contentBytes
        var output: [UInt8] = []
        for _ in 0..<2 {
            try decompressors.decompress(
                fixture.bytes.span.bytes, type: fixture.codec.type, into: &output, maxByteCount: content.count)
            #expect(output == content)
        }
        #expect(
            try decompressors.decompressor(for: fixture.codec.type)
                .failure(fixture.bytes, maxByteCount: content.count - 1) == .tooLarge(limit: content.count - 1))
    }

    @Test func `Our snappy has the framing and the blocks of Kafka's Java client`() throws {
        let compressed = try Codec.snappy.makeCompressor().compressed(Payload.incompressible(40_000))
        #expect(compressed[..<16] == [0x82, 0x53, 0x4E, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])
        let firstBlock = 20 + Int(compressed[18]) << 8 + Int(compressed[19])
        #expect(compressed[20..<23] == [0x80, 0x80, 0x02])  // 32 KiB as a varint
        #expect(compressed[(firstBlock + 4)..<(firstBlock + 6)] == [0xC0, 0x38])  // 7232, the rest
    }

    @Test func `Our LZ4 frame has the header of Kafka's Java client: version 1, independent blocks of 64 KiB`() throws {
        for level in [1, 9] {
            let compressed = try Codec.lz4(level: level).makeCompressor().compressed(Payload.compressible(200_000))
            #expect(compressed[..<7] == [0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, 0x82])
            #expect(compressed.suffix(4) == [0, 0, 0, 0])
        }
    }

    @Test func `Our zstd frame states its content's size`() throws {
        let compressed = try Codec.zstd.makeCompressor().compressed(Payload.compressible(70_000))
        // A four-byte size in a single segment, without checksum and dictionary.
        #expect(compressed[..<9] == [0x28, 0xB5, 0x2F, 0xFD, 0xA0, 0x70, 0x11, 0x01, 0x00])
    }

    @Test func `Our gzip is one member without name and time`() throws {
        let compressed = try Codec.gzip.makeCompressor().compressed(Payload.compressible(70_000))
        #expect(compressed[..<8] == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0])
        #expect(compressed.suffix(4) == [0x70, 0x11, 0x01, 0x00])
    }
}
