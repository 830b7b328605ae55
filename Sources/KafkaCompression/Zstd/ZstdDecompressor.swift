import CZstd

/// zstd frames, one or several in a row, skippable ones between, with or without content size.
///
/// Each attempt decompresses straight into the output. So there is no window buffer, whose size a frame's header could set
/// at will, and no copy out of one. The headers of its blocks bound the size of a frame without content size; where that
/// bound is large, the room starts small and grows.
final class ZstdDecompressor: BatchDecompressor {
    private let context: OpaquePointer

    init() throws(CodecError) {
        guard let context = ZSTD_createDCtx() else { throw .outOfMemory("zstd", "a decompressor") }
        self.context = context
    }

    deinit { ZSTD_freeDCtx(context) }

    func decompress(_ source: RawSpan, into output: inout [UInt8], maxByteCount: Int) throws(CodecError) {
        output.removeAll(keepingCapacity: true)
        let frames = try ZstdFrames(measuring: source)
        if frames.statedByteCount > maxByteCount { throw .tooLarge("zstd", limit: maxByteCount) }
        let limit = min(frames.byteCountMax, maxByteCount)
        // Batches of records seldom shrink to less than an eighth.
        let expected = max(frames.statedByteCount, min(limit, max(64 * 1024, 8 * source.byteCount)))
        var room = min(limit, max(expected, output.capacity))
        while true {
            output.reserveCapacity(room)
            let result = decompress(source, into: &output, room: room)
            if ZSTD_isError(result) == 0 { return }
            switch ZSTD_getErrorCode(result) {
            case ZSTD_error_dstSize_tooSmall where room < limit:
                // Starting over costs a third more at the most.
                room = room > limit / 4 ? limit : 4 * room
            case ZSTD_error_dstSize_tooSmall where limit < frames.byteCountMax:
                throw .tooLarge("zstd", limit: maxByteCount)
            case ZSTD_error_memory_allocation:
                throw .outOfMemory("zstd", "decompressing")
            default:
                throw .corrupt("zstd", String(cString: ZSTD_getErrorName(result)))
            }
        }
    }

    private func decompress(_ source: RawSpan, into output: inout [UInt8], room: Int) -> Int {
        source.withUnsafeBytes { bytes in
            output.append(upTo: room) { buffer in
                let result = ZSTD_decompressDCtx(context, buffer.baseAddress, room, bytes.baseAddress, bytes.count)
                return (result, written: ZSTD_isError(result) == 0 ? result : 0)
            }
        }
    }
}
