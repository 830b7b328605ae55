/// The compression of a record batch, as the low three bits of its attributes carry it.
///
/// Source: record batch v2 `attributes`, KIP-98; zstd by KIP-110.
public enum CompressionType: UInt8, Sendable, CaseIterable, CustomStringConvertible {
    /// The records are not compressed.
    case none = 0
    /// gzip, RFC 1952.
    case gzip = 1
    /// snappy, in the framing of snappy-java.
    case snappy = 2
    /// LZ4 frames (KIP-57).
    case lz4 = 3
    /// Zstandard, RFC 8878 (KIP-110).
    case zstd = 4

    /// Kafka's word, as in `compression.type`: `none`, `gzip`, `snappy`, `lz4` or `zstd`.
    public var description: String {
        switch self {
        case .none: "none"
        case .gzip: "gzip"
        case .snappy: "snappy"
        case .lz4: "lz4"
        case .zstd: "zstd"
        }
    }
}
