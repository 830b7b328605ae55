import KafkaCompression
import KafkaProtocol
import Testing

/// What every codec must do, at every level.
@Suite struct CodecContractTests {
    static let codecs: [Codec] =
        [.uncompressed, .snappy]
        + [1, 6, 9].map { try! .gzip(level: $0) }
        + [1, 2, 3, 9, 17].map { try! .lz4(level: $0) }
        + [-131_072, -5, 1, 3, 12].map { try! .zstd(level: $0) }

    static let sizes = [
        0, 1, 2, 1000, 32 << 10, (32 << 10) + 1, (64 << 10) - 1, 64 << 10, (64 << 10) + 1, 200_000, 1 << 20,
    ]

    @Test(arguments: codecs)
    func `A round trip gives the same bytes back, at every size`(codec: Codec) throws {
        let compressor = try codec.makeCompressor()
        let decompressor = try codec.makeDecompressor()
        for size in Self.sizes {
            for payload in [Payload.compressible(size), Payload.incompressible(size)] {
                let compressed = try compressor.compressed(payload)
                #expect(compressed.count <= compressor.maxCompressedByteCount(for: size))
                #expect(try decompressor.decompressed(compressed) == payload, "\(size) bytes")
            }
        }
    }

    @Test(arguments: codecs.filter { $0.type != .none })
    func `Compressible bytes become fewer`(codec: Codec) throws {
        let payload = Payload.compressible(1 << 20)
        let compressed = try codec.makeCompressor().compressed(payload)
        // The lowest of zstd's levels hardly searches for matches.
        let expected = codec.level == -131_072 ? payload.count * 11 / 10 : payload.count / 2
        #expect(compressed.count < expected)
    }

    @Test func `Every level of every codec makes what its decompressor reads`() throws {
        let payload = Payload.compressible(5000)
        for type in CompressionType.allCases {
            let decompressor = try Codec(type).makeDecompressor()
            let levels = Codec.levels(of: type).map { Array($0.clamped(to: -7...22)) } ?? []
            let expected: [CompressionType: Int] = [.none: 0, .gzip: 9, .snappy: 0, .lz4: 17, .zstd: 30]
            #expect(levels.count == expected[type])
            for level in levels {
                let compressed = try Codec(type, level: level).makeCompressor().compressed(payload)
                #expect(try decompressor.decompressed(compressed) == payload, "\(type):\(level)")
            }
        }
    }

    @Test(arguments: codecs)
    func `One compressor and one decompressor serve many batches, each as if it were the first`(codec: Codec) throws {
        let compressor = try codec.makeCompressor()
        let decompressor = try codec.makeDecompressor()
        var output: [UInt8] = []
        for round in 0..<100 {
            let payload = Payload.compressible(round * 1357 % 70_000, seed: UInt64(round))
            let compressed = try compressor.compressed(payload)
            let fresh = try codec.makeCompressor().compressed(payload)
            #expect(compressed == fresh, "round \(round)")
            try decompressor.decompress(compressed.span.bytes, into: &output, maxByteCount: 1 << 20)
            #expect(output == payload, "round \(round)")
        }
    }

    @Test(arguments: codecs)
    func `The capacity of the output is kept and used again`(codec: Codec) throws {
        let compressed = try codec.makeCompressor().compressed(Payload.compressible(100_000))
        let decompressor = try codec.makeDecompressor()
        var output: [UInt8] = []
        output.reserveCapacity(1 << 20)
        let address = try #require(output.withUnsafeBufferPointer { $0.baseAddress })
        for _ in 0..<3 {
            try decompressor.decompress(compressed.span.bytes, into: &output, maxByteCount: 1 << 24)
            #expect(output.count == 100_000)
            #expect(output.withUnsafeBufferPointer { $0.baseAddress } == address)
        }
    }

    @Test(arguments: codecs)
    func `What the target holds already stays in front`(codec: Codec) throws {
        let payload = Payload.compressible(40_000)
        let compressor = try codec.makeCompressor()
        let header: [UInt8] = Array(0..<61)
        #expect(try compressor.compressed(payload, after: header) == header + compressor.compressed(payload))
    }

    @Test(arguments: codecs, [Payload.compressible(300), Payload.incompressible(300)])
    func `A target with a byte too few is refused and left as it was`(codec: Codec, payload: [UInt8]) throws {
        let compressor = try codec.makeCompressor()
        let needed = try compressor.compressed(payload).count
        try #require(needed > 30)
        for room in 0..<needed {
            do throws(CodecError) {
                _ = try compressor.compressed(payload, after: [1, 2, 3], room: room)
                Issue.record("\(room) bytes were enough, \(needed) are needed")
            } catch {
                #expect(error.kind == .targetTooSmall)
            }
        }
        #expect(try compressor.compressed(payload).count == needed)
    }

    @Test(arguments: codecs)
    func `A target below the bound is enough when the result fits with a little to spare`(codec: Codec) throws {
        let payload = Payload.compressible(200_000)
        let compressor = try codec.makeCompressor()
        let compressed = try compressor.compressed(payload)
        let spare = [.gzip, .zstd].contains(codec.type) ? 64 : 0
        #expect(try compressor.compressed(payload, room: compressed.count + spare) == compressed)
    }

    @Test(arguments: codecs)
    func `The limit is the last size that is decompressed`(codec: Codec) throws {
        let compressor = try codec.makeCompressor()
        let decompressor = try codec.makeDecompressor()
        for size in [1, 300, 64 << 10, 200_000] {
            for payload in [Payload.compressible(size), Payload.incompressible(size)] {
                let compressed = try compressor.compressed(payload)
                #expect(try decompressor.decompressed(compressed, maxByteCount: size) == payload)
                #expect(decompressor.failure(compressed, maxByteCount: size - 1) == .tooLarge(limit: size - 1))
                #expect(decompressor.failure(compressed, maxByteCount: 0) == .tooLarge(limit: 0))
            }
        }
    }

    @Test(arguments: codecs)
    func `Nothing decompresses to nothing within a limit of 0`(codec: Codec) throws {
        let compressed = try codec.makeCompressor().compressed([])
        #expect(try codec.makeDecompressor().decompressed(compressed, maxByteCount: 0) == [])
    }
}
