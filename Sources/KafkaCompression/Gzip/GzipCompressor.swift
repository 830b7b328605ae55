import CDeflate

/// gzip (RFC 1952) by libdeflate: one member, without name and time.
final class GzipCompressor: BatchCompressor {
    private let context: OpaquePointer

    /// - Parameter level: 1 to 9, checked by `Codec`.
    init(level: Int) throws(CodecError) {
        guard let context = libdeflate_alloc_compressor(Int32(level)) else {
            throw .outOfMemory("gzip", "a compressor")
        }
        self.context = context
    }

    deinit { libdeflate_free_compressor(context) }

    func maxCompressedByteCount(for byteCount: Int) -> Int {
        libdeflate_gzip_compress_bound(context, byteCount)
    }

    func compress(_ source: RawSpan, into target: inout OutputRawSpan) throws(CodecError) {
        let room = target.freeCapacity
        let written = target.withUnsafeMutableBytes { buffer, initializedCount in
            let written = source.withUnsafeBytes { bytes in
                let end = buffer.baseAddress.map { $0 + initializedCount }
                return libdeflate_gzip_compress(context, bytes.baseAddress, bytes.count, end, room)
            }
            initializedCount += written
            return written
        }
        // A gzip member is never empty: libdeflate returns 0 when the result does not fit.
        guard written > 0 else { throw .targetTooSmall("gzip", byteCount: source.byteCount, room: room) }
    }
}
