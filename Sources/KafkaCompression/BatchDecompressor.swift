/// Decompresses the records of one batch after another, keeping its context between them.
///
/// Not `Sendable`: it belongs to the worker that made it.
public protocol BatchDecompressor: AnyObject {
    /// Replaces the content of `output` by the decompressed form of all of `source`.
    ///
    /// The capacity of `output` is kept and used, and grows to no more than `maxByteCount`, in steps no larger than
    /// what `source` can hold or has yielded: a length that it only claims reserves nothing. After an error `output` is empty,
    /// and the decompressor can be used again. No input traps.
    ///
    /// - Throws: `CodecError` of kind `tooLarge` when the result would exceed `maxByteCount`, `corrupt` when `source` is
    ///   damaged, cut short, or followed by something else, `outOfMemory` when the library cannot get its memory.
    func decompress(_ source: RawSpan, into output: inout [UInt8], maxByteCount: Int) throws(CodecError)
}
