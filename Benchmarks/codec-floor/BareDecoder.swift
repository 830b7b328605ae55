import CDeflate
import CLZ4
import CSnappy
import CZstd
import KafkaClient

/// Decompresses by the codec's C library alone: into memory that is long enough, of blocks that are known to be right.
final class BareDecoder {
    private let type: CompressionType
    private let deflate: OpaquePointer?
    private let zstd: OpaquePointer?
    private var lz4: OpaquePointer?

    init(_ type: CompressionType) {
        self.type = type
        deflate = type == .gzip ? libdeflate_alloc_decompressor() : nil
        zstd = type == .zstd ? ZSTD_createDCtx() : nil
        if type == .lz4 { _ = LZ4F_createDecompressionContext(&lz4, UInt32(LZ4F_VERSION)) }
    }

    deinit {
        libdeflate_free_decompressor(deflate)
        ZSTD_freeDCtx(zstd)
        LZ4F_freeDecompressionContext(lz4)
    }

    /// - Returns: the bytes that were written.
    func decompress(_ source: [UInt8], into target: inout [UInt8]) -> Int {
        source.withUnsafeBytes { source in
            target.withUnsafeMutableBytes { target in
                switch type {
                case .none: copy(source, target)
                case .gzip: inflate(source, target)
                case .snappy: snappy(source, target)
                case .lz4: frame(source, target)
                case .zstd:
                    ZSTD_decompressDCtx(zstd, target.baseAddress, target.count, source.baseAddress, source.count)
                }
            }
        }
    }

    private func copy(_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer) -> Int {
        target.copyMemory(from: source)
        return source.count
    }

    private func inflate(_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer) -> Int {
        var written = 0
        _ = libdeflate_gzip_decompress(
            deflate, source.baseAddress, source.count, target.baseAddress, target.count, &written)
        return written
    }

    private func frame(_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer) -> Int {
        var (written, consumed) = (target.count, source.count)
        _ = LZ4F_decompress(lz4, target.baseAddress, &written, source.baseAddress, &consumed, nil)
        return written
    }

    /// snappy-java's framing: 16 bytes, then blocks with their lengths before them.
    private func snappy(_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer) -> Int {
        var (position, total) = (16, 0)
        while position < source.count {
            let length = Int(UInt32(bigEndian: source.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
            var written = target.count - total
            _ = snappy_uncompress(source.baseAddress! + position + 4, length, target.baseAddress! + total, &written)
            position += 4 + length
            total += written
        }
        return total
    }
}
