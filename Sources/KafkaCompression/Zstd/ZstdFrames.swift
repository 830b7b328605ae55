/// What the headers of frames and blocks say about the size of their content, before anything is decompressed.
///
/// Source: RFC 8878, 3.1.1 (frames, blocks) and 3.1.2 (skippable frames).
struct ZstdFrames {
    /// The most that a block holds: 128 KiB.
    private static let blockByteCountMax = 128 * 1024

    /// What the content sizes in the headers add up to. Each is one that the frame's blocks can yield.
    private(set) var statedByteCount = 0
    /// What the blocks can yield at the most, and exactly that where every frame states its content's size.
    private(set) var byteCountMax = 0

    /// Complexity: proportional to the number of blocks.
    ///
    /// - Throws: `CodecError` of kind `corrupt` when `source` is empty, cut short, not zstd from end to end, or states a
    ///   content size that its blocks cannot yield.
    init(measuring source: RawSpan) throws(CodecError) {
        var position = 0
        repeat {
            try measureFrame(of: source, at: &position)
        } while position < source.byteCount
    }

    private mutating func measureFrame(of source: RawSpan, at position: inout Int) throws(CodecError) {
        let left = source.byteCount - position
        guard left >= 5 else { throw .corrupt("zstd", "\(left) bytes at \(position) are too few for a frame") }
        let magic = source.littleEndian(at: position, count: 4)
        if magic & 0xFFFF_FFF0 == 0x184D_2A50 {
            guard left >= 8, case let size = Int(source.littleEndian(at: position + 4, count: 4)), size <= left - 8
            else { throw .corrupt("zstd", "the skippable frame at byte \(position) is cut short") }
            position += 8 + size
            return
        }
        guard magic == 0xFD2F_B528 else { throw .corrupt("zstd", "there is no frame at byte \(position)") }

        let start = position
        let header = try FrameHeader(source, at: position)
        position += header.byteCount
        let possible = try measureBlocks(of: source, at: &position, byteCountMax: header.blockByteCountMax)
        if header.hasChecksum {
            guard source.byteCount - position >= 4 else { throw .corrupt("zstd", "the checksum is cut short") }
            position += 4
        }
        if let stated = header.contentByteCount {
            guard stated <= possible else {
                throw .corrupt("zstd", "the frame at byte \(start) states \(stated) bytes and can hold \(possible)")
            }
            statedByteCount += Int(stated)
            byteCountMax += Int(stated)
        } else {
            byteCountMax += possible
        }
    }

    /// Returns the most that the blocks of one frame can yield. No overflow: 128 KiB for every three bytes there are.
    private func measureBlocks(
        of source: RawSpan, at position: inout Int, byteCountMax: Int
    ) throws(CodecError) -> Int {
        var possible = 0
        while true {
            guard source.byteCount - position >= 3 else { throw .corrupt("zstd", "a block's header is cut short") }
            let header = Int(source.littleEndian(at: position, count: 3))
            let size = header >> 3
            position += 3
            let stored: Int
            switch (header >> 1) & 3 {
            case 0: (stored, possible) = (size, possible + size)  // raw
            case 1: (stored, possible) = (1, possible + min(size, byteCountMax))  // one byte, repeated
            case 2: (stored, possible) = (size, possible + byteCountMax)  // compressed
            default: throw .corrupt("zstd", "the block at byte \(position - 3) is of a reserved type")
            }
            guard source.byteCount - position >= stored else {
                throw .corrupt("zstd", "the block at byte \(position - 3) is cut short")
            }
            position += stored
            if header & 1 == 1 { return possible }
        }
    }

    /// RFC 8878, 3.1.1.1.
    private struct FrameHeader {
        let byteCount: Int
        let hasChecksum: Bool
        let contentByteCount: UInt64?
        let blockByteCountMax: Int

        init(_ source: RawSpan, at position: Int) throws(CodecError) {
            let descriptor = source.byte(at: position + 4)
            let isSingleSegment = descriptor & 0x20 != 0
            let windowByteCount = isSingleSegment ? 0 : 1
            let dictionaryIDByteCount = [0, 1, 2, 4][Int(descriptor & 3)]
            let sizeByteCount = [isSingleSegment ? 1 : 0, 2, 4, 8][Int(descriptor >> 6)]
            byteCount = 5 + windowByteCount + dictionaryIDByteCount + sizeByteCount
            hasChecksum = descriptor & 4 != 0
            guard source.byteCount - position >= byteCount else {
                throw .corrupt("zstd", "the header at byte \(position) is cut short")
            }
            let sizePosition = position + byteCount - sizeByteCount
            var size = source.littleEndian(at: sizePosition, count: sizeByteCount)
            if sizeByteCount == 2 { size += 256 }
            contentByteCount = sizeByteCount == 0 ? nil : size

            // A block is no longer than the window, which in a single segment is the content.
            var windowMax = size
            if !isSingleSegment {
                let window = UInt64(source.byte(at: position + 5))
                let base: UInt64 = 1 << (10 + (window >> 3))
                windowMax = base + (base / 8) * (window & 7)
            }
            blockByteCountMax = min(ZstdFrames.blockByteCountMax, Int(clamping: windowMax))
        }
    }
}
