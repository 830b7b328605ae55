import CLZ4

/// LZ4 frames as Kafka's Java client writes them: independent blocks of 64 KiB, no content size, no checksums but the
/// header's.
///
/// Java reads nothing else: it refuses linked blocks (KIP-57).
final class LZ4Compressor: BatchCompressor {
    private let context: OpaquePointer
    private var preferences: LZ4F_preferences_t
    /// Takes a frame whose worst case would not fit the target. Empty until that happens.
    private var scratch: [UInt8] = []

    /// - Parameter level: 1 to 17, checked by `Codec`.
    init(level: Int) throws(CodecError) {
        var context: OpaquePointer?
        guard LZ4F_isError(LZ4F_createCompressionContext(&context, UInt32(LZ4F_VERSION))) == 0, let context else {
            throw .outOfMemory("lz4", "a compressor")
        }
        self.context = context
        preferences = LZ4F_preferences_t()
        preferences.frameInfo.blockSizeID = LZ4F_max64KB
        preferences.frameInfo.blockMode = LZ4F_blockIndependent
        preferences.compressionLevel = Int32(level)
        // Blocks go straight from source to target, without the context's own buffers.
        preferences.autoFlush = 1
    }

    deinit { LZ4F_freeCompressionContext(context) }

    func maxCompressedByteCount(for byteCount: Int) -> Int {
        LZ4F_compressFrameBound(byteCount, &preferences)
    }

    func compress(_ source: RawSpan, into target: inout OutputRawSpan) throws(CodecError) {
        let room = target.freeCapacity
        let bound = maxCompressedByteCount(for: source.byteCount)
        let outcome = target.withUnsafeMutableBytes { buffer, initializedCount in
            let target = UnsafeMutableRawBufferPointer(rebasing: buffer[initializedCount...])
            let outcome = source.withUnsafeBytes { bytes in
                target.count >= bound
                    ? compressFrame(bytes, into: target) : compressFrame(bytes, into: target, scratchByteCount: bound)
            }
            if case .success(let written) = outcome { initializedCount += written }
            return outcome
        }
        switch outcome {
        case .success: break
        case .failure(.tooSmall): throw .targetTooSmall("lz4", byteCount: source.byteCount, room: room)
        // With room for the worst case, memory is all that the library can lack.
        case .failure(.library): throw .outOfMemory("lz4", "compressing \(source.byteCount) bytes")
        }
    }

    private enum Failure: Error { case tooSmall, library }

    private func compressFrame(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) -> Result<Int, Failure> {
        guard let base = target.baseAddress else { return .failure(.tooSmall) }
        var end = LZ4F_compressBegin(context, base, target.count, &preferences)
        if LZ4F_isError(end) != 0 { return .failure(.library) }
        if source.count > 0 {
            let written = LZ4F_compressUpdate(
                context, base + end, target.count - end, source.baseAddress, source.count, nil)
            if LZ4F_isError(written) != 0 { return .failure(.library) }
            end += written
        }
        let written = LZ4F_compressEnd(context, base + end, target.count - end, nil)
        if LZ4F_isError(written) != 0 { return .failure(.library) }
        return .success(end + written)
    }

    /// The library refuses a target that lacks room for the worst case, so such a frame is made in memory of its own and
    /// copied.
    private func compressFrame(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, scratchByteCount: Int
    ) -> Result<Int, Failure> {
        if scratch.count < scratchByteCount { scratch = Array(repeating: 0, count: scratchByteCount) }
        return scratch.withUnsafeMutableBytes { scratch in
            let outcome = compressFrame(source, into: scratch)
            guard case .success(let written) = outcome else { return outcome }
            guard written <= target.count else { return .failure(.tooSmall) }
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: scratch[..<written]))
            return outcome
        }
    }
}
