/// The compression of a record batch, as the low three bits of its attributes carry it.
///
/// Source: record batch v2 `attributes`, KIP-98; zstd by KIP-110.
public enum CompressionType: UInt8, Sendable, CaseIterable, CustomStringConvertible {
    case none = 0
    case gzip = 1
    case snappy = 2
    case lz4 = 3
    case zstd = 4

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
