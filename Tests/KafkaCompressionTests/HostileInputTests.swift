import KafkaCompression
import KafkaProtocol
import TestSupport
import Testing

/// What a damaged or hostile batch can do: end in an error.
@Suite struct HostileInputTests {
    static let codecs: [Codec] = [.gzip, .snappy, .lz4, .zstd]

    /// Allocators round up.
    static let capacitySlack = 64 << 10

    @Test(arguments: Fixture.all.filter { $0.bytes.count < 600 })
    func `Every prefix of what others wrote is refused, or holds a prefix of the content`(fixture: Fixture) throws {
        let decompressor = try fixture.codec.makeDecompressor()
        let content = fixture.contentBytes
        for count in 0..<fixture.bytes.count {
            let prefix = Array(fixture.bytes[..<count])
            var output: [UInt8] = []
            do throws(CodecError) {
                try decompressor.decompress(
                    prefix.span.bytes, into: &output, maxByteCount: 1 << 20)
                // Where a stream may follow another, the end of the first is an end.
                #expect(
                    fixture.name.contains("in a row") || fixture.name.contains("members")
                        || fixture.codec.type == .snappy)
                #expect(content.starts(with: output) && output.count <= content.count)
            } catch {
                #expect(error.kind == .corrupt)
                #expect(output.isEmpty)
            }
        }
        #expect(try decompressor.decompressed(fixture.bytes) == content)
    }

    @Test(arguments: codecs)
    func `A batch that is cut short is refused, wherever the cut`(codec: Codec) throws {
        let compressed = try codec.makeCompressor().compressed(Payload.compressible(700))
        let decompressor = try codec.makeDecompressor()
        for count in 0..<compressed.count where codec.type != .snappy || count != 16 {
            #expect(decompressor.failure(Array(compressed[..<count])) == .corrupt, "\(count) bytes")
        }
    }

    @Test(arguments: codecs)
    func `Bytes after the end are refused`(codec: Codec) throws {
        let compressed = try codec.makeCompressor().compressed(Payload.compressible(700))
        let decompressor = try codec.makeDecompressor()
        for garbage in [[0], [0, 0, 0], [0xFF, 1, 2, 3, 4], Payload.incompressible(100)] as [[UInt8]] {
            #expect(decompressor.failure(compressed + garbage) == .corrupt)
        }
    }

    @Test(arguments: Fixture.all.filter { $0.bytes.count < 2500 }, [UInt64(11), 12, 13])
    func `Flipped bits never trap, and what has a checksum is never wrong`(fixture: Fixture, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let decompressor = try fixture.codec.makeDecompressor()
        let content = fixture.contentBytes
        let limit = 1 << 20
        for _ in 0..<300 {
            var bytes = fixture.bytes
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] ^=
                    1 << UInt8.random(in: 0...7, using: &generator)
            }
            var output: [UInt8] = []
            do throws(CodecError) {
                try decompressor.decompress(bytes.span.bytes, into: &output, maxByteCount: limit)
                #expect(output.count <= limit)
                if fixture.codec.type == .gzip { #expect(output == content) }
            } catch {
                #expect(error.kind == .corrupt || error.kind == .tooLarge(limit: limit))
                #expect(output.isEmpty)
            }
            #expect(output.capacity <= limit + Self.capacitySlack)
        }
        #expect(try decompressor.decompressed(fixture.bytes) == content)
    }

    @Test(arguments: codecs, [UInt64(21), 22])
    func `Random bytes never trap, with and without the format's magic in front`(codec: Codec, seed: UInt64) throws {
        let magic = try codec.makeCompressor().compressed([])
        let decompressor = try codec.makeDecompressor()
        let limit = 1 << 20
        var readCount = 0
        for round in 0..<500 {
            let noise = Payload.incompressible(round % 97, seed: seed &* 1000 &+ UInt64(round))
            for start in [0, 4, 5, 7, 10, 16] {
                let (kind, capacity) = decompressor.failure(Array(magic.prefix(start)) + noise, maxByteCount: limit)
                #expect(kind == nil || kind == .corrupt || kind == .tooLarge(limit: limit))
                #expect(capacity <= limit + Self.capacitySlack)
                if kind == nil { readCount += 1 }
            }
        }
        // Only a whole message without noise behind it, or raw snappy of a byte or two, can be right by chance.
        #expect(readCount < 60, "\(readCount) of 3000 were read")
    }

    @Test(arguments: codecs)
    func `A bomb ends at the limit, in memory too`(codec: Codec) throws {
        let bomb = try codec.makeCompressor().compressed([UInt8](repeating: 0, count: 64 << 20))
        let limit = 1 << 20
        let (kind, capacity) = try codec.makeDecompressor().failure(bomb, maxByteCount: limit)
        #expect(kind == .tooLarge(limit: limit))
        #expect(capacity <= limit + Self.capacitySlack)
    }

    @Test func `A gzip trailer that states four gigabytes is not believed`() throws {
        var bytes = try Codec.gzip.makeCompressor().compressed(Payload.compressible(700))
        bytes.replaceSubrange((bytes.count - 4)..., with: [0xFF, 0xFF, 0xFF, 0xFF])
        let (kind, capacity) = try Codec.gzip.makeDecompressor().failure(bytes, maxByteCount: .max)
        #expect(kind == .corrupt)
        #expect(capacity <= 1032 * bytes.count + Self.capacitySlack)
    }

    @Test func `A zstd header that states more than its blocks can hold is refused before anything is allocated`()
        throws
    {
        // Single segment, eight-byte content size of 2^60, one raw block of one byte.
        let bytes: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0xE0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0x09, 0, 0, 0x41]
        let (kind, capacity) = try Codec.zstd.makeDecompressor().failure(bytes, maxByteCount: .max)
        #expect(kind == .corrupt)
        #expect(capacity == 0)
    }

    @Test func `A zstd frame without content size that yields more than the limit is too large`() throws {
        // A window of 128 KiB; 100 blocks of one byte repeated 128 Ki times, the last one marked.
        var bytes: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x38]
        for index in 0..<100 {
            let header = (128 << 10) << 3 | 1 << 1 | (index == 99 ? 1 : 0)
            bytes += [UInt8(header & 0xFF), UInt8(header >> 8 & 0xFF), UInt8(header >> 16), 0x41]
        }
        let decompressor = try Codec.zstd.makeDecompressor()
        #expect(try decompressor.decompressed(bytes).count == 100 * 128 << 10)
        let (kind, capacity) = decompressor.failure(bytes, maxByteCount: 1 << 20)
        #expect(kind == .tooLarge(limit: 1 << 20))
        #expect(capacity <= 1 << 20 + Self.capacitySlack)
    }

    @Test func `An LZ4 content size is not believed`() throws {
        // FLG with content size, 64 KiB blocks, the size, the header's checksum; then one stored block of one byte.
        let block: [UInt8] = [1, 0, 0, 0x80, 0x41, 0, 0, 0, 0]
        let one: [UInt8] = [0x04, 0x22, 0x4D, 0x18, 0x68, 0x40, 1, 0, 0, 0, 0, 0, 0, 0, 0x2C]
        let huge: [UInt8] = [0x04, 0x22, 0x4D, 0x18, 0x68, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 0x83]
        let decompressor = try Codec.lz4.makeDecompressor()
        #expect(try decompressor.decompressed(one + block) == [0x41])
        let (kind, capacity) = decompressor.failure(huge + block, maxByteCount: .max)
        #expect(kind == .corrupt)
        #expect(capacity <= (64 << 10) + Self.capacitySlack)
    }

    @Test(arguments: [
        [0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x00, 0x41],  // 4 GiB - 1 in one literal
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],  // a varint without end
        [0x80, 0x01, 0x00, 0x41],  // 128 bytes claimed, one there
        [],
    ])
    func `A raw snappy length that is a lie is refused`(bytes: [UInt8]) throws {
        let (kind, capacity) = try Codec.snappy.makeDecompressor().failure(bytes, maxByteCount: .max)
        #expect(kind == .corrupt)
        #expect(capacity <= 256)
    }

    @Test(arguments: [
        [0x7F, 0xFF, 0xFF, 0xFF, 0x01, 0x00, 0x41],
        [0x80, 0x00, 0x00, 0x00, 0x01, 0x00, 0x41],
        [0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0x00, 0x41],
        [0x00, 0x00, 0x00, 0x04, 0x01, 0x00, 0x41],
        [0x00, 0x00, 0x00, 0x00],
        [0x00, 0x00, 0x00],
        [0x00, 0x00, 0x00, 0x05, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
    ])
    func `A framed snappy block whose length is a lie is refused`(block: [UInt8]) throws {
        let header: [UInt8] = [0x82, 0x53, 0x4E, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]
        let good: [UInt8] = [0x00, 0x00, 0x00, 0x03, 0x01, 0x00, 0x41]
        let decompressor = try Codec.snappy.makeDecompressor()
        #expect(decompressor.failure(header + block) == .corrupt)
        #expect(decompressor.failure(header + good + block) == .corrupt)
        #expect(try decompressor.decompressed(header + good) == [0x41])
    }
}
