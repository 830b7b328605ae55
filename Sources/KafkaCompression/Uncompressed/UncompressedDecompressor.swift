/// Copies, so that code over codecs needs no special case for none.
final class UncompressedDecompressor: BatchDecompressor {
    func decompress(_ source: RawSpan, into output: inout [UInt8], maxByteCount: Int) throws(CodecError) {
        output.removeAll(keepingCapacity: true)
        guard source.byteCount <= maxByteCount else { throw .tooLarge("none", limit: maxByteCount) }
        source.withUnsafeBytes { bytes in output.append(contentsOf: bytes) }
    }
}
