public import KafkaProtocol

/// A way to compress record batches, given to builders and readers of batches.
///
/// The library ships ``Codec``; a user's own type conforms to this and is injected instead. A codec is a cheap
/// value that is shared freely; the contexts it makes are not shared, and are kept by one worker each.
///
/// A user's codec writes its bytes under one of Kafka's attribute values, so other clients can read them only if they
/// are of that format.
public protocol CompressionCodec: Sendable {
    /// What the attributes of a batch compressed by this codec say.
    var type: CompressionType { get }

    /// What configuration, statistics and errors call it: "zstd".
    var name: String { get }

    /// The level it compresses at, nil where it has none.
    var level: Int? { get }

    /// A compressor for one worker, to be reused for batch after batch.
    ///
    /// - Throws: `CodecError` of kind `outOfMemory` when the context cannot be had.
    func makeCompressor() throws(CodecError) -> any BatchCompressor

    /// A decompressor for one worker, to be reused for batch after batch.
    ///
    /// - Throws: `CodecError` of kind `outOfMemory` when the context cannot be had.
    func makeDecompressor() throws(CodecError) -> any BatchDecompressor
}
