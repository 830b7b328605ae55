/// Compresses the records of one batch after another. It keeps its context from batch to batch.
///
/// It is not `Sendable`: a builder makes one for each lane or worker, and calls it on one thread at a time.
public protocol BatchCompressor: AnyObject {
    /// The most bytes that the compressed form of `byteCount` bytes can have.
    ///
    /// A target with room for so many bytes is never too small.
    ///
    /// - Parameter byteCount: not negative.
    func maxCompressedByteCount(for byteCount: Int) -> Int

    /// Appends the compressed form of `source` to `target`. The form is complete: it can be decompressed by itself.
    ///
    /// After an error the target holds what it held before, and the compressor can be used again.
    ///
    /// - Throws: `CodecError` of kind `targetTooSmall` when the result does not fit the free part of `target`. When that is
    ///   shorter than ``maxCompressedByteCount(for:)``, a codec may need a few bytes more than the result has. Of kind
    ///   `outOfMemory` when the codec's library gets no memory.
    func compress(_ source: RawSpan, into target: inout OutputRawSpan) throws(CodecError)
}
