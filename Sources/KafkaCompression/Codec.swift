public import KafkaProtocol

/// The codecs that the library ships: what Kafka knows, in the formats that its clients read and write.
///
/// - gzip: RFC 1952, by libdeflate.
/// - snappy: blocks in snappy-java's framing, by libsnappy; unframed snappy is read too.
/// - lz4: frames of independent 64 KiB blocks (KIP-57), by liblz4.
/// - zstd: frames that state their content's size (KIP-110), by libzstd.
///
/// The level is checked where the value is made, so a `Codec` that exists works.
public struct Codec: CompressionCodec, Hashable, CustomStringConvertible {
    public let type: CompressionType
    /// The level; nil for a codec without levels.
    public let level: Int?

    /// - Parameter level: nil for the default level, and for the codecs that have none.
    /// - Throws: `CodecError` of kind `invalidLevel` when the codec has no such level.
    public init(_ type: CompressionType, level: Int? = nil) throws(CodecError) {
        if let level { try Codec.check(level, of: type) }
        self.type = type
        self.level = level ?? Codec.defaultLevel(of: type)
    }

    /// The codec of a type at its default level.
    public init(defaultOf type: CompressionType) {
        self.type = type
        self.level = Codec.defaultLevel(of: type)
    }

    /// The levels of a codec, as Kafka's configuration knows them (KIP-390); nil where it has none.
    public static func levels(of type: CompressionType) -> ClosedRange<Int>? {
        switch type {
        case .none, .snappy: nil
        case .gzip: 1...9
        case .lz4: 1...17
        case .zstd: -131_072...22
        }
    }

    /// The level taken when none is given; nil where the codec has none.
    ///
    /// As in Kafka, except lz4: Java's client reads its default of 9 as a high-compression level, which costs about
    /// ten times the CPU. Ours is 1, the fast method, which is also librdkafka's.
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

    /// Kafka's word: "none", "gzip", "snappy", "lz4", "zstd".
    public var name: String { type.description }

    /// What ``init(parsing:)`` reads back: "zstd:3", "snappy".
    public var description: String {
        if let level { "\(name):\(level)" } else { name }
    }

    public func makeCompressor() throws(CodecError) -> any BatchCompressor {
        switch type {
        case .none: UncompressedCompressor()
        case .gzip: try GzipCompressor(level: level!)
        case .snappy: SnappyCompressor()
        case .lz4: try LZ4Compressor(level: level!)
        case .zstd: try ZstdCompressor(level: level!)
        }
    }

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

/// The shipped codecs by name, wherever `some CompressionCodec` or a `Codec` is asked for.
extension CompressionCodec where Self == Codec {
    /// No compression. Builders need not call its compressor, which copies.
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

    /// lz4 at a level from 1 to 17, as Kafka counts them: 1 and 2 are the fast method, 3 and more the high-compression
    /// one, and all above 12 are 12.
    ///
    /// - Throws: `CodecError` of kind `invalidLevel`.
    public static func lz4(level: Int) throws(CodecError) -> Codec { try Codec(.lz4, level: level) }

    /// zstd at a level from −131072 (fastest) to 22 (smallest); 0 is the default, 3.
    ///
    /// - Throws: `CodecError` of kind `invalidLevel`.
    public static func zstd(level: Int) throws(CodecError) -> Codec { try Codec(.zstd, level: level) }
}
