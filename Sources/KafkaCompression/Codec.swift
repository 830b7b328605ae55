public import KafkaProtocol

/// The codecs of the library: all that Kafka knows, in the formats that its clients read and write.
///
/// - gzip: RFC 1952, by libdeflate.
/// - snappy: blocks in snappy-java's framing, by libsnappy; unframed snappy is read too.
/// - lz4: frames of independent 64 KiB blocks (KIP-57), by liblz4.
/// - zstd: frames that state their content's size (KIP-110), by libzstd.
///
/// The level is checked when a codec is created, so that every `Codec` can be used.
public struct Codec: CompressionCodec, Hashable, CustomStringConvertible {
    /// What the attributes of a batch compressed by this codec say.
    public let type: CompressionType
    /// The level; nil for a codec without levels.
    public let level: Int?

    /// Creates a codec.
    ///
    /// - Parameters:
    ///   - type: what compresses.
    ///   - level: one of ``levels(of:)``; nil for the default level, and for the codecs that have none.
    /// - Throws: `CodecError` of kind `invalidLevel` when the codec has no such level.
    public init(_ type: CompressionType, level: Int? = nil) throws(CodecError) {
        if let level { try Codec.check(level, of: type) }
        self.type = type
        self.level = level ?? Codec.defaultLevel(of: type)
    }

    /// Creates a codec at its default level.
    public init(defaultOf type: CompressionType) {
        self.type = type
        self.level = Codec.defaultLevel(of: type)
    }

    /// The levels of a codec, as in Kafka's configuration (KIP-390); nil for a codec without levels.
    public static func levels(of type: CompressionType) -> ClosedRange<Int>? {
        switch type {
        case .none, .snappy: nil
        case .gzip: 1...9
        case .lz4: 1...17
        case .zstd: -131_072...22
        }
    }

    /// The level that is used when none is given; nil for a codec without levels.
    ///
    /// These are Kafka's defaults, except for lz4. The Java client's default of 9 is a level of high compression, which
    /// costs about ten times the CPU. The default here is 1, the fast method, as in librdkafka.
    public static func defaultLevel(of type: CompressionType) -> Int? {
        switch type {
        case .none, .snappy: nil
        case .gzip: 6
        case .lz4: 1
        case .zstd: 3
        }
    }

    private static func check(_ level: Int, of type: CompressionType) throws(CodecError) {
        guard let levels = levels(of: type) else {
            throw CodecError(
                codec: type.description, kind: .invalidLevel,
                message: "it has no levels, \(level) was given; leave the level out")
        }
        guard levels.contains(level) else {
            throw CodecError(
                codec: type.description, kind: .invalidLevel,
                message: "there is no level \(level); use \(levels.lowerBound) to \(levels.upperBound)")
        }
    }

    /// Kafka's word, as in `compression.type`: `none`, `gzip`, `snappy`, `lz4` or `zstd`.
    public var name: String { type.description }

    /// The name and the level in the form that ``init(parsing:)`` reads: `zstd:3`, `snappy`.
    public var description: String {
        if let level { "\(name):\(level)" } else { name }
    }

    /// Makes a compressor for one lane or worker.
    ///
    /// - Throws: `CodecError` of kind `outOfMemory` when the codec's library gets no memory.
    public func makeCompressor() throws(CodecError) -> any BatchCompressor {
        switch type {
        case .none: UncompressedCompressor()
        case .gzip: try GzipCompressor(level: level!)
        case .snappy: SnappyCompressor()
        case .lz4: try LZ4Compressor(level: level!)
        case .zstd: try ZstdCompressor(level: level!)
        }
    }

    /// Makes a decompressor, to be used on one thread at a time.
    ///
    /// - Throws: `CodecError` of kind `outOfMemory` when the codec's library gets no memory.
    public func makeDecompressor() throws(CodecError) -> any BatchDecompressor {
        switch type {
        case .none: UncompressedDecompressor()
        case .gzip: try GzipDecompressor()
        case .snappy: SnappyDecompressor()
        case .lz4: try LZ4Decompressor()
        case .zstd: try ZstdDecompressor()
        }
    }
}

/// The codecs of the library, to be written as `.zstd` wherever a codec is a parameter.
extension CompressionCodec where Self == Codec {
    /// No compression.
    public static var uncompressed: Codec { Codec(defaultOf: .none) }
    /// gzip at level 6.
    public static var gzip: Codec { Codec(defaultOf: .gzip) }
    /// snappy, which has no levels.
    public static var snappy: Codec { Codec(defaultOf: .snappy) }
    /// lz4 at level 1.
    public static var lz4: Codec { Codec(defaultOf: .lz4) }
    /// zstd at level 3.
    public static var zstd: Codec { Codec(defaultOf: .zstd) }

    /// gzip at a level from 1 (fast) to 9 (small).
    ///
    /// - Throws: `CodecError` of kind `invalidLevel`.
    public static func gzip(level: Int) throws(CodecError) -> Codec { try Codec(.gzip, level: level) }

    /// lz4 at a level from 1 to 17, as Kafka counts them. Levels 1 and 2 are the fast method, levels from 3 on the method of
    /// high compression. Levels above 12 are the same as 12.
    ///
    /// - Throws: `CodecError` of kind `invalidLevel`.
    public static func lz4(level: Int) throws(CodecError) -> Codec { try Codec(.lz4, level: level) }

    /// zstd at a level from -131,072 (fastest) to 22 (smallest). Level 0 stands for the default, 3.
    ///
    /// - Throws: `CodecError` of kind `invalidLevel`.
    public static func zstd(level: Int) throws(CodecError) -> Codec { try Codec(.zstd, level: level) }
}
