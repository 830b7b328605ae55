import CZstd

/// zstd frames that state their content's size, so that readers can allocate at once.
final class ZstdCompressor: BatchCompressor {
    private let context: OpaquePointer

    /// - Parameter level: −131072 to 22, checked by `Codec`.
    init(level: Int) throws(CodecError) {
        guard let context = ZSTD_createCCtx() else { throw .outOfMemory("zstd", "a compressor") }
        self.context = context
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level))
    }

    deinit { ZSTD_freeCCtx(context) }

    func maxCompressedByteCount(for byteCount: Int) -> Int {
        ZSTD_compressBound(byteCount)
    }

    func compress(_ source: RawSpan, into target: inout OutputRawSpan) throws(CodecError) {
        let room = target.freeCapacity
        let result = target.withUnsafeMutableBytes { buffer, initializedCount in
            let result = source.withUnsafeBytes { bytes in
                let end = buffer.baseAddress.map { $0 + initializedCount }
                return ZSTD_compress2(context, end, room, bytes.baseAddress, bytes.count)
            }
            if ZSTD_isError(result) == 0 { initializedCount += result }
            return result
        }
        if ZSTD_isError(result) == 0 { return }
        if ZSTD_getErrorCode(result) == ZSTD_error_dstSize_tooSmall {
            throw .targetTooSmall("zstd", byteCount: source.byteCount, room: room)
        }
        throw .outOfMemory("zstd", "compressing (\(String(cString: ZSTD_getErrorName(result))))")
    }
}
