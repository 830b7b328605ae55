public import KafkaProtocol

/// A way to compress record batches. Builders, and readers of batches, take one as a parameter.
///
/// ``Codec`` has the codecs of the library, and a type of your own can be one too. A codec itself is shared by threads; the
/// compressors and decompressors that it makes are not.
///
/// The header of a batch has one of Kafka's compression types. Other clients can read the batch only if its bytes are of the
/// format that belongs to that type.
public protocol CompressionCodec: Sendable {
    /// What the attributes of a batch compressed by this codec say.
    var type: CompressionType { get }

    /// The codec's name in configurations, statistics and errors, such as `zstd`.
    var name: String { get }

    /// The level at which it compresses; nil for a codec without levels.
    var level: Int? { get }

    /// Makes a compressor for one lane or worker, which uses it for batch after batch.
    ///
    /// - Throws: `CodecError`, of kind `outOfMemory` when the codec gets no memory.
    func makeCompressor() throws(CodecError) -> any BatchCompressor

    /// Makes a decompressor for one reader, which uses it for batch after batch.
    ///
    /// - Throws: `CodecError`, of kind `outOfMemory` when the codec gets no memory.
    func makeDecompressor() throws(CodecError) -> any BatchDecompressor
}
