import CLZ4

/// LZ4 frames of every kind: linked or independent blocks, with or without content size and checksums, several in a
/// row, skippable ones between.
///
/// The content size in a header is not used; the output grows as blocks arrive.
final class LZ4Decompressor: BatchDecompressor {
    private static let initialByteCountMin = 64 * 1024

    private let context: OpaquePointer

    init() throws(CodecError) {
        var context: OpaquePointer?
        guard LZ4F_isError(LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))) == 0, let context else {
            throw .outOfMemory("lz4", "a decompressor")
        }
        self.context = context
    }

    deinit { LZ4F_freeDecompressionContext(context) }

    func decompress(_ source: RawSpan, into output: inout [UInt8], maxByteCount: Int) throws(CodecError) {
        output.removeAll(keepingCapacity: true)
        do {
            try decompressFrames(source, into: &output, limit: max(0, maxByteCount))
        } catch {
            // The context is still within the frame that failed.
            LZ4F_resetDecompressionContext(context)
            output.removeAll(keepingCapacity: true)
            throw error
        }
    }

    private func decompressFrames(
        _ source: RawSpan, into output: inout [UInt8], limit: Int
    ) throws(CodecError) {
        guard source.byteCount > 0 else { throw .corrupt("lz4", "there is no frame") }
        output.reserveCapacity(min(limit, max(Self.initialByteCountMin, 4 * source.byteCount)))
        var position = 0
        while true {
            let room = output.room(upTo: limit)
            let step =
                room > 0
                ? advance(source, from: position, into: &output, room: room)
                : try advanceWhenFull(source, from: position, limit: limit)
            guard LZ4F_isError(step.hint) == 0 else { throw failure(step.hint, near: position) }
            position += step.consumed
            if step.hint == 0, position == source.byteCount { return }
            guard step.consumed > 0 || step.written > 0 else {
                // There was room, so what is missing is input.
                throw .corrupt("lz4", "the last frame is cut short")
            }
            if output.count < limit, output.room(upTo: limit) == 0 {
                output.reserveCapacity(output.count > limit / 2 ? limit : 2 * output.count)
            }
        }
    }

    private typealias Step = (hint: Int, consumed: Int, written: Int)

    private func advance(
        _ source: RawSpan, from position: Int, into output: inout [UInt8], room: Int
    ) -> Step {
        source.withUnsafeBytes { bytes in
            output.append(upTo: room) { buffer in
                var consumed = bytes.count - position
                var written = room
                let hint = LZ4F_decompress(
                    context, buffer.baseAddress, &written, bytes.baseAddress! + position, &consumed, nil)
                let isError = LZ4F_isError(hint) != 0
                return ((hint, consumed, isError ? 0 : written), written: isError ? 0 : written)
            }
        }
    }

    /// With the limit reached only the end of the frame, or frames without content, may follow.
    private func advanceWhenFull(_ source: RawSpan, from position: Int, limit: Int) throws(CodecError) -> Step {
        var excess: UInt8 = 0
        var consumed = source.byteCount - position
        var written = 1
        let hint = source.withUnsafeBytes { bytes in
            LZ4F_decompress(context, &excess, &written, bytes.baseAddress! + position, &consumed, nil)
        }
        if LZ4F_isError(hint) == 0, written > 0 { throw .tooLarge("lz4", limit: limit) }
        return (hint, consumed, 0)
    }

    private func failure(_ code: Int, near position: Int) -> CodecError {
        let name = LZ4F_getErrorName(code).map { String(cString: $0) } ?? "unknown error"
        if name == "ERROR_allocation_failed" { return .outOfMemory("lz4", "decompressing") }
        return .corrupt("lz4", "\(name) at or after byte \(position)")
    }
}
