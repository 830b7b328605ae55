import CDeflate
import CZstd
import KafkaClient

/// How a codec's bytes are framed, as their headers say.
enum Framing: Hashable, Sendable {
    /// `named`: the first member has its file's name.
    case gzip(members: Int, named: Bool)
    /// Raw when there are no blocks of xerial's framing.
    case snappy(xerialBlocks: Int?)
    case lz4(Set<LZ4Flag>)
    case zstd(frames: Int, Set<ZstdFlag>)

    enum LZ4Flag: String, Sendable {
        case independentBlocks = "independent blocks"
        case contentSize = "content size"
        case blockChecksums = "block checksums"
        case contentChecksum = "content checksum"
    }

    /// Those of the first frame.
    enum ZstdFlag: String, Sendable {
        case contentSize = "content size"
        case checksum
    }

    struct NotFramed: Error {
        let codec: CompressionType
        let head: [UInt8]
    }

    /// Reads the framing from compressed bytes, by other means than our decoders.
    init(of bytes: [UInt8], _ codec: CompressionType) throws {
        let framing: Framing? =
            switch codec {
            case .none: nil
            case .gzip: Self.gzip(bytes)
            case .snappy: Self.snappy(bytes)
            case .lz4: Self.lz4(bytes)
            case .zstd: Self.zstd(bytes)
            }
        guard let framing else { throw NotFramed(codec: codec, head: Array(bytes.prefix(16))) }
        self = framing
    }

    /// Source: RFC 1952, 2.3.1; a member's end is known only after inflating it.
    private static func gzip(_ bytes: [UInt8]) -> Framing? {
        guard bytes.starts(with: [0x1F, 0x8B, 8]) else { return nil }
        let decompressor = libdeflate_alloc_decompressor()
        defer { libdeflate_free_decompressor(decompressor) }
        var output = [UInt8](repeating: 0, count: 1 << 20)
        var members = 0
        var rest = bytes[...]
        while !rest.isEmpty {
            var consumed = 0
            var produced = 0
            let result = rest.withUnsafeBytes { input in
                libdeflate_gzip_decompress_ex(
                    decompressor, input.baseAddress!, input.count, &output, output.count, &consumed, &produced)
            }
            guard result == LIBDEFLATE_SUCCESS else { return nil }
            members += 1
            rest = rest.dropFirst(consumed)
        }
        return .gzip(members: members, named: bytes[3] & 0x08 != 0)
    }

    /// Source: `SnappyOutputStream` of snappy-java: a magic, two versions, then blocks with their big-endian lengths.
    private static func snappy(_ bytes: [UInt8]) -> Framing? {
        guard bytes.starts(with: [0x82] + "SNAPPY".utf8 + [0]) else {
            // Raw: the content's length as a varint, here that of the records, 80 KiB and more.
            return bytes.prefix(3).map { $0 >> 7 } == [1, 1, 0] ? .snappy(xerialBlocks: nil) : nil
        }
        var blocks = 0
        var rest = bytes.dropFirst(16)
        while !rest.isEmpty {
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            guard rest.count >= 4 + length else { return nil }
            blocks += 1
            rest = rest.dropFirst(4 + length)
        }
        return .snappy(xerialBlocks: blocks)
    }

    /// Source: LZ4 Frame Format Description, the FLG byte.
    private static func lz4(_ bytes: [UInt8]) -> Framing? {
        guard bytes.starts(with: [0x04, 0x22, 0x4D, 0x18]), bytes[4] >> 6 == 1 else { return nil }
        let bits: [(UInt8, LZ4Flag)] = [
            (5, .independentBlocks), (4, .blockChecksums), (3, .contentSize), (2, .contentChecksum),
        ]
        return .lz4(Set(bits.filter { bytes[4] >> $0.0 & 1 == 1 }.map(\.1)))
    }

    /// Source: RFC 8878, 3.1.1.1: a content's size is there when its flag or the single-segment flag is set.
    private static func zstd(_ bytes: [UInt8]) -> Framing? {
        guard bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) else { return nil }
        var flags: Set<ZstdFlag> = []
        if bytes[4] >> 5 != 0 { flags.insert(.contentSize) }
        if bytes[4] >> 2 & 1 == 1 { flags.insert(.checksum) }
        var frames = 0
        var rest = bytes[...]
        while !rest.isEmpty {
            let length = rest.withUnsafeBytes { ZSTD_findFrameCompressedSize($0.baseAddress!, $0.count) }
            guard ZSTD_isError(length) == 0 else { return nil }
            frames += 1
            rest = rest.dropFirst(length)
        }
        return .zstd(frames: frames, flags)
    }
}

extension Framing: CustomStringConvertible {
    var description: String {
        switch self {
        case .gzip(let members, let named): "gzip, \(members) member\(members == 1 ? "" : "s")\(named ? ", named" : "")"
        case .snappy(nil): "snappy, raw"
        case .snappy(let blocks?): "snappy, \(blocks) xerial blocks"
        case .lz4(let flags): "LZ4, \(Self.joined(flags.map(\.rawValue)))"
        case .zstd(let frames, let flags):
            "zstd, \(frames) frame\(frames == 1 ? "" : "s"), \(Self.joined(flags.map(\.rawValue)))"
        }
    }

    private static func joined(_ flags: [String]) -> String {
        flags.isEmpty ? "no flags" : flags.sorted().joined(separator: ", ")
    }
}
