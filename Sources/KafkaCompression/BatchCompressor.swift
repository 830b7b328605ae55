/// Compresses the records of one batch after another, keeping its context between them.
///
/// Not `Sendable`: it belongs to the worker that made it.
public protocol BatchCompressor: AnyObject {
    /// The most bytes that compressing `byteCount` bytes, which is not negative, can yield.
    ///
    /// A target with that much room is never refused.
    func maxCompressedByteCount(for byteCount: Int) -> Int

    /// Appends the compressed form of `source`, complete in itself, to `target`.
    ///
    /// After an error the target holds what it held before, and the compressor can be used again.
    ///
    /// - Throws: `CodecError` of kind `targetTooSmall` when the result does not fit what is left of `target`. Where that
    ///   is less than ``maxCompressedByteCount(for:)``, a codec may want a few bytes more than the result has.
    func compress(_ source: RawSpan, into target: inout OutputRawSpan) throws(CodecError)
}
