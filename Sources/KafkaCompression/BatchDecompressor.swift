/// Decompresses the records of one batch after another. It keeps its context from batch to batch.
///
/// It is not `Sendable`: it is used on one thread at a time.
public protocol BatchDecompressor: AnyObject {
    /// Replaces the content of `output` by the decompressed form of all of `source`.
    ///
    /// The capacity of `output` is kept and used. It grows to `maxByteCount` at most, and only as far as the compressed
    /// bytes can yield: a length that `source` merely states reserves no memory. After an error `output` is empty, and the
    /// decompressor can be used again. No input traps.
    ///
    /// - Parameters:
    ///   - source: compressed bytes, which may come from the network and be anything.
    ///   - output: gets the decompressed bytes.
    ///   - maxByteCount: the most bytes that the decompressed form may have.
    /// - Throws: `CodecError` of kind `tooLarge` when the result would exceed `maxByteCount`, `corrupt` when `source` is
    ///   damaged, cut short or followed by other bytes, `outOfMemory` when the codec's library gets no memory.
    func decompress(_ source: RawSpan, into output: inout [UInt8], maxByteCount: Int) throws(CodecError)
}
