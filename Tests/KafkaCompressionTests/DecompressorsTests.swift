import KafkaCompression
import KafkaProtocol
import Testing

/// A user's codec: what it is given, with every bit turned.
private struct InvertingCodec: CompressionCodec {
    let type = CompressionType.gzip
    let name = "inverting"
    let level: Int? = nil

    func makeCompressor() throws(CodecError) -> any BatchCompressor { Inverter() }
    func makeDecompressor() throws(CodecError) -> any BatchDecompressor { Inverter() }

    private final class Inverter: BatchCompressor, BatchDecompressor {
        func maxCompressedByteCount(for byteCount: Int) -> Int { byteCount }

        func compress(_ source: RawSpan, into target: inout OutputRawSpan) throws(CodecError) {
            for index in source.byteOffsets {
                target.append(~source.unsafeLoad(fromByteOffset: index, as: UInt8.self))
            }
        }

        func decompress(_ source: RawSpan, into output: inout [UInt8], maxByteCount: Int) throws(CodecError) {
            output = source.byteOffsets.map { ~source.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
        }
    }
}

@Suite struct DecompressorsTests {
    @Test func `Every type has a decompressor, made once`() throws {
        let decompressors = Decompressors()
        for type in CompressionType.allCases {
            let compressed = try Codec(defaultOf: type).makeCompressor().compressed(Payload.compressible(1000))
            let decompressor = try decompressors.decompressor(for: type)
            #expect(try decompressor.decompressed(compressed) == Payload.compressible(1000))
            #expect(try decompressors.decompressor(for: type) === decompressor)
        }
    }

    @Test func `A user's codec takes the place of the shipped one of its type`() throws {
        let decompressors = Decompressors(CodecTable(overriding: [InvertingCodec()]))
        let source: [UInt8] = [1, 2]
        var output: [UInt8] = []
        try decompressors.decompress(source.span.bytes, type: .gzip, into: &output, maxByteCount: 10)
        #expect(output == [0xFE, 0xFD])
        try decompressors.decompress(source.span.bytes, type: .none, into: &output, maxByteCount: 10)
        #expect(output == [1, 2])
    }
}
