import KafkaClient

/// A codec of one's own: zstd, dense for large batches and fast for small ones. Every client can read what it writes.
struct TieredZstd: CompressionCodec {
    /// Bytes from which a batch is compressed densely.
    var denseFrom = 4 << 10

    var type: CompressionType { .zstd }
    var name: String { "tiered-zstd" }
    var level: Int? { nil }

    func makeCompressor() throws(CodecError) -> any BatchCompressor {
        Compressor(
            fast: try Codec.zstd(level: 1).makeCompressor(), dense: try Codec.zstd(level: 9).makeCompressor(),
            denseFrom: denseFrom)
    }

    func makeDecompressor() throws(CodecError) -> any BatchDecompressor {
        try Codec.zstd.makeDecompressor()
    }

    private final class Compressor: BatchCompressor {
        let fast: any BatchCompressor
        let dense: any BatchCompressor
        let denseFrom: Int

        init(fast: any BatchCompressor, dense: any BatchCompressor, denseFrom: Int) {
            self.fast = fast
            self.dense = dense
            self.denseFrom = denseFrom
        }

        func maxCompressedByteCount(for byteCount: Int) -> Int {
            max(fast.maxCompressedByteCount(for: byteCount), dense.maxCompressedByteCount(for: byteCount))
        }

        func compress(_ source: RawSpan, into target: inout OutputRawSpan) throws(CodecError) {
            try (source.byteCount < denseFrom ? fast : dense).compress(source, into: &target)
        }
    }
}
